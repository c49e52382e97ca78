data "mlspace_access" "fraud" {
  project = mlspace_project.fraud.name

  # Read the matrix after every change.
  depends_on = [
    mlspace_membership.alice,
    mlspace_membership.team,
    mlspace_project_group.analysts,
    mlspace_dataset.cards,
  ]
}

output "writers_of_cards" {
  value = [
    for entry in data.mlspace_access.fraud.entries : entry.user
    if entry.dataset == mlspace_dataset.cards.id && entry.write
  ]
}

# Warns when a role can do more than its membership should.
check "isolation" {
  assert {
    condition     = !anytrue([for work in data.mlspace_access.fraud.workloads : work.use_others])
    error_message = "A member of fraud can use other members' resources."
  }
}
