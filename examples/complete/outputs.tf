output "settings" {
  description = "Settings of the platform, for provider blocks of other configurations."
  value       = module.platform.settings
}

output "roles" {
  description = "ARNs of the members' roles."
  value       = merge([for name, project in module.project : { for user, role in project.role_arns : "${name}/${user}" => role }]...)
}
