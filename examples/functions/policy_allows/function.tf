# True: the request has the tag that the policy requires.
output "policy_allows" {
  value = provider::mlspace::policy_allows(
    [jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "OwnProject"
        Effect    = "Allow"
        Action    = "sagemaker:CreateModel"
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestTag/project" = "fraud" } }
      }]
    })],
    "arn:aws:iam::123456789012:role/data-scientist",
    "sagemaker:CreateModel",
    "arn:aws:sagemaker:us-east-1:123456789012:model/scoring",
    { "aws:RequestTag/project" = ["fraud"] },
  )
}
