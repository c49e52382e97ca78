# The trail: management events of every region, and data events of the data buckets' objects.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # Parameters of every policy document.
  account = {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
  }

  trail_log_group = "/${var.name}/trail"
  trail_role      = "${var.name}-trail"

  # The role's policy is also its boundary, so that a policy attached later adds nothing.
  trail_log = one(provider::mlspace::policy_documents("trail_log", merge(local.account, { log_group = local.trail_log_group })))
}

resource "aws_cloudtrail" "this" {
  #checkov:skip=CKV_AWS_252:a notification for every log file would hide the alarms, which have a topic of their own
  name                          = var.name
  s3_bucket_name                = var.bucket
  kms_key_id                    = var.kms_key_arn
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail.arn
  enable_logging                = true
  enable_log_file_validation    = true
  include_global_service_events = true
  is_multi_region_trail         = true
  tags                          = var.tags

  advanced_event_selector {
    name = "What is done to the account"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  dynamic "advanced_event_selector" {
    for_each = length(var.data_buckets) > 0 ? ["Who touches which object"] : []

    content {
      name = advanced_event_selector.value

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }
      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }
      # With the slash: without it, a bucket whose name begins with this one would match too.
      field_selector {
        field       = "resources.ARN"
        starts_with = [for name in sort(var.data_buckets) : "arn:${data.aws_partition.current.partition}:s3:::${name}/"]
      }
    }
  }

  dynamic "advanced_event_selector" {
    for_each = length(var.table_arns) > 0 ? ["Who touches which record"] : []

    content {
      name = advanced_event_selector.value

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }
      field_selector {
        field  = "resources.type"
        equals = ["AWS::DynamoDB::Table"]
      }
      field_selector {
        field  = "resources.ARN"
        equals = sort(var.table_arns)
      }
    }
  }

  depends_on = [aws_iam_role_policy_attachment.trail]
}

resource "aws_iam_role" "trail" {
  name                 = local.trail_role
  path                 = "/platform/"
  description          = "CloudTrail writes the trail into its log group."
  assume_role_policy   = one(provider::mlspace::policy_documents("trail_trust", local.account))
  permissions_boundary = aws_iam_policy.trail.arn
  tags                 = var.tags
}

resource "aws_iam_policy" "trail" {
  name        = local.trail_role
  path        = "/platform/"
  description = "What the role of the trail may do, and its boundary."
  policy      = local.trail_log
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "trail" {
  role       = aws_iam_role.trail.name
  policy_arn = aws_iam_policy.trail.arn
}

resource "aws_cloudwatch_log_group" "trail" {
  name              = local.trail_log_group
  kms_key_id        = var.kms_key_arn
  retention_in_days = var.retention_days
  tags              = var.tags
}

# Logs of workloads. Groups that SageMaker creates are not encrypted with our key and never expire.
resource "aws_cloudwatch_log_group" "workloads" {
  for_each = var.workload_log_groups

  name              = "/aws/sagemaker/${each.value}"
  kms_key_id        = var.kms_key_arn
  retention_in_days = var.retention_days
  tags              = var.tags
}
