output "repository_urls" {
  description = "URLs of the repositories by image, created here or existing: what a pipeline pushes to."
  value       = local.repository_urls
}

output "repository_names" {
  description = "Names of the repositories, for the provider's `image_repositories`, with which every member can pull."
  value       = local.repositories
}

output "image_names" {
  description = "Names of the SageMaker images by image."
  value       = { for name, image in aws_sagemaker_image.this : name => image.image_name }
}

output "version_numbers" {
  description = "Numbers of the versions, by image and the version's key."
  value = {
    for name, image in var.images : name => {
      for version in keys(image.versions) : version => aws_sagemaker_image_version.this["${name}/${version}"].version
    }
  }
}

output "custom_images" {
  description = "What a domain needs to offer the images, by kind of app: names of image and app image configuration. An image without a version is left out, since no app can start it."
  value = {
    for app in ["jupyter_lab", "code_editor"] : app => [
      for name, image in var.images : {
        image_name            = aws_sagemaker_image.this[name].image_name
        app_image_config_name = aws_sagemaker_app_image_config.this["${name}/${app}"].app_image_config_name
      } if contains(image.apps, app) && length(image.versions) > 0
    ]
  }

  depends_on = [aws_sagemaker_image_version.this]
}

output "role_arn" {
  description = "ARN of the role with which SageMaker reads the images."
  value       = local.role_arn
}
