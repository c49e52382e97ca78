# Two projects, three people, four datasets, one notebook. Bob works in both projects.

# Projects

resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"

  termination {
    default_notebook_stop_time    = "17:00" # UTC
    allow_notebook_owner_override = true
  }
}

resource "mlspace_project" "churn" {
  name        = "churn"
  description = "Customer churn models"
  created_by  = "carol"
}

# Members: alice and bob in fraud, carol and bob in churn

resource "mlspace_membership" "fraud" {
  for_each = {
    alice = { owner = true }
    bob   = { owner = false }
  }

  project = mlspace_project.fraud.name
  user    = each.key
  owner   = each.value.owner
}

resource "mlspace_membership" "churn" {
  for_each = {
    carol = { owner = true }
    bob   = { owner = false }
  }

  project = mlspace_project.churn.name
  user    = each.key
  owner   = each.value.owner
}

# Datasets

resource "mlspace_dataset" "cards" {
  name        = "cards-2026"
  type        = "project"
  scope       = mlspace_project.fraud.name
  description = "Card transactions of 2026"
  created_by  = "alice"
}

resource "mlspace_dataset" "subscriptions" {
  name        = "subscriptions"
  type        = "project"
  scope       = mlspace_project.churn.name
  description = "Subscriptions with their start and end"
  created_by  = "carol"
}

resource "mlspace_dataset" "scratch" {
  name        = "scratch"
  type        = "private"
  scope       = mlspace_membership.fraud["alice"].user
  description = "Alice's own experiments"
  created_by  = "alice"
}

resource "mlspace_dataset" "holidays" {
  name        = "bank-holidays"
  type        = "global"
  description = "Bank holidays by country"
  created_by  = "carol"
}

# A notebook: in a private subnet, on an encrypted volume, without root

resource "mlspace_notebook" "alice" {
  name            = "fraud-alice"
  project         = mlspace_membership.fraud["alice"].project
  user            = mlspace_membership.fraud["alice"].user
  instance_type   = "ml.t3.medium"
  volume_size     = 20      # GB
  daily_stop_time = "19:00" # UTC
}

# Access matrix, read from the account after everything else

data "mlspace_access" "all" {
  depends_on = [
    mlspace_membership.fraud,
    mlspace_membership.churn,
    mlspace_dataset.cards,
    mlspace_dataset.subscriptions,
    mlspace_dataset.scratch,
    mlspace_dataset.holidays,
  ]
}
