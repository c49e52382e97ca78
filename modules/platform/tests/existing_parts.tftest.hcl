# An existing network and an existing key.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  administrator_arns = ["arn:aws:iam::111122223333:role/build"]
  network            = { flow_logs = false }
  existing = {
    network = {
      vpc_id             = "vpc-0a1b2c3d4e5f60718"
      subnet_ids         = ["subnet-0a1b2c3d4e5f60718"]
      route_table_ids    = ["rtb-0a1b2c3d4e5f60718"]
      security_group_ids = ["sg-0a1b2c3d4e5f60718"]
      endpoint_ids       = { s3 = "vpce-0a1b2c3d4e5f60718" }
    }
    keys = { data = { arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" } }
  }
}

override_data {
  target = module.vpc.data.aws_vpc.existing
  values = { enable_dns_support = true, enable_dns_hostnames = true }
}

override_data {
  target = module.vpc.data.aws_subnet.existing
  values = { vpc_id = "vpc-0a1b2c3d4e5f60718", availability_zone = "eu-west-1a", cidr_block = "10.9.0.0/20", map_public_ip_on_launch = false }
}

override_data {
  target = module.vpc.data.aws_route_table.existing
  values = { vpc_id = "vpc-0a1b2c3d4e5f60718", routes = [] }
}

run "existing_parts_are_used" {
  command = apply

  assert {
    condition = (
      output.settings.notebook_defaults.subnet_ids == tolist(["subnet-0a1b2c3d4e5f60718"]) &&
      output.settings.notebook_defaults.security_group_ids == tolist(["sg-0a1b2c3d4e5f60718"]) &&
      output.settings.notebook_defaults.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    )
    error_message = "The settings must have the existing network and key."
  }
  assert {
    condition     = strcontains(output.documents["bucket/data"], "vpce-0a1b2c3d4e5f60718") && strcontains(output.documents["bucket/data"], "key/1234abcd")
    error_message = "The data bucket's policy must name them."
  }
  assert {
    condition     = join(" ", [for what in keys(output.documents) : what if contains(["endpoint/dynamodb", "endpoint/s3", "key/data", "key/logs"], what)]) == "endpoint/dynamodb key/logs"
    error_message = "Only missing parts must be created."
  }
}
