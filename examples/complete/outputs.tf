output "settings" {
  description = "The platform's settings, for provider blocks of other configurations."
  value       = module.platform.settings
}

output "roles" {
  description = "ARN of each member's role."
  value       = { for member, membership in mlspace_membership.this : member => membership.role_arn }
}
