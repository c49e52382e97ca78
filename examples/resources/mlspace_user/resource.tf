resource "mlspace_user" "dana" {
  name         = "dana"
  display_name = "Dana Smith"
  email        = "dana.smith@example.com"
}

# Suspended: denied everything in all projects, with stopped notebooks.
resource "mlspace_user" "erin" {
  name      = "erin"
  suspended = true
}
