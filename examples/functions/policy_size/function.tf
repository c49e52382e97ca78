# The number of a managed policy's 6,144 characters that a document uses.
output "policy_size" {
  value = provider::mlspace::policy_size(jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "ReadShared"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::mlspace-data/global/*"
    }]
  }))
}
