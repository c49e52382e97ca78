output "key_arns" {
  description = "ARN of the key for each purpose, made here or brought."
  value = merge(
    { for purpose, key in aws_kms_key.this : purpose => key.arn },
    { for purpose, key in data.aws_kms_key.existing : purpose => key.arn },
  )
}

output "alias_names" {
  description = "Alias of each key that was made here, by purpose."
  value       = { for purpose, alias in aws_kms_alias.this : purpose => alias.name }
}

output "policies" {
  description = "Policy of each key that was made here, by purpose, as JSON."
  value       = local.policies
}
