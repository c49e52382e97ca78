# Buckets for one account's networks and keys, with their policies. Their settings are in
# bucket_settings.tf.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account = {
    account_id = data.aws_caller_identity.current.account_id
    region     = data.aws_region.current.id
    partition  = data.aws_partition.current.partition
  }

  # Access logs have a bucket of their own, unless an existing one is named. S3 delivers them only
  # to buckets with SSE-S3; with a KMS key they would be lost silently.
  creates_access_logs = var.existing_access_logs_bucket == null

  buckets = {
    for purpose in setunion(var.purposes, local.creates_access_logs ? ["access-logs"] : []) : purpose => {
      name    = "${var.name}-${purpose}-${local.account.account_id}"
      key_arn = purpose == "access-logs" ? null : lookup(var.kms_key_arns, purpose, var.kms_key_arns["data"])
    }
  }

  deliverers = {
    access-logs = ["s3-access-logs"]
    logs        = sort(var.log_deliverers)
  }

  policies = {
    for purpose, bucket in local.buckets : purpose => provider::mlspace::bucket_policy(merge(local.account, {
      bucket                = bucket.name
      endpoint_ids          = var.endpoint_ids
      exempt_principal_arns = var.exempt_principal_arns
      iam_resource_prefix   = var.iam_resource_prefix
      kms_key_arn           = bucket.key_arn
      reader_arns           = purpose == "models" ? var.model_reader_arns : []
      delivered_by          = lookup(local.deliverers, purpose, [])
    }))
  }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:data stays in its region; replication is the owner's decision
  for_each = local.buckets

  bucket        = each.value.name
  force_destroy = false
  tags          = merge(var.tags, { Name = each.value.name })

  lifecycle {
    precondition {
      condition     = each.value.key_arn == null || try(split(":", each.value.key_arn)[3] == local.account.region, false)
      error_message = "The key ${coalesce(each.value.key_arn, "none")} is not in ${local.account.region}: a bucket needs a key of its own region."
    }
    precondition {
      condition     = length(var.model_reader_arns) == 0 || contains(var.purposes, "models")
      error_message = "`model_reader_arns` needs the bucket for models: add `models` to `purposes`. Other accounts cannot read the other buckets."
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id
  policy = local.policies[each.key]

  # Concurrent changes of one bucket conflict (OperationAborted), and no policy should exist before
  # the block.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
