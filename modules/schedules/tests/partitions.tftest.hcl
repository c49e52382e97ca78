# The same in China, with ARNs of its own.

mock_provider "aws" {
  source          = "./tests/aws-cn"
  override_during = plan
}

run "china" {
  command = plan

  assert {
    condition     = alltrue([for document in values(output.documents) : !strcontains(document, "arn:aws:") && strcontains(document, "cn-north-1")])
    error_message = "ARNs and region must be of the partition."
  }
}
