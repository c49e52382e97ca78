# A domain of CodeArtifact, sources of packages in it, and the repositories from which members
# install, which look into the sources in order.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # Parameters of every policy document.
  account = {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
  }

  # By way of the domain, so that repositories wait for it.
  domain = var.existing_domain == null ? aws_codeartifact_domain.this[0].domain : var.existing_domain

  repository_policy = one(provider::mlspace::policy_documents("package_repository", merge(local.account, {
    publisher_arns = var.publisher_arns
    reader_arns    = var.reader_arns
  })))
}

resource "aws_codeartifact_domain" "this" {
  count = var.existing_domain == null ? 1 : 0

  domain         = var.name
  encryption_key = var.kms_key_arn
  tags           = var.tags

  lifecycle {
    precondition {
      condition     = var.kms_key_arn != null
      error_message = "A new domain needs `kms_key_arn`, and keeps this key for ever; or name a domain in `existing_domain`."
    }
  }
}

# Other accounts get tokens; the policies of the repositories say what they read.
resource "aws_codeartifact_domain_permissions_policy" "this" {
  count = var.existing_domain == null && length(var.reader_arns) > 0 ? 1 : 0

  domain          = local.domain
  policy_document = one(provider::mlspace::policy_documents("package_domain", merge(local.account, { reader_arns = var.reader_arns })))
}

resource "aws_codeartifact_repository" "source" {
  for_each = var.sources

  domain      = local.domain
  repository  = each.key
  description = each.value.description
  tags        = var.tags

  dynamic "external_connections" {
    for_each = each.value.external_connection == null ? [] : [each.value.external_connection]

    content {
      external_connection_name = external_connections.value
    }
  }
}

resource "aws_codeartifact_repository" "this" {
  for_each = var.repositories

  domain      = local.domain
  repository  = each.key
  description = each.value.description
  tags        = var.tags

  dynamic "upstream" {
    for_each = each.value.upstreams

    content {
      repository_name = aws_codeartifact_repository.source[upstream.value].repository
    }
  }

  lifecycle {
    precondition {
      condition     = length(setsubtract(each.value.upstreams, keys(var.sources))) == 0
      error_message = "The repository `${each.key}` looks into ${join(", ", setsubtract(each.value.upstreams, keys(var.sources)))}, not among the `sources`: ${join(", ", keys(var.sources))}."
    }
    precondition {
      condition     = !contains(keys(var.sources), each.key)
      error_message = "`${each.key}` is the name of a source and of a repository: name one of them differently."
    }
  }
}

resource "aws_codeartifact_repository_permissions_policy" "this" {
  for_each = merge(aws_codeartifact_repository.source, aws_codeartifact_repository.this)

  domain          = local.domain
  repository      = each.value.repository
  policy_document = local.repository_policy
}
