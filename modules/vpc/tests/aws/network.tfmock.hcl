# A region with six zones, and what an existing network looks like in it.

mock_data "aws_availability_zones" {
  defaults = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d", "eu-west-1e", "eu-west-1f"] }
}

mock_data "aws_vpc" {
  defaults = { id = "vpc-0e0e", enable_dns_support = true, enable_dns_hostnames = true }
}

mock_data "aws_subnet" {
  defaults = { vpc_id = "vpc-0e0e", availability_zone = "eu-west-1a", cidr_block = "10.9.0.0/22", map_public_ip_on_launch = false }
}

mock_data "aws_route_table" {
  defaults = { vpc_id = "vpc-0e0e", routes = [] }
}
