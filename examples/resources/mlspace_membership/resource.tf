resource "mlspace_membership" "alice" {
  project = mlspace_project.fraud.name
  user    = "alice"
  owner   = true
}

# One block for a whole team.
resource "mlspace_membership" "team" {
  for_each = toset(["bob", "carol"])

  project = mlspace_project.fraud.name
  user    = each.key
}
