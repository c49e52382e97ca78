# The S3 endpoint of the VPC leads to the platform's buckets, and nowhere else.
output "endpoint_policy" {
  value = provider::mlspace::endpoint_policy({
    account_id = "123456789012"
    region     = "us-east-1"
    service    = "s3"
    buckets    = ["mlspace-*"]
  })
}
