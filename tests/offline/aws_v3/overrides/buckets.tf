# S3 encrypts every new bucket (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html).
# Version 3 of the provider takes that for drift: it has no separate resource for encryption
# (unsupported.txt) and does not know of the default.
resource "aws_s3_bucket" "this" {
  lifecycle {
    ignore_changes = [server_side_encryption_configuration]
  }
}
