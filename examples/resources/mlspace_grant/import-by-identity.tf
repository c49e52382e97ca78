import {
  to = mlspace_grant.fraud
  identity = {
    id = "lake/project/fraud"
  }
}
