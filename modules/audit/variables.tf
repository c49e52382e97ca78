variable "bucket" {
  description = "Name of the bucket that the trail is written into. Its policy must let CloudTrail write: the module `buckets` makes one."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "Write the bucket's name (not its ARN): 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key of the trail, the log groups and the topic. Its policy must let CloudTrail, CloudWatch Logs and alarms use it: the module `kms` makes one for logs."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: log groups and topics take no alias here."
  }
}

variable "data_buckets" {
  description = "Names of the buckets whose objects are watched: who read, wrote or deleted which. The data bucket, at least."
  type        = list(string)

  validation {
    condition     = alltrue([for name in var.data_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))])
    error_message = "Write the buckets' names (not their ARNs): 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "table_arns" {
  description = "ARNs of the tables whose items are watched. Off by default, for the provider reads records at every plan; writes are rare."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.table_arns : can(regex("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+$", arn))])
    error_message = "Write ARNs of tables: arn:aws:dynamodb:eu-west-1:111122223333:table/mlspace-projects."
  }
}

variable "permissions_boundary_arns" {
  description = "The boundaries that roles under the prefix may have. A role without one of them raises the alarm, and so does changing one."
  type        = list(string)

  validation {
    condition     = length(var.permissions_boundary_arns) >= 1 && length(var.permissions_boundary_arns) <= 4
    error_message = "One to four boundaries: without any, no role would be told from another, and more do not fit into a filter's 1,024 characters."
  }
  validation {
    condition     = alltrue([for arn in var.permissions_boundary_arns : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", arn))])
    error_message = "Write ARNs of managed policies: arn:aws:iam::111122223333:policy/platform/mlspace-permissions-boundary."
  }
}

variable "expected_role_arns" {
  description = "The roles that tag the platform's resources as part of their work, such as the one that runs Terraform. Anybody else's change of a tag raises the alarm."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.expected_role_arns) <= 3 && alltrue([for arn in var.expected_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "Up to three ARNs of roles (not of their sessions): arn:aws:iam::111122223333:role/platform/mlspace-terraform."
  }
}

variable "iam_resource_prefix" {
  description = "First part of the names of memberships' roles, as in the provider's configuration."
  type        = string
  default     = "MLSpace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,37}$", var.iam_resource_prefix))
    error_message = "The prefix has 1 to 37 letters, digits, `_` and `-`."
  }
}

variable "name" {
  description = "Name of the trail, the topic and the alarms' namespace; the trail's log group is `/{name}/trail`."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{2,63}$", var.name))
    error_message = "The name has 3 to 64 letters, digits, `_` and `-`, and begins with a letter or digit."
  }
}

variable "workload_log_groups" {
  description = "Log groups of SageMaker that are made ahead, so that they are encrypted and forget: those it makes itself are not, and do not. Leave out what exists already, or import it."
  type        = set(string)
  default     = ["NotebookInstances", "ProcessingJobs", "TrainingJobs", "TransformJobs"]

  validation {
    condition     = alltrue([for name in var.workload_log_groups : can(regex("^[A-Za-z]+$", name))])
    error_message = "Write what follows `/aws/sagemaker/` in the group's name: TrainingJobs."
  }
}

variable "retention_days" {
  description = "Days that log groups keep what they hold. The trail's files in the bucket stay as long as its lifecycle says."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.retention_days)
    error_message = "CloudWatch Logs keeps for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarm_emails" {
  description = "Addresses that alarms are sent to. Each must confirm; until then, and without any, alarms are only seen in CloudWatch."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "Write addresses such as ml-platform@example.com."
  }
}

variable "denied_calls" {
  description = "How many calls of members' roles may be denied in five minutes before that raises the alarm. Some always are: tools try what they may not."
  type        = number
  default     = 10

  validation {
    condition     = var.denied_calls >= 0 && floor(var.denied_calls) == var.denied_calls
    error_message = "A whole number, zero or more."
  }
}

variable "tags" {
  description = "Tags of everything that can be tagged."
  type        = map(string)
  default     = {}
}
