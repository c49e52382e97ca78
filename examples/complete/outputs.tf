output "settings" {
  description = "Settings of the platform, for provider blocks of other configurations."
  value       = module.platform.settings
}

output "roles" {
  description = "ARNs of the members' roles."
  value       = { for member, membership in mlspace_membership.this : member => membership.role_arn }
}
