# The same in every partition, with ARNs and service names of its own.

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
    administrator_arns = ["arn:aws-cn:iam::123456789012:role/platform"]
    user_arns          = { data = ["arn:aws-cn:iam::123456789012:role/MLSpace-*"] }
  }

  assert {
    condition     = length(aws_kms_key.this) == 3 && !anytrue([for key in aws_kms_key.this : strcontains(key.policy, "arn:aws:")])
    error_message = "No ARN is of the commercial partition."
  }
  assert {
    condition = provider::mlspace::resource_policy_allows(
      aws_kms_key.this["logs"].policy,
      "logs.cn-north-1.amazonaws.com.cn",
      "kms:GenerateDataKey",
      "arn:aws-cn:kms:cn-north-1:123456789012:key/0a1b",
      { "kms:EncryptionContext:aws:logs:arn" = ["arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/vpc/x"] },
    )
    error_message = "CloudWatch Logs goes by its name in China."
  }
}

run "government" {
  command = plan

  providers = { aws = aws.government }

  variables {
    administrator_arns = ["arn:aws-us-gov:iam::123456789012:role/platform"]
    user_arns          = { data = ["arn:aws-us-gov:iam::123456789012:role/MLSpace-*"] }
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : strcontains(key.policy, "arn:aws-us-gov:iam::123456789012:root") && !strcontains(key.policy, "arn:aws:")])
    error_message = "ARNs are of the partition."
  }
  assert {
    condition     = length(flatten([for key in aws_kms_key.this : provider::mlspace::policy_lint(key.policy, "key")])) == 0
    error_message = "The linter finds nothing in the policies."
  }
}
