# False: the bucket's policy denies plain HTTP, whatever the role's own policies allow.
output "resource_policy_allows" {
  value = provider::mlspace::resource_policy_allows(
    jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "arn:aws:s3:::mlspace-data-123456789012/*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    }),
    "arn:aws:iam::123456789012:role/data-scientist",
    "s3:GetObject",
    "arn:aws:s3:::mlspace-data-123456789012/project/fraud/cards.csv",
    { "aws:SecureTransport" = ["false"] },
  )
}
