import {
  to = mlspace_studio_user_profile.alice
  id = "d-0123456789ab/fraud/alice"
}
