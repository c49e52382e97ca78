output "key_arns" {
  description = "ARNs of the keys by purpose, created here or existing."
  value = merge(
    { for purpose, key in aws_kms_key.this : purpose => key.arn },
    { for purpose, key in data.aws_kms_key.existing : purpose => key.arn },
  )
}

output "alias_names" {
  description = "Aliases of the keys that the module creates, by purpose."
  value       = { for purpose, alias in aws_kms_alias.this : purpose => alias.name }
}

output "policies" {
  description = "Policies of the keys that the module creates, by purpose, as JSON."
  value       = local.policies
}
