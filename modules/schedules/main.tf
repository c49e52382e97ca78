# The group of the schedules that stop notebooks at their daily stop time, and the role with which
# they do so. The schedules themselves belong to notebooks, whose provider keeps them.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account = {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
  }

  stop_policy = one(provider::mlspace::policy_documents("stop_role", merge(local.account, {
    system_tag = var.system_tag
  })))
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
  tags = var.tags
}

# Permissions and boundary: no policy that is attached later gives the role more.
resource "aws_iam_policy" "stop" {
  name        = var.name
  path        = "/platform/"
  description = "What the schedules of notebooks may do, and the boundary of their role."
  policy      = local.stop_policy
  tags        = var.tags
}

resource "aws_iam_role" "stop" {
  name                 = var.name
  path                 = "/platform/"
  description          = "Schedules stop notebooks at their daily stop time."
  assume_role_policy   = one(provider::mlspace::policy_documents("stop_role_trust", merge(local.account, { schedule_group = var.name })))
  permissions_boundary = aws_iam_policy.stop.arn
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "stop" {
  role       = aws_iam_role.stop.name
  policy_arn = aws_iam_policy.stop.arn
}
