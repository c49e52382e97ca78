# Repositories for images, which only pipelines fill, and the images registered with SageMaker, with
# one configuration for each kind of app.

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

  created = { for name, image in var.images : name => image if image.repository_url == null }

  repository_urls = merge(
    { for name, repository in aws_ecr_repository.this : name => repository.repository_url },
    { for name, image in var.images : name => image.repository_url if image.repository_url != null },
  )

  # Names for the role's policy: of existing repositories, what follows the registry's host.
  repositories = sort([
    for name, image in var.images : image.repository_url == null ? "${var.name}/${name}" : join("/", slice(split("/", image.repository_url), 1, length(split("/", image.repository_url))))
  ])

  versions = merge([
    for name, image in var.images : {
      for version, settings in image.versions : "${name}/${version}" => merge(settings, { image = name })
    }
  ]...)

  configurations = merge([
    for name, image in var.images : {
      for app in image.apps : "${name}/${app}" => merge(image, {
        image         = name
        app           = app
        has_container = !(image.entrypoint == null && image.arguments == null && image.environment == null)
      })
    }
  ]...)

  # The role's policy is also its boundary, so that a policy attached later adds nothing.
  create_role = var.role_arn == null && length(var.images) > 0
  role_policy = local.create_role ? one(provider::mlspace::policy_documents("image_role", merge(local.account, { repositories = local.repositories }))) : null
  role_arn    = local.create_role ? aws_iam_role.images[0].arn : var.role_arn
}

resource "aws_ecr_repository" "this" {
  for_each = local.created

  name                 = "${var.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false
  tags                 = var.tags

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_repository_policy" "this" {
  for_each = local.created

  repository = aws_ecr_repository.this[each.key].name
  policy = one(provider::mlspace::policy_documents("image_repository", merge(local.account, {
    publisher_arns = var.publisher_arns
    reader_arns    = var.reader_arns
  })))
}

# The role with which SageMaker reads the images that are registered with it.
resource "aws_iam_role" "images" {
  count = local.create_role ? 1 : 0

  name                 = "${var.name}-images"
  path                 = "/platform/"
  description          = "SageMaker reads registered images."
  assume_role_policy   = one(provider::mlspace::policy_documents("trust", local.account))
  permissions_boundary = aws_iam_policy.images[0].arn
  tags                 = var.tags
}

resource "aws_iam_policy" "images" {
  count = local.create_role ? 1 : 0

  name        = "${var.name}-images"
  path        = "/platform/"
  description = "What the role of the images may do, and its boundary."
  policy      = local.role_policy
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "images" {
  count = local.create_role ? 1 : 0

  role       = aws_iam_role.images[0].name
  policy_arn = aws_iam_policy.images[0].arn
}

resource "aws_sagemaker_image" "this" {
  for_each = var.images

  image_name   = "${var.name}-${each.key}"
  role_arn     = local.role_arn
  display_name = each.value.display_name
  description  = each.value.description
  tags         = var.tags

  depends_on = [aws_iam_role_policy_attachment.images]

  lifecycle {
    precondition {
      condition     = each.value.repository_url == null ? true : startswith(each.value.repository_url, "${local.account.account_id}.dkr.ecr.${local.account.region}.")
      error_message = "The repository of the image `${each.key}` is not in this account and region: SageMaker reads images of its own region, and the role pulls from this account."
    }
    precondition {
      condition     = length("${var.name}-${each.key}") <= 63
      error_message = "The name `${var.name}-${each.key}` is longer than the 63 characters of a SageMaker image: shorten `name` or the image's own."
    }
  }
}

# AWS changes one thing of an image at a time, and says `ResourceInUse` to a second one: add the
# versions of an image one by one, or apply again.
resource "aws_sagemaker_image_version" "this" {
  for_each = local.versions

  image_name    = aws_sagemaker_image.this[each.value.image].id
  base_image    = "${local.repository_urls[each.value.image]}@${each.value.digest}"
  aliases       = each.value.aliases
  release_notes = each.value.release_notes
}

resource "aws_sagemaker_app_image_config" "this" {
  for_each = local.configurations

  app_image_config_name = "${var.name}-${each.value.image}-${replace(each.value.app, "_", "-")}"
  tags                  = var.tags

  dynamic "jupyter_lab_image_config" {
    for_each = each.value.app == "jupyter_lab" ? [each.value] : []

    content {
      file_system_config {
        default_uid = jupyter_lab_image_config.value.uid
        default_gid = jupyter_lab_image_config.value.gid
      }

      dynamic "container_config" {
        for_each = jupyter_lab_image_config.value.has_container ? [jupyter_lab_image_config.value] : []

        content {
          container_entrypoint            = container_config.value.entrypoint
          container_arguments             = container_config.value.arguments
          container_environment_variables = container_config.value.environment
        }
      }
    }
  }

  dynamic "code_editor_app_image_config" {
    for_each = each.value.app == "code_editor" ? [each.value] : []

    content {
      file_system_config {
        default_uid = code_editor_app_image_config.value.uid
        default_gid = code_editor_app_image_config.value.gid
      }

      dynamic "container_config" {
        for_each = code_editor_app_image_config.value.has_container ? [code_editor_app_image_config.value] : []

        content {
          container_entrypoint            = container_config.value.entrypoint
          container_arguments             = container_config.value.arguments
          container_environment_variables = container_config.value.environment
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = length("${var.name}-${each.value.image}-${each.value.app}") <= 63
      error_message = "The name `${var.name}-${each.value.image}-${replace(each.value.app, "_", "-")}` is longer than the 63 characters of an app image configuration: shorten `name` or the image's own."
    }
  }
}
