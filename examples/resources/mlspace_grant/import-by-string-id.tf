import {
  to = mlspace_grant.fraud
  id = "lake/project/fraud"
}
