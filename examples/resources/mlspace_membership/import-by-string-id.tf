import {
  to = mlspace_membership.alice
  id = "fraud/alice"
}
