# Only missing parts are added to the network; alice works in it, with the existing key.

mock_provider "mlspace" {}

variables {
  administrator_arns = ["arn:aws:iam::123456789012:role/build"]
  network = {
    vpc_id          = "vpc-0a1b2c3d4e5f60718"
    subnet_ids      = ["subnet-0a1b2c3d4e5f60718"]
    route_table_ids = ["rtb-0a1b2c3d4e5f60718"]
  }
  data_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
}

override_data {
  target = module.platform.module.vpc.data.aws_vpc.existing
  values = { enable_dns_support = true, enable_dns_hostnames = true }
}

override_data {
  target = module.platform.module.vpc.data.aws_subnet.existing
  values = { vpc_id = "vpc-0a1b2c3d4e5f60718", availability_zone = "eu-west-1a", cidr_block = "10.9.0.0/20", map_public_ip_on_launch = false }
}

override_data {
  target = module.platform.module.vpc.data.aws_route_table.existing
  values = { vpc_id = "vpc-0a1b2c3d4e5f60718", routes = [] }
}

run "existing_parts_are_used" {
  command = apply

  assert {
    condition = (
      module.platform.settings.notebook_defaults.subnet_ids == tolist(var.network.subnet_ids) &&
      module.platform.settings.notebook_defaults.kms_key_id == var.data_key.arn
    )
    error_message = "Network and key must be the existing ones."
  }
  assert {
    condition     = mlspace_membership.alice.project == "fraud"
    error_message = "Alice must be a member."
  }
}
