output "bucket_names" {
  description = "Name of the bucket for each purpose, `access-logs` among them where it was made here."
  value       = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.id }
}

output "bucket_arns" {
  description = "ARN of the bucket for each purpose."
  value       = { for purpose, bucket in local.buckets : purpose => "arn:${local.account.partition}:s3:::${bucket.name}" }
}

output "data_bucket" {
  description = "Name of the bucket for datasets, as the provider's `data_bucket` takes it; null without one."
  value       = try(aws_s3_bucket.this["data"].id, null)
}

output "access_logs_bucket" {
  description = "Name of the bucket that access logs go to, made here or brought."
  value       = local.makes_access_logs ? aws_s3_bucket.this["access-logs"].id : var.existing_access_logs_bucket
}

output "policies" {
  description = "Policy of the bucket for each purpose, as JSON."
  value       = local.policies
}
