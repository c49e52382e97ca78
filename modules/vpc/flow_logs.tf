# Flow logs of every connection, in an encrypted log group with a retention period. The policy of
# the role that writes them is also its boundary, so a policy that is attached later adds nothing.

locals {
  flow_logs      = var.flow_logs == null ? {} : { this = var.flow_logs }
  flow_log_group = "/aws/vpc/flow-logs/${var.name}"
  flow_log_role  = "${var.name}-flow-logs-${local.region}"
}

resource "aws_cloudwatch_log_group" "flow_logs" {
  for_each = local.flow_logs

  name              = local.flow_log_group
  kms_key_id        = each.value.kms_key_arn
  retention_in_days = each.value.retention_days
  tags              = local.tags
}

resource "aws_iam_policy" "flow_logs" {
  for_each = local.flow_logs

  name   = local.flow_log_role
  policy = one(provider::mlspace::policy_documents("flow_logs", merge(local.account, { log_group = local.flow_log_group })))
  tags   = local.tags
}

resource "aws_iam_role" "flow_logs" {
  for_each = local.flow_logs

  name                 = local.flow_log_role
  description          = "Writes the flow logs of ${var.name}"
  assume_role_policy   = one(provider::mlspace::policy_documents("flow_logs_trust", local.account))
  permissions_boundary = aws_iam_policy.flow_logs[each.key].arn
  tags                 = local.tags
}

resource "aws_iam_role_policy_attachment" "flow_logs" {
  for_each = local.flow_logs

  role       = aws_iam_role.flow_logs[each.key].name
  policy_arn = aws_iam_policy.flow_logs[each.key].arn
}

resource "aws_flow_log" "this" {
  for_each = local.flow_logs

  vpc_id                   = local.vpc_id
  traffic_type             = "ALL"
  max_aggregation_interval = 60
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow_logs[each.key].arn
  iam_role_arn             = aws_iam_role.flow_logs[each.key].arn
  tags                     = local.tags

  depends_on = [aws_iam_role_policy_attachment.flow_logs]
}
