output "name" {
  description = "Name of the project, once it exists."
  value       = mlspace_project.this.name
}

output "security_group_ids" {
  description = "The project's security group, as a list: for notebooks, user profiles of Studio and `mlspace_sdk_config`."
  value       = [aws_security_group.this.id]
}

output "role_arns" {
  description = "ARNs of the roles of the members by name, by user. Roles of groups' users are in `mlspace_access`."
  value       = { for user, membership in mlspace_membership.this : user => membership.role_arn }
}

output "datasets" {
  description = "Locations of the datasets (`s3://…`) by name."
  value       = { for name, dataset in mlspace_dataset.this : name => dataset.location }
}
