# Checks of an existing network, before anything is added to it.

data "aws_vpc" "existing" {
  count = local.is_new ? 0 : 1

  id = var.existing.vpc_id

  lifecycle {
    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "The network ${self.id} does not resolve private names of endpoints: turn on both DNS settings (`enableDnsSupport`, `enableDnsHostnames`)."
    }
    precondition {
      condition     = length(var.reserved_cidrs) == 0 && var.availability_zones == null && var.zone_positions == null && var.subnet_prefix == null
      error_message = "`reserved_cidrs`, `availability_zones`, `zone_positions` and `subnet_prefix` apply to a new network only: remove them, or remove `existing`."
    }
  }
}

data "aws_subnet" "existing" {
  count = local.is_new ? 0 : length(var.existing.subnet_ids)

  id = var.existing.subnet_ids[count.index]

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.existing.vpc_id
      error_message = "The subnet ${self.id} belongs to ${self.vpc_id}, not to ${var.existing.vpc_id}."
    }
    postcondition {
      condition     = !self.map_public_ip_on_launch
      error_message = "The subnet ${self.id} assigns public addresses on launch: name private subnets, or turn that off."
    }
    postcondition {
      condition     = tonumber(split("/", self.cidr_block)[1]) <= local.ip_plan.balanced_prefix
      error_message = "The subnet ${self.id} (${self.cidr_block}) is too small for the plan: even with its users spread evenly, each subnet needs ${local.ip_plan.per_subnet_balanced} addresses, so a /${local.ip_plan.balanced_prefix}. Name larger or more subnets, or plan for fewer in `workload_plan`."
    }
  }
}

data "aws_route_table" "existing" {
  count = local.is_new ? 0 : length(var.existing.route_table_ids)

  route_table_id = var.existing.route_table_ids[count.index]

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.existing.vpc_id
      error_message = "The route table ${self.id} belongs to ${self.vpc_id}, not to ${var.existing.vpc_id}."
    }
    postcondition {
      condition = var.nat || alltrue([
        for route in self.routes : !startswith(coalesce(route.gateway_id, "none"), "igw-") && coalesce(route.nat_gateway_id, "none") == "none"
      ])
      error_message = "The route table ${self.id} has a route to the internet. Name the route tables of private subnets, or set `nat = true` if workloads are allowed to reach the internet."
    }
  }
}

locals {
  # An interface endpoint uses one subnet of each zone.
  existing_by_zone = { for subnet in data.aws_subnet.existing : subnet.availability_zone => subnet.id... }
}
