# Values that the module refuses.

mock_provider "aws" {}

mock_provider "mlspace" {}

variables {
  name = "fraud"
  network = {
    vpc_id                     = "vpc-0a1b2c3d4e5f60718"
    endpoint_security_group_id = "sg-0123456789abcdef0"
    prefix_list_ids            = { s3 = "pl-6da54004" }
  }
}

run "names" {
  command = plan

  variables {
    name    = "fraud-2"
    sharing = "all"
    network = { vpc_id = "vpc-0a1b2c3d4e5f60718", endpoint_security_group_id = "sg-0123456789abcdef0", prefix_list_ids = { s3 = "pl-6da54004" }, system_tag = "a*" }
  }

  expect_failures = [var.name, var.sharing, var.network]
}

run "network_without_s3" {
  command = plan

  variables {
    network = { vpc_id = "vpc-0a1b2c3d4e5f60718", endpoint_security_group_id = "sg-0123456789abcdef0", prefix_list_ids = { dynamodb = "pl-6fa54006" } }
  }

  expect_failures = [var.network]
}

run "network_by_name" {
  command = plan

  variables {
    network = { vpc_id = "main", endpoint_security_group_id = "endpoints", prefix_list_ids = { s3 = "pl-6da54004" } }
  }

  expect_failures = [var.network]
}

run "unknown_service" {
  command = plan

  variables {
    services = { names = ["bedrock"] }
  }

  expect_failures = [var.services]
}

run "rule_to_two_places" {
  command = plan

  variables {
    egress = { database = { port = 5432, cidr = "10.9.0.0/24", security_group_id = "sg-0fedcba9876543210" } }
  }

  expect_failures = [var.egress]
}

run "rule_to_nowhere" {
  command = plan

  variables {
    egress = { database = { port = 5432 } }
  }

  expect_failures = [var.egress]
}

run "rule_of_no_port" {
  command = plan

  variables {
    egress = { "Datenbank – Kunden" = { port = 70000, cidr = "10.9.0.0/24" } }
  }

  expect_failures = [var.egress]
}
