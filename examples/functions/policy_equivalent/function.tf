# True: a value and a list of one are the same, and so are actions in any case.
output "policy_equivalent" {
  value = provider::mlspace::policy_equivalent(
    jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }]
    }),
    jsonencode({
      Version   = "2012-10-17"
      Statement = { Effect = "Allow", Action = ["S3:getobject"], Resource = ["*"] }
    }),
  )
}
