# Alarms for events that policies and guardrails should prevent. Each is a pattern over the trail's
# events.

locals {
  role_prefix = "${var.iam_resource_prefix}-*"

  # The role's boundary is none of these. `!=` alone does not match a role without a boundary.
  not_bounded = join(" && ", [for arn in sort(var.permissions_boundary_arns) : "($.requestParameters.permissionsBoundary != \"${arn}\")"])
  limits      = join(" || ", [for arn in sort(var.permissions_boundary_arns) : "($.requestParameters.policyArn = \"${arn}\")"])
  unexpected  = join("", [for arn in sort(var.expected_role_arns) : " && ($.userIdentity.sessionContext.sessionIssuer.arn != \"${arn}\")"])
  watched     = join(" || ", [for name in sort(var.data_buckets) : "($.requestParameters.bucketName = \"${name}\")"])

  events = {
    for alarm, names in {
      boundary = ["CreateRole", "DeleteRolePermissionsBoundary", "PutRolePermissionsBoundary"]
      limits   = ["CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"]
      tags     = ["AddTags", "DeleteTags"]
      roles    = ["TagRole", "UntagRole"]
      keys     = ["DeleteImportedKeyMaterial", "DisableKey", "DisableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion"]
      trail    = ["DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"]
      buckets  = ["DeleteBucket", "DeleteBucketEncryption", "DeleteBucketPolicy", "DeleteBucketPublicAccessBlock", "PutBucketAcl", "PutBucketEncryption", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketVersioning"]
    } : alarm => join(" || ", [for name in names : "($.eventName = \"${name}\")"])
  }

  alarms = merge(
    {
      role-without-boundary = {
        description = "A role under ${local.role_prefix} was created without its boundary or lost it, and is no longer limited to its project."
        pattern     = "{ ($.eventSource = \"iam.amazonaws.com\") && (${local.events.boundary}) && ($.requestParameters.roleName = \"${local.role_prefix}\") && (($.requestParameters.permissionsBoundary NOT EXISTS) || (${local.not_bounded})) && ($.errorCode NOT EXISTS) }"
      }
      boundary-rewritten = {
        description = "A permissions boundary was changed or deleted, and with it the limits of every role."
        pattern     = "{ ($.eventSource = \"iam.amazonaws.com\") && (${local.events.limits}) && (${local.limits}) && ($.errorCode NOT EXISTS) }"
      }
      resource-retagged = {
        description = "An identity other than Terraform changed tags of a SageMaker resource, which can move it to another tenant."
        pattern     = "{ ($.eventSource = \"sagemaker.amazonaws.com\") && (${local.events.tags})${local.unexpected} && ($.errorCode NOT EXISTS) }"
      }
      role-retagged = {
        description = "An identity other than Terraform changed tags of a role under ${local.role_prefix}, which decide whose data it reaches."
        pattern     = "{ ($.eventSource = \"iam.amazonaws.com\") && (${local.events.roles}) && ($.requestParameters.roleName = \"${local.role_prefix}\")${local.unexpected} && ($.errorCode NOT EXISTS) }"
      }
      access-denied = {
        description = "Members' roles were denied access to data or SageMaker resources more than ${var.denied_calls} times in five minutes: someone may be probing other tenants."
        pattern     = "{ (($.eventSource = \"s3.amazonaws.com\") || ($.eventSource = \"sagemaker.amazonaws.com\")) && ($.errorCode = \"AccessDenied*\") && ($.userIdentity.sessionContext.sessionIssuer.userName = \"${local.role_prefix}\") }"
        threshold   = var.denied_calls
      }
      key-disabled = {
        description = "A key was disabled, scheduled for deletion or given another policy: data can become unreadable, or readable to others."
        pattern     = "{ ($.eventSource = \"kms.amazonaws.com\") && (${local.events.keys}) && ($.errorCode NOT EXISTS) }"
      }
      trail-stopped = {
        description = "A trail was stopped, changed or deleted: calls may no longer be recorded."
        pattern     = "{ ($.eventSource = \"cloudtrail.amazonaws.com\") && (${local.events.trail}) && ($.errorCode NOT EXISTS) }"
      }
      root-used = {
        description = "The account's root user was active. No boundary and no bucket policy applies to it."
        pattern     = "{ ($.userIdentity.type = \"Root\") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != \"AwsServiceEvent\") }"
      }
    },
    length(var.data_buckets) == 0 ? {} : {
      bucket-opened = {
        description = "A data bucket was given another policy, encryption, versioning or public access."
        pattern     = "{ ($.eventSource = \"s3.amazonaws.com\") && (${local.events.buckets}) && (${local.watched}) && ($.errorCode NOT EXISTS) }"
      }
    },
  )
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.alarms

  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.trail.name
  pattern        = each.value.pattern

  metric_transformation {
    name          = each.key
    namespace     = var.name
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }

  lifecycle {
    precondition {
      condition     = length(each.value.pattern) <= 1024
      error_message = "The filter of the alarm ${each.key} has ${length(each.value.pattern)} characters, and CloudWatch accepts 1,024: name fewer buckets, boundaries or roles."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  alarm_actions       = [aws_sns_topic.alarms.arn]
  namespace           = var.name
  metric_name         = each.key
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = try(each.value.threshold, 0)
  period              = 300 # seconds
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags

  depends_on = [aws_cloudwatch_log_metric_filter.this]
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = one(provider::mlspace::policy_documents("alarm_topic", merge(local.account, { topic = "${var.name}-alarms" })))
}

resource "aws_sns_topic_subscription" "emails" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
