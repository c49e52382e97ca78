# The example is applied, with a stand-in for the provider's own resources.

mock_provider "mlspace" {
  mock_resource "mlspace_studio_domain" {
    defaults = { id = "d-0123456789ab" }
  }
}

override_data {
  target = module.studio.data.aws_subnet.this
  values = { vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.0.0.0/24", map_public_ip_on_launch = false }
}

run "profile_is_in_the_domain" {
  command = apply

  assert {
    condition     = mlspace_studio_user_profile.alice.domain_id == "d-0123456789ab"
    error_message = "The profile is in the module's domain."
  }
}
