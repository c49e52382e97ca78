output "role_arn" {
  description = "ARN of alice's role in the project."
  value       = mlspace_membership.alice.role_arn
}
