output "domain_id" {
  description = "Id of the domain, for `mlspace_studio_user_profile`."
  value       = mlspace_studio_domain.this.id
}

output "domain_arn" {
  description = "ARN of the domain."
  value       = mlspace_studio_domain.this.arn
}

output "url" {
  description = "Address of the domain; opening it takes a presigned URL."
  value       = mlspace_studio_domain.this.url
}

output "default_execution_role_arn" {
  description = "ARN of the role of profiles that name none."
  value       = mlspace_studio_domain.this.default_execution_role_arn
}

output "lifecycle_config_arns" {
  description = "ARNs of the lifecycle configurations by name and kind of app, such as `packages/jupyter_lab`."
  value       = { for key, config in aws_sagemaker_studio_lifecycle_config.this : key => config.arn }
}

output "ip_plan" {
  description = "Number of addresses that the plan needs in the whole network and in one subnet, and the prefixes that fit them."
  value       = local.ip_plan
}
