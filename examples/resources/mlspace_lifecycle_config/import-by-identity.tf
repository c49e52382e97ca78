import {
  to = mlspace_lifecycle_config.standard
  identity = {
    name = "standard"
  }
}
