# Users, groups and members of projects from groups of IAM Identity Center.

data "mlspace_identity_center_group" "this" {
  for_each = var.groups

  identity_store_id = var.identity_store_id
  display_name      = each.value
}

locals {
  # Everybody once: people are in several groups.
  found = distinct(flatten([for group in data.mlspace_identity_center_group.this : group.members]))

  # Two people of the same name are an error here, since they would share a role.
  people = { for person in local.found : person.name => person if person.name != null }
}

check "names" {
  assert {
    condition     = alltrue([for person in local.found : person.name != null])
    error_message = "Without access, because MLSpace cannot have their names: ${join(", ", [for person in local.found : person.user_name if person.name == null])}."
  }
}

resource "mlspace_user" "this" {
  for_each = local.people

  name         = each.key
  display_name = coalesce(each.value.display_name, each.key)
  email        = coalesce(each.value.email, each.value.user_name)
  suspended    = !each.value.enabled

  # Terraform otherwise deletes who left before it changes the group, which is refused.
  lifecycle {
    create_before_destroy = true
  }
}

resource "mlspace_group" "this" {
  for_each = data.mlspace_identity_center_group.this

  name        = each.key
  description = "From the directory: ${each.value.display_name}"
  members     = [for person in each.value.members : mlspace_user.this[person.name].name if person.name != null]
}

resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
}

# By name: who leads the project.
resource "mlspace_membership" "lead" {
  project = mlspace_project.fraud.name
  user    = "lead@example.com"
  owner   = true
}

# By group: everybody else. Who joins a group gets a role, and who leaves it loses the role.
resource "mlspace_project_group" "fraud" {
  for_each = mlspace_group.this

  project = mlspace_project.fraud.name
  group   = each.value.name
}
