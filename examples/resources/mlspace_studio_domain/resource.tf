# The network and the key are those of the provider's notebook_defaults.
resource "mlspace_studio_domain" "main" {
  name   = "ml"
  vpc_id = "vpc-0a1b2c3d4e5f60718"

  # A role without any policy: each profile carries the role of its membership.
  default_execution_role_arn = "arn:aws:iam::123456789012:role/studio-without-rights"

  # Apps are stopped after two hours without use.
  jupyter_lab = { idle_timeout_minutes = 120 }
  code_editor = { idle_timeout_minutes = 120 }

  max_volume_size = 200 # GB
  hidden_tools    = ["JumpStart"]
}
