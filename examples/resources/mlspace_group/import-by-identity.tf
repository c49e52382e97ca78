import {
  to = mlspace_group.analysts
  identity = {
    name = "analysts"
  }
}
