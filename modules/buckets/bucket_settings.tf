# Settings of every bucket, whatever its purpose.

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    # A bucket key, derived from the KMS key, saves a KMS request for each object.
    bucket_key_enabled = each.key != "access-logs"

    apply_server_side_encryption_by_default {
      sse_algorithm     = each.key == "access-logs" ? "AES256" : "aws:kms"
      kms_master_key_id = each.value.key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Moves noncurrent versions and removes unfinished uploads; deletes no object and no version.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "archive-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_transition {
      noncurrent_days = var.archive_days
      storage_class   = "STANDARD_IA"
    }
  }

  # S3 requires versioning first.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for purpose, bucket in local.buckets : purpose => bucket if purpose != "access-logs" }

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = local.creates_access_logs ? aws_s3_bucket.this["access-logs"].id : var.existing_access_logs_bucket
  target_prefix = "${each.value.name}/"

  lifecycle {
    precondition {
      condition     = local.creates_access_logs || each.value.name != var.existing_access_logs_bucket
      error_message = "A bucket cannot log its accesses to itself, because every delivery would be logged again: name an `existing_access_logs_bucket` other than ${each.value.name}."
    }
  }

  # S3 checks that it can write there.
  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_notification" "this" {
  for_each = setintersection(var.event_bridge_purposes, keys(local.buckets))

  bucket      = aws_s3_bucket.this[each.key].id
  eventbridge = true
}
