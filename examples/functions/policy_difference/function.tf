# One line: the role gains `s3:GetObject` on `arn:aws:s3:::data/*`.
output "policy_difference" {
  value = provider::mlspace::policy_difference(
    [jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::data/fraud/*" }]
    })],
    [jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::data/*" }]
    })],
    "arn:aws:iam::123456789012:role/data-scientist",
    {},
  )
}
