# Allowed connections: among the project's workloads, and from them to endpoints. None leads from
# outside to them, and none to other projects.

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:SageMaker attaches it to the network interfaces of workloads
  name        = "mlspace-project-${var.name}"
  description = "Notebooks, jobs and endpoints of the project ${var.name}"
  vpc_id      = var.network.vpc_id
  tags        = local.tags
}

# Instances of one job exchange gradients, and with traffic encryption the keys of it, on ports of
# their choice: https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html
resource "aws_vpc_security_group_ingress_rule" "among_workloads" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "-1"
  description                  = "Among workloads of the project"
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "among_workloads" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "-1"
  description                  = "Among workloads of the project"
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_endpoints" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = var.network.endpoint_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "Interface endpoints"
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id            = var.network.endpoint_security_group_id
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "HTTPS from the project ${var.name}"
  tags                         = local.tags
}

# Gateway endpoints keep the public addresses of S3 and DynamoDB.
resource "aws_vpc_security_group_egress_rule" "to_gateways" {
  for_each = var.network.prefix_list_ids

  security_group_id = aws_security_group.this.id
  prefix_list_id    = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "Gateway endpoint of ${each.key}"
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "more" {
  for_each = var.egress

  security_group_id            = aws_security_group.this.id
  cidr_ipv4                    = each.value.cidr
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = each.key
  tags                         = local.tags
}
