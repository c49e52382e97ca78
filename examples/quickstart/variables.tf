variable "region" {
  description = "AWS region of the platform."
  type        = string
  default     = "us-east-1"
}

variable "data_bucket" {
  description = "Bucket that holds every dataset. It must exist."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Managed policy that bounds every membership's role. It must exist."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets for notebooks; each notebook is given one of them, always the same."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "At least one subnet is needed: notebooks have no direct internet access, so they live in a VPC."
  }
}

variable "security_group_ids" {
  description = "Security groups of every notebook's network interface."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) >= 1 && length(var.security_group_ids) <= 5
    error_message = "SageMaker takes one to five security groups per notebook."
  }
}

variable "kms_key_id" {
  description = "KMS key (id or ARN) that encrypts notebook volumes."
  type        = string
}

variable "endpoint" {
  description = "One URL for every AWS service, to run against an emulator. Leave null for AWS itself."
  type        = string
  default     = null
}
