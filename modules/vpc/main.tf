# A network without internet access: private subnets, one in each zone, each with a route table.
# Workloads, and only they, reach AWS services through endpoints (endpoints.tf, security_groups.tf);
# every connection is logged (flow_logs.tf).

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Zones without opt-in: Local Zones and Wavelength Zones have neither SageMaker nor endpoints.
data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:the first three by name are used, so a new zone changes nothing; availability_zones pins them
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  account = {
    account_id = data.aws_caller_identity.current.account_id
    region     = local.region
    partition  = local.partition
  }

  is_new = var.existing == null
  tags   = merge(var.tags, { Name = var.name })

  available_zones = data.aws_availability_zones.available.names
  listed_zones = var.availability_zones == null ? slice(
    sort(local.available_zones), 0, min(3, length(local.available_zones))
  ) : var.availability_zones
  # Each zone's blocks are those of its position, so that other zones can come and go.
  zone_positions = var.zone_positions == null ? { for n, zone in local.listed_zones : zone => n } : var.zone_positions
  zones          = keys(local.zone_positions)
  new_zones      = local.is_new ? local.zones : []

  ip_plan = provider::mlspace::studio_ip_plan({
    users                       = var.workload_plan.users
    availability_zones          = local.is_new ? length(local.zones) : length(var.existing.subnet_ids)
    interface_endpoints         = length(local.services)
    instance_types_per_user     = var.workload_plan.instance_types
    training_instances_per_user = var.workload_plan.training_instances
    efa                         = var.workload_plan.efa
    growth_percent              = var.workload_plan.growth_percent
  })

  subnet_prefix = coalesce(var.subnet_prefix, local.ip_plan.worst_prefix, local.ip_plan.balanced_prefix)

  # Public blocks are reserved with and without NAT, so that turning it on moves no subnet.
  layout = local.is_new ? provider::mlspace::subnet_layout(var.cidr, max(values(local.zone_positions)...) + 1, {
    private = local.subnet_prefix
    public  = 28
  }) : { private = [], public = [] }

  private_blocks = { for zone in local.new_zones : zone => local.layout.private[local.zone_positions[zone]] }
  public_blocks  = { for zone in local.new_zones : zone => local.layout.public[local.zone_positions[zone]] if var.nat }

  # Two blocks overlap if they begin at the same address with the shorter of their prefixes.
  overlapping = [
    for cidr in var.reserved_cidrs : cidr
    if length(distinct([
      for one in [cidr, var.cidr] : cidrhost(
        "${split("/", one)[0]}/${min(tonumber(split("/", cidr)[1]), tonumber(split("/", var.cidr)[1]))}", 0
      )
    ])) == 1
  ]

  vpc_id          = local.is_new ? one(aws_vpc.this[*].id) : var.existing.vpc_id
  subnet_ids      = local.is_new ? [for zone in local.zones : aws_subnet.private[zone].id] : var.existing.subnet_ids
  route_table_ids = local.is_new ? [for zone in local.zones : aws_route_table.private[zone].id] : var.existing.route_table_ids
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:flow_logs.tf logs this network or the existing one, by a local that the check does not follow
  count = local.is_new ? 1 : 0

  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # endpoints answer to the services' usual names
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.overlapping) == 0
      error_message = "The network ${var.cidr} overlaps ${join(", ", local.overlapping)}: networks with common addresses cannot be peered or routed to each other. Choose a free block for `cidr`."
    }
    precondition {
      condition     = var.availability_zones == null || var.zone_positions == null
      error_message = "`availability_zones` and `zone_positions` both name the zones: remove one of them."
    }
    precondition {
      condition     = length(setsubtract(local.zones, local.available_zones)) == 0
      error_message = "${local.region} does not have the zones ${join(", ", setsubtract(local.zones, local.available_zones))}. Its zones are ${join(", ", local.available_zones)}."
    }
    precondition {
      condition     = local.subnet_prefix <= local.ip_plan.balanced_prefix
      error_message = "Subnets of /${local.subnet_prefix} are too small for the plan: even with its users spread evenly over the zones, each subnet needs ${local.ip_plan.per_subnet_balanced} addresses, so a /${local.ip_plan.balanced_prefix}. Set `subnet_prefix` accordingly, or plan for fewer in `workload_plan`."
    }
  }
}

# The default security group, which AWS uses where none is named. Without rules it allows nothing.
resource "aws_default_security_group" "this" {
  count = local.is_new ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_subnet" "private" {
  for_each = local.private_blocks

  vpc_id                  = aws_vpc.this[0].id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = merge(local.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table" "private" {
  for_each = local.private_blocks

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table_association" "private" {
  for_each = local.private_blocks

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}
