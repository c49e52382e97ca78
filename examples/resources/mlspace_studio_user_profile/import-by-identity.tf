import {
  to = mlspace_studio_user_profile.alice
  identity = {
    domain_id = "d-0123456789ab"
    project   = "fraud"
    user      = "alice"
  }
}
