# The profiles of a project with their spaces, whose volumes have the files.
data "mlspace_studio_user_profiles" "fraud" {
  domain_id = data.mlspace_studio_domain.ml.id
  project   = mlspace_project.fraud.name

  # Read the profiles after every change.
  depends_on = [mlspace_studio_user_profile.alice, mlspace_studio_space.alice]
}

output "spaces_of_fraud" {
  value = { for profile in data.mlspace_studio_user_profiles.fraud.profiles : profile.user => profile.spaces }
}
