# The data bucket: TLS, one VPC endpoint and one key only; the platform's role can maintain it.
output "bucket_policy" {
  value = provider::mlspace::bucket_policy({
    account_id            = "123456789012"
    region                = "us-east-1"
    bucket                = "mlspace-data-123456789012"
    endpoint_ids          = ["vpce-0a1b2c3d4e5f60718"]
    exempt_principal_arns = ["arn:aws:iam::123456789012:role/platform"]
    kms_key_arn           = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
  })
}
