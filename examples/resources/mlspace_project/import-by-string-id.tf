import {
  to = mlspace_project.fraud
  id = "fraud"
}
