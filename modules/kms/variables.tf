variable "name" {
  description = "First part of the aliases: the data key is `alias/{name}-data`."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "An alias has letters, digits and `/ _ -`, and `alias/aws/` is reserved for AWS. Write a name such as `mlspace` or `team/mlspace`, of at most 100 characters."
  }
}

variable "purposes" {
  description = "Purposes of the keys: `data` (objects, and tables without a key of their own), `tables` (records), `volumes` (disks of notebooks, jobs and endpoints), `logs` (log groups, trails, alarms)."
  type        = set(string)
  default     = ["data", "volumes", "logs"]
  nullable    = false

  validation {
    condition     = length(var.purposes) > 0 && length(setsubtract(var.purposes, ["data", "tables", "volumes", "logs"])) == 0
    error_message = "Purposes are `data`, `tables`, `volumes` and `logs`; name at least one."
  }
}

variable "administrator_arns" {
  description = "ARNs of the roles that administer the keys and cannot use them, including the role that runs Terraform. Names can contain `*`."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.administrator_arns) > 0
    error_message = "Name at least the role that runs Terraform: without an administrator only the account's root user can change a key's policy, and Terraform cannot even refresh it."
  }

  validation {
    condition     = alltrue([for arn in var.administrator_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::123456789012:role/platform`. The account's root user keeps its permissions without being named."
  }
}

variable "user_arns" {
  description = "ARNs, by purpose, of the roles that use the key and let AWS services use it for them. Name a role that does not exist yet by a pattern, such as `arn:aws:iam::123456789012:role/MLSpace-*`, because KMS refuses unknown principals."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.user_arns), ["data", "volumes"])) == 0
    error_message = "Name users for the purposes `data` and `volumes`. The key for tables is used through DynamoDB, by IAM policies. Only AWS services use the key for logs: see `log_group_prefixes` and `log_services`."
  }

  validation {
    condition     = alltrue([for arn in flatten(values(var.user_arns)) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::123456789012:role/MLSpace-*`. A whole account as user would open the key to every principal in it."
  }
}

variable "reader_arns" {
  description = "ARNs of roles of other accounts that decrypt with the data key, for example to deploy models."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.reader_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::210987654321:role/deployment`: a whole account as reader would let that account choose the readers."
  }
}

variable "endpoint_ids" {
  description = "Ids of the VPC endpoints of KMS through which the data key can be used. If empty, its users can use it from any network."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "log_group_prefixes" {
  description = "First parts of the names of the log groups that CloudWatch Logs can encrypt with the key for logs: by default those of AWS services and of the module `audit`."
  type        = set(string)
  default     = ["/aws/", "/mlspace/"]
  nullable    = false

  validation {
    condition     = alltrue([for prefix in var.log_group_prefixes : can(regex("^[A-Za-z0-9/_.#-]{2,512}$", prefix))])
    error_message = "Write the first parts of log groups' names, such as `/aws/`, of letters, digits and `/ _ . # -`; `/` alone would open the key to every log group of the account."
  }
}

variable "log_services" {
  description = "AWS services that use the key for logs themselves: `cloudtrail`, `flow-logs` (delivered to a bucket), `alarms` (sent to an encrypted topic)."
  type        = set(string)
  default     = ["alarms", "cloudtrail"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.log_services, ["alarms", "cloudtrail", "flow-logs"])) == 0
    error_message = "The services that use the key for logs are `alarms`, `cloudtrail` and `flow-logs`."
  }
}

variable "rotation_days" {
  description = "Days after which AWS rotates the key material, 90 to 2560. Older ciphertext stays readable."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.rotation_days >= 90 && var.rotation_days <= 2560 && floor(var.rotation_days) == var.rotation_days
    error_message = "KMS rotates after 90 to 2560 whole days; most rules require 365."
  }
}

variable "deletion_days" {
  description = "Days, 7 to 30, during which the deletion of a key can be cancelled. After that, everything that it encrypted is permanently unreadable."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_days >= 7 && var.deletion_days <= 30 && floor(var.deletion_days) == var.deletion_days
    error_message = "KMS keeps a key that is pending deletion for 7 to 30 whole days."
  }
}

variable "existing_keys" {
  description = "Existing keys by purpose, used instead of new ones: `arn`, and optionally `policy`, the key's policy as JSON (`aws kms get-key-policy --key-id … --policy-name default --output text`), which the plan then checks for the permissions that the platform needs."
  type = map(object({
    arn    = string
    policy = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in values(var.existing_keys) : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", key.arn))])
    error_message = "Name an existing key by its ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`: policies compare ARNs, so an id or an alias never matches."
  }

  validation {
    condition     = length(setsubtract(keys(var.existing_keys), ["data", "tables", "volumes", "logs"])) == 0
    error_message = "The purposes of existing keys are `data`, `tables`, `volumes` and `logs`."
  }

  validation {
    condition     = alltrue([for key in values(var.existing_keys) : key.policy == null || can(jsondecode(key.policy).Statement)])
    error_message = "Write the policy of an existing key as JSON, as `aws kms get-key-policy --output text` prints it."
  }
}

variable "tags" {
  description = "Tags of every key."
  type        = map(string)
  default     = {}
  nullable    = false
}
