# What every bucket has, whatever it is for.

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
    # One request to KMS for many objects: the bucket's own key, derived from this one.
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

# Moves, and clears up uploads that were never finished; deletes nothing that anybody can read.
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

  # S3 wants to know of versions first.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for purpose, bucket in local.buckets : purpose => bucket if purpose != "access-logs" }

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = local.makes_access_logs ? aws_s3_bucket.this["access-logs"].id : var.existing_access_logs_bucket
  target_prefix = "${each.value.name}/"

  lifecycle {
    precondition {
      condition     = local.makes_access_logs || each.value.name != var.existing_access_logs_bucket
      error_message = "A bucket that logs accesses to itself would log the logging, without end: name another `existing_access_logs_bucket` than ${each.value.name}."
    }
  }

  # S3 checks that it may write there.
  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_notification" "this" {
  for_each = setintersection(var.event_bridge_purposes, keys(local.buckets))

  bucket      = aws_s3_bucket.this[each.key].id
  eventbridge = true
}
