# The network itself: subnets, routes, zones, names.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  flow_logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
  tags      = { system = "MLSpace" }
}

run "three_zones_for_a_hundred_people" {
  command = plan

  assert {
    condition     = keys(aws_subnet.private) == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    error_message = "The first three zones are taken."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.private : endswith(subnet.cidr_block, "/22") && !subnet.map_public_ip_on_launch])
    error_message = "Each subnet has space for all users and assigns no public addresses."
  }
  assert {
    condition     = length(distinct([for subnet in aws_subnet.private : subnet.cidr_block])) == 3
    error_message = "Each subnet has a block of its own."
  }
  assert {
    condition     = aws_vpc.this[0].enable_dns_support && aws_vpc.this[0].enable_dns_hostnames
    error_message = "Endpoints answer to the services' names."
  }
  assert {
    condition     = output.ip_plan.per_subnet_worst == 513 && output.ip_plan.balanced_prefix == 24
    error_message = "The plan counts twelve endpoints, a mount target and 500 addresses of users."
  }
}

run "no_internet_access" {
  command = plan

  assert {
    condition = length(aws_internet_gateway.this) + length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_route.nat) + length(
      aws_route.internet
    ) + length(aws_subnet.public) + length(aws_vpc_security_group_egress_rule.to_internet) == 0
    error_message = "No gateway, no route, no rule leads out."
  }
}

run "nat_per_zone" {
  command = plan

  variables {
    nat = true
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == keys(aws_subnet.private) && keys(aws_route.nat) == keys(aws_subnet.private)
    error_message = "Each zone has a gateway of its own."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : endswith(subnet.cidr_block, "/28") && !subnet.map_public_ip_on_launch])
    error_message = "Public subnets hold gateways and nothing else."
  }
  assert {
    condition     = alltrue([for route in concat(values(aws_route.nat), aws_route.internet) : route.destination_cidr_block == "0.0.0.0/0"])
    error_message = "Everything else goes by the gateways."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.to_internet[0].from_port == 443 && aws_vpc_security_group_egress_rule.to_internet[0].to_port == 443
    error_message = "Workloads speak HTTPS with the internet, and nothing else."
  }
  assert {
    condition     = length(distinct(concat([for subnet in aws_subnet.public : subnet.cidr_block], [for subnet in aws_subnet.private : subnet.cidr_block]))) == 6
    error_message = "No block is used twice."
  }
}

run "blocks_before_nat" {
  command = plan

  assert {
    condition     = [for subnet in aws_subnet.private : subnet.cidr_block] == ["10.0.0.0/22", "10.0.8.0/22", "10.0.16.0/22"]
    error_message = "Public blocks are set aside from the start, so that NAT moves nothing."
  }
}

run "blocks_after_nat_and_with_another_zone" {
  command = plan

  variables {
    nat                = true
    availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"]
  }

  assert {
    condition     = slice([for subnet in aws_subnet.private : subnet.cidr_block], 0, 3) == ["10.0.0.0/22", "10.0.8.0/22", "10.0.16.0/22"]
    error_message = "Neither NAT nor a further zone moves a subnet."
  }
}

run "zones_keep_their_blocks" {
  command = plan

  variables {
    zone_positions = { eu-west-1c = 0, eu-west-1a = 2 }
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { eu-west-1c = "10.0.0.0/22", eu-west-1a = "10.0.16.0/22" }
    error_message = "A zone's block is that of its position, whatever the order of the names and the other zones."
  }
}

run "one_zone" {
  command = plan

  variables {
    availability_zones = ["eu-west-1b"]
    cidr               = "10.7.0.0/21"
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { eu-west-1b = "10.7.0.0/22" }
    error_message = "One zone has one subnet."
  }
}

run "six_zones" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d", "eu-west-1e", "eu-west-1f"]
  }

  assert {
    condition     = length(aws_subnet.private) == 6 && length(aws_route_table_association.private) == 6
    error_message = "Six zones have six subnets, each with its routes."
  }
  assert {
    condition     = length(distinct([for subnet in aws_subnet.private : subnet.cidr_block])) == 6
    error_message = "Each subnet has a block of its own."
  }
  assert {
    condition     = length(output.subnet_ids) == 6
    error_message = "All of them are given on."
  }
}

run "small_subnet_prefix" {
  command = plan

  variables {
    cidr          = "10.7.0.0/24"
    subnet_prefix = 26
    workload_plan = { users = 5 }

    availability_zones = ["eu-west-1a", "eu-west-1b"]
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.private : endswith(subnet.cidr_block, "/26")])
    error_message = "The given prefix is taken where the plan fits."
  }
}

run "workloads_admit_nobody" {
  command = plan

  assert {
    condition = length(aws_security_group.workloads) == 1 && flatten([
      for name in fileset(path.module, "*.tf") : regexall("resource \"aws_vpc_security_group_ingress_rule\" \"(\\w+)\"", file("${path.module}/${name}"))
    ]) == ["from_workloads"]
    error_message = "Workloads of different projects have the same group: the only inbound rule must be the endpoints'."
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.to_endpoints) == 1 && keys(aws_vpc_security_group_egress_rule.to_gateways) == ["dynamodb", "s3"]
    error_message = "Workloads reach the endpoints."
  }
  assert {
    condition     = keys(output.prefix_list_ids) == ["dynamodb", "s3"]
    error_message = "Rules of other groups need the prefix lists."
  }
}

run "tags" {
  command = plan

  variables {
    nat = true
  }

  assert {
    condition = alltrue([for thing in concat(
      aws_vpc.this,
      aws_default_security_group.this,
      values(aws_subnet.private),
      values(aws_subnet.public),
      values(aws_route_table.private),
      aws_route_table.public,
      aws_internet_gateway.this,
      values(aws_nat_gateway.this),
      values(aws_eip.nat),
      values(aws_vpc_endpoint.gateway),
      values(aws_vpc_endpoint.interface),
      aws_security_group.workloads,
      [aws_security_group.endpoints],
      aws_vpc_security_group_ingress_rule.from_workloads,
      aws_vpc_security_group_egress_rule.to_endpoints,
      values(aws_vpc_security_group_egress_rule.to_gateways),
      aws_vpc_security_group_egress_rule.to_internet,
      values(aws_cloudwatch_log_group.flow_logs),
      values(aws_iam_policy.flow_logs),
      values(aws_iam_role.flow_logs),
      values(aws_flow_log.this),
    ) : thing.tags.system == "MLSpace" && startswith(thing.tags.Name, "mlspace")])
    error_message = "Whatever takes tags has the given ones and a name."
  }
}
