# From an empty account to the first project: the platform, two projects, three people, two
# datasets, a notebook.

provider "aws" {
  region = var.region
}

module "platform" {
  source = "../../modules/platform"

  administrator_arns = var.administrator_arns
  network            = { cidr = "10.40.0.0/16", project_security_groups = true }
  tags               = { cost-center = "ml" }
}

provider "mlspace" {
  region                   = module.platform.settings.region
  system_tag               = module.platform.settings.system_tag
  iam_resource_prefix      = module.platform.settings.iam_resource_prefix
  data_bucket              = module.platform.settings.data_bucket
  permissions_boundary_arn = module.platform.settings.permissions_boundary_arn
  base_policy_arns         = module.platform.settings.base_policy_arns
  services                 = module.platform.settings.services
  table_names              = module.platform.settings.table_names

  # No security groups: each project has its own.
  notebook_defaults {
    subnet_ids = module.platform.settings.notebook_defaults.subnet_ids
    kms_key_id = module.platform.settings.notebook_defaults.kms_key_id
  }
}

module "project" {
  source = "../../modules/project"
  for_each = {
    fraud = {
      description = "Card fraud models"
      members     = { alice = { owner = true }, bob = {} }
      datasets    = { cards-2026 = "Card transactions of 2026" }
    }
    churn = {
      description = "Customer churn models"
      members     = { carol = { owner = true } }
      datasets    = {}
    }
  }

  name        = each.key
  description = each.value.description
  network     = module.platform.network
  members     = each.value.members
  datasets    = each.value.datasets
}

resource "mlspace_dataset" "holidays" {
  name        = "bank-holidays"
  type        = "global"
  description = "Bank holidays by country"
  created_by  = "carol"
}

resource "mlspace_notebook" "alice" {
  name               = "fraud-alice"
  project            = module.project["fraud"].name
  user               = "alice"
  instance_type      = "ml.t3.medium"
  security_group_ids = module.project["fraud"].security_group_ids

  depends_on = [module.project] # alice's membership
}
