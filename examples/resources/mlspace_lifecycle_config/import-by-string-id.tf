import {
  to = mlspace_lifecycle_config.standard
  id = "standard"
}
