# A region with three zones.

mock_data "aws_availability_zones" {
  defaults = { names = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"] }
}
