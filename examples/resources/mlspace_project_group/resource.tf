# Everybody in the group is a member of the project, with a role of their own.
resource "mlspace_project_group" "analysts" {
  project = mlspace_project.fraud.name
  group   = mlspace_group.analysts.name
}
