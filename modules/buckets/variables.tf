variable "name" {
  description = "First part of the buckets' names: the data bucket is `{name}-data-{account id}`."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,34}[a-z0-9])?$", var.name)) && !startswith(var.name, "xn--") && !startswith(var.name, "amzn-s3-demo-")
    error_message = "Names of buckets have lower-case letters, digits and hyphens, and at most 63 characters with purpose and account: write a name such as `mlspace`, of at most 36 characters."
  }
}

variable "purposes" {
  description = "Purposes of the buckets: `data` (datasets), `config` (parameters and lifecycle scripts), `logs` (trails and logs of clusters), `models` (packages that other accounts read). A bucket for access logs is added."
  type        = set(string)
  default     = ["data", "config", "logs"]
  nullable    = false

  validation {
    condition     = length(var.purposes) > 0 && length(setsubtract(var.purposes, ["data", "config", "logs", "models"])) == 0
    error_message = "Purposes are `data`, `config`, `logs` and `models`; name at least one. The bucket for access logs needs no name: see `existing_access_logs_bucket`."
  }
}

variable "kms_key_arns" {
  description = "ARNs of the keys that encrypt the buckets, by purpose. The key for `data` encrypts the buckets without an entry; give `logs` its own."
  type        = map(string)
  nullable    = false

  validation {
    condition     = contains(keys(var.kms_key_arns), "data")
    error_message = "Name the key for `data`: it also encrypts the buckets that have no key of their own."
  }

  validation {
    condition     = length(setsubtract(keys(var.kms_key_arns), ["data", "config", "logs", "models", "tables", "volumes"])) == 0
    error_message = "Name keys for `data`, `config`, `logs` and `models` (keys for `tables` and `volumes` are accepted, and not used here)."
  }

  validation {
    condition     = alltrue([for arn in values(var.kms_key_arns) : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "Name a key by its ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`: the buckets' policies compare ARNs, so an id or an alias never matches."
  }
}

variable "endpoint_ids" {
  description = "Ids of the S3 endpoints through which objects can be accessed. An empty list opens the buckets to every network, for principals that IAM allows."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for id in var.endpoint_ids : can(regex("^vpce-[0-9a-f]+$", id))])
    error_message = "Write ids of VPC endpoints, such as `vpce-0a1b2c3d4e5f67890`, not of VPCs or endpoint services."
  }
}

variable "exempt_principal_arns" {
  description = "ARNs, or patterns of ARNs, of the roles that can access the buckets from any network and change their settings: the role that runs Terraform, and one for emergencies."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.exempt_principal_arns) > 0
    error_message = "Name at least the role that runs Terraform: otherwise its next plan is denied, and only the account's root user can change a bucket's policy."
  }

  validation {
    condition     = alltrue([for arn in var.exempt_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[^*?]", arn))])
    error_message = "Write ARNs of roles or users whose names start with more than a wildcard, such as `arn:aws:iam::123456789012:role/platform`: `role/*` would exempt every role."
  }
}

variable "iam_resource_prefix" {
  description = "First part of the names of memberships' roles; the provider's `iam_resource_prefix`. AWS services, such as Athena, read the buckets on behalf of these roles, of `model_reader_arns` and of `exempt_principal_arns` only."
  type        = string
  default     = "MLSpace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,21}$", var.iam_resource_prefix))
    error_message = "Write 1 to 21 ASCII letters, digits and `_ + = , . @ -`: the project and a hash of the user take the rest of a role's name."
  }
}

variable "model_reader_arns" {
  description = "ARNs of roles of other accounts that read the bucket for models. Add the ids of their endpoints to `endpoint_ids`, and the roles to the key's readers."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.model_reader_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::210987654321:role/deployment`: a whole account as reader would let that account choose the readers."
  }
}

variable "log_deliverers" {
  description = "AWS services that write to the bucket for logs: `cloudtrail` and `flow-logs`."
  type        = set(string)
  default     = ["cloudtrail"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.log_deliverers, ["cloudtrail", "flow-logs"])) == 0
    error_message = "The services that deliver into the bucket for logs are `cloudtrail` and `flow-logs`; access logs of S3 have a bucket of their own."
  }
}

variable "event_bridge_purposes" {
  description = "Purposes of the buckets that send object events to EventBridge."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.event_bridge_purposes, ["data", "config", "logs", "models"])) == 0
    error_message = "Purposes are `data`, `config`, `logs` and `models`."
  }
}

variable "archive_days" {
  description = "Days after which noncurrent versions move to cheaper storage. No version is deleted."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.archive_days >= 30 && floor(var.archive_days) == var.archive_days
    error_message = "S3 moves versions to infrequent access after 30 days or more: write a whole number of days."
  }
}

variable "existing_access_logs_bucket" {
  description = "Name of your own bucket for access logs, in the same account and region: encrypted with SSE-S3, without Object Lock, and with a policy that allows `logging.s3.amazonaws.com` to write. If null, the module creates one."
  type        = string
  default     = null

  validation {
    condition     = var.existing_access_logs_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.existing_access_logs_bucket))
    error_message = "Write the name of a bucket, such as `central-access-logs`, not its ARN."
  }
}

variable "tags" {
  description = "Tags of every bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
