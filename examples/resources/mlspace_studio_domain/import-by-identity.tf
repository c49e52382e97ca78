import {
  to = mlspace_studio_domain.main
  identity = {
    id = "d-0123456789ab"
  }
}
