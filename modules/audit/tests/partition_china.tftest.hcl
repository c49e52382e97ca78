# The module in the China Regions.

provider "aws" {
  region              = "cn-north-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  bucket                    = "mlspace-logs-111122223333"
  kms_key_arn               = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  data_buckets              = ["mlspace-data-111122223333"]
  permissions_boundary_arns = ["arn:aws-cn:iam::111122223333:policy/platform/mlspace-permissions-boundary"]
}

run "partition_arns" {
  command = apply

  assert {
    condition = alltrue([
      for text in [aws_iam_policy.trail.policy, aws_sns_topic_policy.alarms.policy, aws_cloudtrail.this.arn, jsonencode(aws_cloudtrail.this.advanced_event_selector)] :
      length(regexall("arn:", text)) > 0 && length(regexall("arn:", text)) == length(regexall("arn:aws-cn:", text))
    ])
    error_message = "Every ARN must be of the partition."
  }
}
