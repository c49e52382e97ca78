# A network of one's own: what is missing is added, and what would not do is refused.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  flow_logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
  existing = {
    vpc_id          = "vpc-0e0e"
    subnet_ids      = ["subnet-0a", "subnet-0b", "subnet-0c"]
    route_table_ids = ["rtb-0a", "rtb-0b"]
  }
}

run "missing_endpoints_are_added" {
  command = plan

  override_data {
    target = data.aws_subnet.existing[1]
    values = { vpc_id = "vpc-0e0e", availability_zone = "eu-west-1b", cidr_block = "10.9.4.0/22", map_public_ip_on_launch = false }
  }

  # The mocked subnets have no ids of their own; the first and the third are in one zone.
  assert {
    condition     = length(aws_vpc.this) + length(aws_subnet.private) + length(aws_route_table.private) + length(aws_default_security_group.this) == 0
    error_message = "The network itself is left alone."
  }
  assert {
    condition     = length(aws_vpc_endpoint.interface) == 12 && alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.vpc_id == "vpc-0e0e" && length(endpoint.subnet_ids) == 2])
    error_message = "Endpoints are added, in one subnet of each zone."
  }
  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.gateway : endpoint.route_table_ids == toset(["rtb-0a", "rtb-0b"])])
    error_message = "S3 and DynamoDB get routes in the given tables."
  }
  assert {
    condition     = length(aws_security_group.workloads) == 1 && output.subnet_ids == tolist(["subnet-0a", "subnet-0b", "subnet-0c"])
    error_message = "Workloads get a security group, and the given subnets."
  }
  assert {
    condition     = aws_flow_log.this["this"].vpc_id == "vpc-0e0e"
    error_message = "Connections are recorded."
  }
}

run "existing_endpoints_are_kept" {
  command = plan

  variables {
    flow_logs = null
    existing = {
      vpc_id             = "vpc-0e0e"
      subnet_ids         = ["subnet-0a"]
      route_table_ids    = ["rtb-0a"]
      security_group_ids = ["sg-0a", "sg-0b"]
      endpoint_ids       = { s3 = "vpce-03", kms = "vpce-04" }
    }
  }

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["dynamodb"] && length(aws_vpc_endpoint.interface) == 11
    error_message = "Only the endpoints that are missing are made."
  }
  assert {
    condition     = output.s3_endpoint_id == "vpce-03" && output.kms_endpoint_id == "vpce-04"
    error_message = "Those that are there are given on."
  }
  assert {
    condition     = keys(output.prefix_list_ids) == ["dynamodb", "s3"]
    error_message = "Groups of projects need the prefix lists with existing groups too."
  }
  assert {
    condition     = length(aws_security_group.workloads) == 0 && [for rule in aws_vpc_security_group_ingress_rule.from_workloads : rule.referenced_security_group_id] == ["sg-0a", "sg-0b"]
    error_message = "Endpoints answer to the given security groups."
  }
}

run "vpc_without_dns" {
  command = plan

  override_data {
    target = data.aws_vpc.existing
    values = { enable_dns_support = true, enable_dns_hostnames = false }
  }

  expect_failures = [data.aws_vpc.existing]
}

run "subnet_of_another_vpc" {
  command = plan

  override_data {
    target = data.aws_subnet.existing[1]
    values = { vpc_id = "vpc-0f0f", availability_zone = "eu-west-1b", cidr_block = "10.9.4.0/22", map_public_ip_on_launch = false }
  }

  expect_failures = [data.aws_subnet.existing]
}

run "public_subnet" {
  command = plan

  override_data {
    target = data.aws_subnet.existing[1]
    values = { vpc_id = "vpc-0e0e", availability_zone = "eu-west-1b", cidr_block = "10.9.4.0/22", map_public_ip_on_launch = true }
  }

  expect_failures = [data.aws_subnet.existing]
}

run "small_subnet" {
  command = plan

  override_data {
    target = data.aws_subnet.existing[1]
    values = { vpc_id = "vpc-0e0e", availability_zone = "eu-west-1b", cidr_block = "10.9.4.0/26", map_public_ip_on_launch = false }
  }

  expect_failures = [data.aws_subnet.existing]
}

run "internet_route" {
  command = plan

  override_data {
    target = data.aws_route_table.existing
    values = { vpc_id = "vpc-0e0e", routes = [{ cidr_block = "0.0.0.0/0", nat_gateway_id = "nat-0a" }] }
  }

  expect_failures = [data.aws_route_table.existing]
}

run "internet_route_with_nat" {
  command = plan

  variables {
    nat = true
  }

  override_data {
    target = data.aws_route_table.existing
    values = { vpc_id = "vpc-0e0e", routes = [{ cidr_block = "0.0.0.0/0", nat_gateway_id = "nat-0a" }] }
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_vpc_security_group_egress_rule.to_internet) == 1
    error_message = "The existing gateway is used, and the security group lets HTTPS out."
  }
}

run "settings_of_a_new_vpc" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a"]
  }

  expect_failures = [data.aws_vpc.existing]
}

run "unknown_endpoint_services" {
  command = plan

  variables {
    existing = {
      vpc_id          = "vpc-0e0e"
      subnet_ids      = ["subnet-0a"]
      route_table_ids = ["rtb-0a"]
      endpoint_ids    = { sagemaker = "vpce-03" }
    }
  }

  expect_failures = [aws_security_group.endpoints]
}

run "missing_route_tables" {
  command = plan

  variables {
    existing = {
      vpc_id          = "vpc-0e0e"
      subnet_ids      = ["subnet-0a"]
      route_table_ids = []
    }
  }

  expect_failures = [var.existing]
}
