resource "mlspace_studio_user_profile" "alice" {
  domain_id = mlspace_studio_domain.main.id
  project   = mlspace_membership.alice.project
  user      = mlspace_membership.alice.user
}
