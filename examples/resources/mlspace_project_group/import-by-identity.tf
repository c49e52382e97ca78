import {
  to = mlspace_project_group.analysts
  identity = {
    project = "fraud"
    group   = "analysts"
  }
}
