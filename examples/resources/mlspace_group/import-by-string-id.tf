import {
  to = mlspace_group.analysts
  id = "analysts"
}
