# A platform in an existing network, with an existing key: only missing parts are added.

provider "aws" {
  region = var.region
}

module "platform" {
  source = "../../modules/platform"

  administrator_arns = var.administrator_arns
  existing           = { network = var.network, keys = { data = var.data_key } }
  network            = { flow_logs = false } # the network has its own
}

provider "mlspace" {
  region                   = module.platform.settings.region
  system_tag               = module.platform.settings.system_tag
  iam_resource_prefix      = module.platform.settings.iam_resource_prefix
  data_bucket              = module.platform.settings.data_bucket
  permissions_boundary_arn = module.platform.settings.permissions_boundary_arn
  base_policy_arns         = module.platform.settings.base_policy_arns
  table_names              = module.platform.settings.table_names

  notebook_defaults {
    subnet_ids         = module.platform.settings.notebook_defaults.subnet_ids
    security_group_ids = module.platform.settings.notebook_defaults.security_group_ids
    kms_key_id         = module.platform.settings.notebook_defaults.kms_key_id
  }
}

resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"
}

resource "mlspace_membership" "alice" {
  project = mlspace_project.fraud.name
  user    = "alice"
  owner   = true
}
