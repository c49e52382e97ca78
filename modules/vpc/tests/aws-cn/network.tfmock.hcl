# A region with three zones.

mock_data "aws_availability_zones" {
  defaults = { names = ["cn-north-1a", "cn-north-1b", "cn-north-1d"] }
}
