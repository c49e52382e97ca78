# An account of the partition, without AWS.

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_region" {
  defaults = { id = "eu-west-1" }
}

mock_data "aws_subnet" {
  defaults = { vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.0.0.0/22", map_public_ip_on_launch = false }
}
