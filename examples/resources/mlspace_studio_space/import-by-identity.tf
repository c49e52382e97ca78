import {
  to = mlspace_studio_space.alice
  identity = {
    domain_id = "d-0123456789ab"
    name      = "alice-lab"
  }
}
