# A key for logs: the platform's role administers it, CloudWatch Logs and CloudTrail use it.
output "key_policy" {
  value = provider::mlspace::key_policy({
    account_id         = "123456789012"
    region             = "us-east-1"
    administrator_arns = ["arn:aws:iam::123456789012:role/platform"]
    log_group_prefixes = ["/aws/"]
    used_by            = ["cloudtrail"]
  })
}
