# True: one value or a list of one, and the case of an action, make no difference.
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
