provider "mlspace" {
  region                   = var.region
  data_bucket              = var.data_bucket
  permissions_boundary_arn = var.permissions_boundary_arn

  notebook_defaults {
    subnet_ids         = var.subnet_ids
    security_group_ids = var.security_group_ids
    kms_key_id         = var.kms_key_id
  }

  dynamic "endpoints" {
    for_each = var.endpoint == null ? [] : [var.endpoint]

    content {
      iam       = endpoints.value
      sagemaker = endpoints.value
      s3        = endpoints.value
      dynamodb  = endpoints.value
      sts       = endpoints.value
    }
  }
}

data "mlspace_caller" "current" {}
