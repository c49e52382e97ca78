# S3 encrypts every new bucket, which the provider of 2021 takes for a change: it knows no resource for encryption beside
# the bucket (cut.txt) and no default (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html).
resource "aws_s3_bucket" "this" {
  lifecycle {
    ignore_changes = [server_side_encryption_configuration]
  }
}
