# The module in the China Regions.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws-cn" }
  }
  mock_data "aws_region" {
    defaults = { id = "cn-north-1" }
  }
}

run "partition_arns" {
  command = plan

  variables {
    service_control = ["G14", "G27"]
    role            = ["G07", "G21"]
    parameters      = { owner_tag = ["user"] }
  }

  assert {
    condition = alltrue([
      for policy in concat(aws_organizations_policy.this[*].content, aws_iam_policy.this[*].policy) :
      length(regexall("arn:", policy)) == length(regexall("arn:aws-cn:", policy))
    ])
    error_message = "Every ARN must be of the partition."
  }
}
