variable "bucket" {
  description = "Name of the bucket for the trail's files. Its policy has to allow CloudTrail to write; the module `buckets` creates such a bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "Write the bucket's name (not its ARN): 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key of the trail, the log groups and the topic. Its policy has to allow CloudTrail, CloudWatch Logs and alarms to use it; the module `kms` creates such a key for logs."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: log groups and topics do not accept an alias here."
  }
}

variable "data_buckets" {
  description = "Names of the buckets whose object-level reads, writes and deletes are recorded. Include at least the data bucket."
  type        = list(string)

  validation {
    condition     = alltrue([for name in var.data_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))])
    error_message = "Write the buckets' names (not their ARNs): 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "table_arns" {
  description = "ARNs of the tables whose item-level reads and writes are recorded. Empty by default, because the provider reads records on every plan."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.table_arns : can(regex("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+$", arn))])
    error_message = "Write ARNs of tables: arn:aws:dynamodb:eu-west-1:111122223333:table/mlspace-projects."
  }
}

variable "permissions_boundary_arns" {
  description = "ARNs of the permissions boundaries that roles under the prefix are allowed to have. A role without one of them raises the alarm, and so does a change of a boundary."
  type        = list(string)

  validation {
    condition     = length(var.permissions_boundary_arns) >= 1 && length(var.permissions_boundary_arns) <= 4
    error_message = "Name one to four boundaries: the alarm compares roles with at least one, and more do not fit into a filter's 1,024 characters."
  }
  validation {
    condition     = alltrue([for arn in var.permissions_boundary_arns : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", arn))])
    error_message = "Write ARNs of managed policies: arn:aws:iam::111122223333:policy/platform/mlspace-permissions-boundary."
  }
}

variable "expected_role_arns" {
  description = "ARNs of the roles that tag the platform's resources as part of their work, such as the role that runs Terraform. A tag that any other identity changes raises the alarm."
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
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,21}$", var.iam_resource_prefix))
    error_message = "Write 1 to 21 ASCII letters, digits and `_ + = , . @ -`: the project and a hash of the user take the rest of a role's name."
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
  description = "Log groups of SageMaker that this module creates in advance, with encryption and a retention period; SageMaker's own have neither. Leave out groups that exist already, or import them."
  type        = set(string)
  default     = ["NotebookInstances", "ProcessingJobs", "TrainingJobs", "TransformJobs"]

  validation {
    condition     = alltrue([for name in var.workload_log_groups : can(regex("^[A-Za-z]+$", name))])
    error_message = "Write what follows `/aws/sagemaker/` in the group's name: TrainingJobs."
  }
}

variable "retention_days" {
  description = "Retention period of the log groups, in days. The trail's files in the bucket follow the bucket's lifecycle rules."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.retention_days)
    error_message = "The retention periods of CloudWatch Logs are 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarm_emails" {
  description = "Email addresses that alarms are sent to. Each has to confirm its subscription; until then, and without any address, alarms show only in CloudWatch."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "Write addresses such as ml-platform@example.com."
  }
}

variable "denied_calls" {
  description = "Number of denied calls of members' roles in five minutes above which the alarm is raised. A few are normal, because tools try calls that members are not allowed to make."
  type        = number
  default     = 10

  validation {
    condition     = var.denied_calls >= 0 && floor(var.denied_calls) == var.denied_calls
    error_message = "A whole number, zero or more."
  }
}

variable "tags" {
  description = "Tags of every resource that can have tags."
  type        = map(string)
  default     = {}
}
