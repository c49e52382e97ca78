# A domain in an existing network. Apps stop after two hours without use, and each start logs pip in
# to a repository of packages.

provider "aws" {
  region = "eu-west-1"
}

provider "mlspace" {
  region      = "eu-west-1"
  data_bucket = "mlspace-data-123456789012"
}

module "studio" {
  source = "../.."

  network = {
    vpc_id             = "vpc-0a1b2c3d4e5f60718"
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
  kms_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  workload_plan = { users = 20 }

  lifecycle_configs = {
    packages = {
      apps    = ["jupyter_lab", "code_editor"]
      default = true
      script  = <<-EOT
        #!/bin/bash
        set -eu
        aws codeartifact login --tool pip --domain mlspace --domain-owner 123456789012 --repository shared --region eu-west-1
      EOT
    }
  }

  tags = { system = "MLSpace" }
}

resource "mlspace_studio_user_profile" "alice" {
  domain_id = module.studio.domain_id
  project   = "fraud"
  user      = "alice"
}
