# The example is applied, with a stand-in for the provider's own resources.

mock_provider "mlspace" {}

run "two_projects" {
  command = apply

  assert {
    condition     = mlspace_notebook.alice.security_group_ids == toset(module.fraud.security_group_ids) && module.fraud.security_group_ids != module.churn.security_group_ids
    error_message = "Each project has a group of its own, and its notebooks have it."
  }
  assert {
    condition     = keys(module.fraud.role_arns) == ["alice", "bob"] && keys(module.fraud.datasets) == ["cards-2026"]
    error_message = "Members and datasets are given out."
  }
}
