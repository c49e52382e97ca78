data "mlspace_project_spend" "fraud" {
  project = mlspace_project.fraud.name

  # The budget is the project's, so that it is not there before the project is applied.
  depends_on = [mlspace_project.fraud]
}

output "spent_on_fraud" {
  value = data.mlspace_project_spend.fraud.actual
}
