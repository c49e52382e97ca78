variable "region" {
  description = "AWS region of the platform."
  type        = string
  default     = "us-east-1"
}

variable "data_bucket" {
  description = "Name of the bucket that holds every dataset. It has to exist."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "ARN of the managed policy that is the permissions boundary of every membership's role. It has to exist."
  type        = string
}

variable "subnet_ids" {
  description = "Ids of private subnets for notebooks. Each notebook uses one of them, always the same."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "Name at least one subnet: notebooks have no direct internet access, so they need a VPC."
  }
}

variable "security_group_ids" {
  description = "Ids of the security groups of every notebook's network interface."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) >= 1 && length(var.security_group_ids) <= 5
    error_message = "Name one to five security groups, the number that SageMaker accepts for a notebook."
  }
}

variable "kms_key_id" {
  description = "KMS key (id or ARN) that encrypts notebook volumes."
  type        = string
}

variable "endpoint" {
  description = "One URL for every AWS service, to run against an emulator. Null for AWS itself."
  type        = string
  default     = null
}
