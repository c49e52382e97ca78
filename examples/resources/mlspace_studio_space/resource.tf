resource "mlspace_studio_space" "alice" {
  domain_id     = mlspace_studio_user_profile.alice.domain_id
  project       = mlspace_studio_user_profile.alice.project
  user          = mlspace_studio_user_profile.alice.user
  name          = "alice-lab"
  instance_type = "ml.t3.medium"
  volume_size   = 20 # GB
}
