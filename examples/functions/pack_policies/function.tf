# The statements in as few managed policies as possible, at most two.
output "pack_policies" {
  value = provider::mlspace::pack_policies([
    for prefix in ["global", "global-read-only"] : jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Read${replace(title(prefix), "-", "")}"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::mlspace-data/${prefix}/*"
      }]
    })
  ], "managed", 2)
}
