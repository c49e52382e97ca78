# The users have what is shared with the group in all projects that they are members of.
resource "mlspace_group" "analysts" {
  name        = "analysts"
  description = "Analysts of all projects"
  members     = [mlspace_user.dana.name, mlspace_user.erin.name]
}

# Shared with the group, which Terraform therefore creates first and destroys last.
resource "mlspace_dataset" "benchmarks" {
  name   = "benchmarks"
  type   = "group"
  groups = [mlspace_group.analysts.name]
}
