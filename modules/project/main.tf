# A project with what every project needs: a security group of its own, its record and policy, its
# members by name and by group, and its datasets.

locals {
  # The switches of the block `services` that are no blocks of their own.
  service_switches = setsubtract(keys(provider::mlspace::services()), ["bedrock", "codeartifact"])
  has_services     = length(var.services.names) > 0 || var.services.bedrock != null || length(var.services.codeartifact_repository_arns) > 0

  switch = { for word in local.service_switches : word => contains(var.services.names, word) ? true : null }

  # The base policy compares `system` and `project` with the tags of roles.
  tags = merge(var.tags, { system = var.network.system_tag, project = var.name, Name = "mlspace-project-${var.name}" })
}

resource "mlspace_project" "this" {
  name          = var.name
  description   = var.description
  suspended     = var.suspended
  sharing       = var.sharing
  force_destroy = var.force_destroy

  dynamic "termination" {
    for_each = var.termination == null ? [] : [var.termination]

    content {
      default_notebook_stop_time    = termination.value.default_notebook_stop_time
      allow_notebook_owner_override = termination.value.allow_notebook_owner_override
      default_endpoint_ttl_hours    = termination.value.default_endpoint_ttl_hours
      allow_endpoint_owner_override = termination.value.allow_endpoint_owner_override
      default_emr_cluster_ttl_hours = termination.value.default_emr_cluster_ttl_hours
      allow_emr_owner_override      = termination.value.allow_emr_owner_override
    }
  }

  dynamic "services" {
    for_each = local.has_services ? [local.switch] : []

    content {
      registry             = services.value.registry
      model_cards          = services.value.model_cards
      pipelines            = services.value.pipelines
      experiments          = services.value.experiments
      mlflow               = services.value.mlflow
      feature_store        = services.value.feature_store
      inference_components = services.value.inference_components
      autoscaling          = services.value.autoscaling
      monitoring           = services.value.monitoring
      automl               = services.value.automl
      labeling             = services.value.labeling
      jumpstart            = services.value.jumpstart
      translate            = services.value.translate
      comprehend           = services.value.comprehend
      studio               = services.value.studio
      codecommit           = services.value.codecommit
      ecr                  = services.value.ecr
      athena               = services.value.athena
      secrets              = services.value.secrets
      parameters           = services.value.parameters

      dynamic "bedrock" {
        for_each = var.services.bedrock == null ? [] : [var.services.bedrock]

        content {
          model_arns    = bedrock.value.model_arns
          guardrail_arn = bedrock.value.guardrail_arn
        }
      }

      dynamic "codeartifact" {
        for_each = length(var.services.codeartifact_repository_arns) > 0 ? [var.services.codeartifact_repository_arns] : []

        content {
          repository_arns = codeartifact.value
        }
      }
    }
  }

  dynamic "limits" {
    for_each = var.limits == null ? [] : [var.limits]

    content {
      max_runtime                = limits.value.max_runtime
      max_warm_pool              = limits.value.max_warm_pool
      traffic_encryption         = limits.value.traffic_encryption
      network_isolation          = limits.value.network_isolation
      max_serverless_concurrency = limits.value.max_serverless_concurrency
      max_notebook_volume_size   = limits.value.max_notebook_volume_size

      dynamic "instance_types" {
        for_each = limits.value.instance_types == null ? [] : [limits.value.instance_types]

        content {
          notebook   = instance_types.value.notebook
          training   = instance_types.value.training
          processing = instance_types.value.processing
          transform  = instance_types.value.transform
          endpoint   = instance_types.value.endpoint
        }
      }
    }
  }
}

resource "mlspace_membership" "this" {
  for_each = var.members

  project = mlspace_project.this.name
  user    = each.key
  owner   = each.value.owner
}

resource "mlspace_project_group" "this" {
  for_each = var.groups

  project                  = mlspace_project.this.name
  group                    = each.key
  owner                    = each.value.owner
  allow_ownerless_projects = each.value.allow_ownerless_projects
}

resource "mlspace_dataset" "this" {
  for_each = var.datasets

  name        = each.key
  type        = "project"
  scope       = mlspace_project.this.name
  description = each.value
}
