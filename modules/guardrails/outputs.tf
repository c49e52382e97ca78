output "service_control_policy_ids" {
  description = "Ids of the service control policies."
  value       = aws_organizations_policy.this[*].id
}

output "service_control_policies" {
  description = "Service control policies as JSON, for an organization that is managed elsewhere."
  value       = local.service_control
}

output "role_policy_arns" {
  description = "ARNs of the managed policies for roles."
  value       = aws_iam_policy.this[*].arn
}

output "boundary_parts" {
  description = "Denials as JSON for a permissions boundary. Pack them with the statements that the boundary allows, `provider::mlspace::pack_policies(concat([allowed], parts), \"boundary\", 1)`. They allow nothing by themselves."
  value       = local.boundary
}
