//! Configurations that multiple tests start from.

/// A project and its owner.
pub(crate) const PEOPLE: &str = r#"
resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"
}

resource "mlspace_membership" "alice" {
  project = mlspace_project.fraud.name
  user    = "alice"
  owner   = true
}
"#;

/// One of each of the four resources.
pub(crate) const TEAM: &str = r#"
resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"
}

resource "mlspace_membership" "alice" {
  project = mlspace_project.fraud.name
  user    = "alice"
  owner   = true
}

resource "mlspace_dataset" "cards" {
  name        = "cards-2026"
  type        = "project"
  scope       = mlspace_project.fraud.name
  description = "Card transactions"
  created_by  = "alice"
}

resource "mlspace_notebook" "alice" {
  name            = "alice-fraud"
  project         = mlspace_membership.alice.project
  user            = mlspace_membership.alice.user
  instance_type   = "ml.t3.medium"
  volume_size     = 20
  daily_stop_time = "19:00"
}
"#;

/// [`PEOPLE`] and a notebook whose further settings are `body`.
pub(crate) fn notebook(body: &str) -> String {
    format!(
        r#"{PEOPLE}
resource "mlspace_notebook" "alice" {{
  name    = "alice-fraud"
  project = mlspace_membership.alice.project
  user    = mlspace_membership.alice.user
{body}
}}
"#
    )
}
