import {
  to = mlspace_user.dana
  identity = {
    name = "dana"
  }
}
