# Packages of PyPI, and a source of one's own before it.

provider "aws" {
  region = "eu-west-1"
}

module "packages" {
  source = "../.."

  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  publisher_arns = ["arn:aws:iam::123456789012:role/build"]

  sources = {
    own  = {}
    pypi = { external_connection = "public:pypi" }
  }
  repositories = {
    shared = { upstreams = ["own", "pypi"] }
  }

  tags = { system = "MLSpace" }
}

output "pip_command" {
  description = "A line for the start script of a lifecycle configuration."
  value       = module.packages.pip_commands["shared"]
}
