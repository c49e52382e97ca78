import {
  to = mlspace_studio_domain.main
  id = "d-0123456789ab"
}
