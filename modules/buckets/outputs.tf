output "bucket_names" {
  description = "Names of the buckets by purpose, including `access-logs` if the module creates it."
  value       = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.id }
}

output "bucket_arns" {
  description = "ARNs of the buckets by purpose."
  value       = { for purpose, bucket in local.buckets : purpose => "arn:${local.account.partition}:s3:::${bucket.name}" }
}

output "data_bucket" {
  description = "Name of the bucket for datasets, for the provider's `data_bucket`; null without one."
  value       = try(aws_s3_bucket.this["data"].id, null)
}

output "access_logs_bucket" {
  description = "Name of the bucket for access logs, created here or existing."
  value       = local.creates_access_logs ? aws_s3_bucket.this["access-logs"].id : var.existing_access_logs_bucket
}

output "policies" {
  description = "Policies of the buckets by purpose, as JSON."
  value       = local.policies
}
