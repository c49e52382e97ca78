# Every member of the project can list and read these objects.
resource "mlspace_grant" "fraud" {
  location = mlspace_external_location.lake.name
  project  = mlspace_project.fraud.name
}

# Alice, in this project, can also write and delete them.
resource "mlspace_grant" "alice" {
  location = mlspace_external_location.lake.name
  project  = mlspace_membership.alice.project
  user     = mlspace_membership.alice.user
  access   = "read_write"
}

# The members of a group can read them, in all of their projects.
resource "mlspace_grant" "risk" {
  location = mlspace_external_location.lake.name
  group    = "risk"
}
