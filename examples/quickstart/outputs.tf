output "account" {
  description = "ID of the projects' account."
  value       = data.mlspace_caller.current.account_id
}

output "projects" {
  description = "ARNs of the projects' policies, which are attached to all of their members."
  value = {
    for project in [mlspace_project.fraud, mlspace_project.churn] : project.name => project.policy_arn
  }
}

output "roles" {
  description = "ARNs of the members' roles, by project/user."
  value = {
    for membership in concat(values(mlspace_membership.fraud), values(mlspace_membership.churn)) :
    membership.id => membership.role_arn
  }
}

output "datasets" {
  description = "Locations of the datasets."
  value = {
    for dataset in [mlspace_dataset.cards, mlspace_dataset.subscriptions, mlspace_dataset.scratch, mlspace_dataset.holidays] :
    dataset.id => dataset.location
  }
}

output "notebook" {
  description = "Alice's notebook."
  value = {
    name   = mlspace_notebook.alice.name
    status = mlspace_notebook.alice.status
    url    = mlspace_notebook.alice.url
  }
}

output "access" {
  description = "Permissions of each person on each dataset in each project, by the policies that are attached now."
  value = [
    for entry in data.mlspace_access.all.entries : {
      user    = entry.user
      project = entry.project
      dataset = entry.dataset
      read    = entry.read
      write   = entry.write
      delete  = entry.delete
    }
  ]
}
