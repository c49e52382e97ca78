# From an empty account to the first project: the platform, two projects, three people, two
# datasets, a notebook.

provider "aws" {
  region = var.region
}

module "platform" {
  source = "../../modules/platform"

  administrator_arns = var.administrator_arns
  network            = { cidr = "10.40.0.0/16" }
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

  notebook_defaults {
    subnet_ids         = module.platform.settings.notebook_defaults.subnet_ids
    security_group_ids = module.platform.settings.notebook_defaults.security_group_ids
    kms_key_id         = module.platform.settings.notebook_defaults.kms_key_id
  }
}

resource "mlspace_project" "this" {
  for_each = {
    fraud = "Card fraud models"
    churn = "Customer churn models"
  }

  name        = each.key
  description = each.value
  created_by  = "alice"
}

resource "mlspace_membership" "this" {
  for_each = {
    "fraud/alice" = { owner = true }
    "fraud/bob"   = { owner = false }
    "churn/carol" = { owner = true }
  }

  project = mlspace_project.this[split("/", each.key)[0]].name
  user    = split("/", each.key)[1]
  owner   = each.value.owner
}

resource "mlspace_dataset" "cards" {
  name        = "cards-2026"
  type        = "project"
  scope       = mlspace_project.this["fraud"].name
  description = "Card transactions of 2026"
  created_by  = "alice"
}

resource "mlspace_dataset" "holidays" {
  name        = "bank-holidays"
  type        = "global"
  description = "Bank holidays by country"
  created_by  = "carol"
}

resource "mlspace_notebook" "alice" {
  name          = "fraud-alice"
  project       = mlspace_membership.this["fraud/alice"].project
  user          = mlspace_membership.this["fraud/alice"].user
  instance_type = "ml.t3.medium"
}
