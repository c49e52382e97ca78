import {
  to = mlspace_project_group.analysts
  id = "fraud/analysts"
}
