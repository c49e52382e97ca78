# Allowed connections: from workloads to endpoints. None leads to workloads, not even from each other:
# all projects have this group, unless each has its own (module `project`).

locals {
  creates_workload_group = local.is_new ? true : length(var.existing.security_group_ids) == 0
  workload_group_ids     = local.creates_workload_group ? aws_security_group.workloads[*].id : var.existing.security_group_ids
  workload_group_count   = local.creates_workload_group ? 1 : length(var.existing.security_group_ids)

  # Gateway endpoints keep the public addresses of S3 and DynamoDB, which AWS publishes as prefix
  # lists.
  prefix_list_ids = { for service in ["s3", "dynamodb"] : service => data.aws_ec2_managed_prefix_list.gateway[service].id }
}

data "aws_ec2_managed_prefix_list" "gateway" {
  for_each = toset(["s3", "dynamodb"])

  name = "com.amazonaws.${local.region}.${each.key}"
}

resource "aws_security_group" "workloads" {
  #checkov:skip=CKV2_AWS_5:SageMaker attaches it to the network interfaces of workloads
  count = local.creates_workload_group ? 1 : 0

  name        = "${var.name}-workloads"
  description = "Notebooks, jobs and endpoints of ${var.name}"
  vpc_id      = local.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-workloads" })
}

resource "aws_vpc_security_group_egress_rule" "to_endpoints" {
  count = local.creates_workload_group ? 1 : 0

  security_group_id            = aws_security_group.workloads[0].id
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "Interface endpoints"
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_gateways" {
  for_each = local.creates_workload_group ? local.prefix_list_ids : {}

  security_group_id = aws_security_group.workloads[0].id
  prefix_list_id    = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "Gateway endpoint of ${each.key}"
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_internet" {
  count = local.creates_workload_group && var.nat ? 1 : 0

  security_group_id = aws_security_group.workloads[0].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "The internet, by NAT"
  tags              = local.tags
}

resource "aws_security_group" "endpoints" {
  name        = "${var.name}-endpoints"
  description = "Interface endpoints of ${var.name}"
  vpc_id      = local.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-endpoints" })

  lifecycle {
    precondition {
      condition     = length(local.unknown_services) == 0
      error_message = "${local.partition} has no endpoint for ${join(", ", local.unknown_services)}. The services are ${join(", ", keys(local.endpoint_names))}."
    }
    precondition {
      condition     = length(local.unknown_existing) == 0
      error_message = "`existing.endpoint_ids` has unknown services: ${join(", ", local.unknown_existing)}. Write `s3`, `dynamodb` or one of: ${join(", ", keys(local.endpoint_names))}."
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "from_workloads" {
  count = local.workload_group_count

  security_group_id            = aws_security_group.endpoints.id
  referenced_security_group_id = local.workload_group_ids[count.index]
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "HTTPS from workloads only"
  tags                         = local.tags
}
