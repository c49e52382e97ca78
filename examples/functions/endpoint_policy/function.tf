# The S3 endpoint of the VPC, limited to the platform's buckets.
output "endpoint_policy" {
  value = provider::mlspace::endpoint_policy({
    account_id = "123456789012"
    region     = "us-east-1"
    service    = "s3"
    buckets    = ["mlspace-*"]
  })
}
