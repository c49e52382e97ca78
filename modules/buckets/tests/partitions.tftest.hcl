# The same in every partition, with ARNs of its own.

mock_provider "aws" {
  alias           = "china"
  source          = "./tests/aws-cn"
  override_during = plan
}

mock_provider "aws" {
  alias           = "government"
  source          = "./tests/aws-us-gov"
  override_during = plan
}

run "china" {
  command = plan

  providers = { aws = aws.china }

  variables {
    kms_key_arns          = { data = "arn:aws-cn:kms:cn-north-1:123456789012:key/da7a" }
    endpoint_ids          = ["vpce-0a1b2c3d"]
    exempt_principal_arns = ["arn:aws-cn:iam::123456789012:role/platform"]
  }

  assert {
    condition     = length(aws_s3_bucket_policy.this) == 4 && !anytrue([for policy in aws_s3_bucket_policy.this : strcontains(policy.policy, "arn:aws:")])
    error_message = "No ARN is of the commercial partition."
  }
  assert {
    condition     = output.bucket_arns["data"] == "arn:aws-cn:s3:::mlspace-data-123456789012"
    error_message = "Buckets have ARNs of the partition."
  }
}

run "government" {
  command = plan

  providers = { aws = aws.government }

  variables {
    kms_key_arns          = { data = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/da7a" }
    endpoint_ids          = ["vpce-0a1b2c3d"]
    exempt_principal_arns = ["arn:aws-us-gov:iam::123456789012:role/platform"]
  }

  assert {
    condition     = !anytrue([for policy in aws_s3_bucket_policy.this : strcontains(policy.policy, "arn:aws:")])
    error_message = "No ARN is of the commercial partition."
  }
  assert {
    condition     = length(flatten([for policy in aws_s3_bucket_policy.this : provider::mlspace::policy_lint(policy.policy, "bucket")])) == 0
    error_message = "The linter finds nothing in the policies."
  }
}
