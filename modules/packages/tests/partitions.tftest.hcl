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
    reader_arns    = ["arn:aws-cn:iam::210987654321:role/deployment"]
  }

  assert {
    condition     = !strcontains(aws_codeartifact_repository_permissions_policy.this["shared"].policy_document, "arn:aws:") && strcontains(output.pip_commands["shared"], "--region cn-north-1")
    error_message = "ARNs and region are of the partition."
  }
}
