import {
  to = mlspace_membership.alice
  identity = {
    project = "fraud"
    user    = "alice"
  }
}
