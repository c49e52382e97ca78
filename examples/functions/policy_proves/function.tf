# "proved: no such request is allowed": a Deny keeps what the pattern would allow.
output "policy_proves" {
  value = provider::mlspace::policy_proves(
    [jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::*sagemaker*" },
        { Effect = "Deny", Action = "s3:*", Resource = "arn:aws:s3:::data/group/*" },
      ]
    })],
    "arn:aws:iam::123456789012:role/data-scientist",
    ["s3:*"],
    ["arn:aws:s3:::data/group/*"],
    [],
    {},
  )
}
