import {
  to = mlspace_project.fraud
  identity = {
    name = "fraud"
  }
}
