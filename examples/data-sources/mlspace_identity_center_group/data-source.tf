data "mlspace_identity_center_group" "fraud" {
  identity_store_id = "d-0123456789"
  display_name      = "ML Fraud"
}

# Everybody in the group is a user, and a member of the project.

resource "mlspace_user" "fraud" {
  for_each = { for member in data.mlspace_identity_center_group.fraud.members : member.name => member if member.enabled && member.name != null }

  name         = each.key
  display_name = coalesce(each.value.display_name, each.key)
  email        = coalesce(each.value.email, each.value.user_name)
}

resource "mlspace_membership" "fraud" {
  for_each = mlspace_user.fraud

  project = mlspace_project.fraud.name
  user    = each.value.name
}
