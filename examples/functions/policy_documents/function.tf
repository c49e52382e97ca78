# The permissions boundary of members' roles in this account.
output "policy_documents" {
  value = provider::mlspace::policy_documents("permissions_boundary", {
    account_id         = "123456789012"
    region             = "us-east-1"
    data_bucket        = "mlspace-data-123456789012"
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    security_group_ids = ["sg-0123456789abcdef0"]
    kms_key_id         = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
  })
}
