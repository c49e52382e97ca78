# The same in China, with ARNs of its own.

mock_provider "aws" {
  source          = "./tests/aws-cn"
  override_during = plan
}

run "china" {
  command = plan

  variables {
    kms_key_arn    = "arn:aws-cn:kms:cn-north-1:123456789012:key/0a1b"
    publisher_arns = ["arn:aws-cn:iam::123456789012:role/build"]
    images         = { lab = {} }
  }

  assert {
    condition     = strcontains(aws_iam_policy.images[0].policy, "arn:aws-cn:ecr:cn-north-1:123456789012:repository/mlspace/lab") && !strcontains(aws_ecr_repository_policy.this["lab"].policy, "arn:aws:")
    error_message = "ARNs are of the partition."
  }
}
