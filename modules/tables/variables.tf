variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts every table. Who reads or writes records needs `kms:Decrypt` on it through DynamoDB."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: DynamoDB would take an alias at first, and then show a change in every plan."
  }
}

variable "name_prefix" {
  description = "First part of every table's name. `mlspace` gives MLSpace's own names, which an existing deployment reads."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,200}$", var.name_prefix))
    error_message = "A table's name holds letters, digits and `_ . -`, and has at most 255 characters with what follows the prefix: write a prefix of 1 to 200 of these, without the dash at its end."
  }
}

variable "names" {
  description = "Names of single tables where they differ from `{name_prefix}-{table}`, by table: `{ project_users = \"members\" }`."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for table in keys(var.names) : contains([
        "app_configuration", "datasets", "group_datasets", "group_membership_history", "group_users", "groups",
        "project_groups", "project_users", "projects", "resource_metadata", "resource_schedule", "users",
      ], table)
    ])
    error_message = "There is no such table. The twelve are app_configuration, datasets, group_datasets, group_membership_history, group_users, groups, project_groups, project_users, projects, resource_metadata, resource_schedule and users."
  }

  validation {
    condition     = alltrue([for name in values(var.names) : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "A table's name has 3 to 255 letters, digits and `_ . -`."
  }

  validation {
    condition     = length(distinct(values(var.names))) == length(var.names)
    error_message = "Two tables cannot share a name: their items have different keys."
  }
}

variable "point_in_time_recovery" {
  description = "Whether every table can be restored to any second of the last 35 days."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of every table."
  type        = map(string)
  default     = {}
}
