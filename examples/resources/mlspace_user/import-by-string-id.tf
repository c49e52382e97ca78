import {
  to = mlspace_user.dana
  id = "dana"
}
