variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts every table. Principals that read or write records need `kms:Decrypt` on it through DynamoDB."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: DynamoDB accepts an alias, and then every plan shows a change."
  }
}

variable "name_prefix" {
  description = "First part of every table's name. `mlspace` results in MLSpace's names, which an existing deployment reads."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,200}$", var.name_prefix))
    error_message = "A table's name has at most 255 letters, digits and `_ . -`, including the part after the prefix: write a prefix of 1 to 200 of these, without the dash at its end."
  }
}

variable "names" {
  description = "Names of the tables that differ from `{name_prefix}-{table}`, by table: `{ project_users = \"members\" }`."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for table in keys(var.names) : contains([
        "app_configuration", "datasets", "group_datasets", "group_membership_history", "group_users", "groups",
        "project_groups", "project_users", "projects", "resource_metadata", "resource_schedule", "users",
      ], table)
    ])
    error_message = "At least one key is not a table. The twelve tables are app_configuration, datasets, group_datasets, group_membership_history, group_users, groups, project_groups, project_users, projects, resource_metadata, resource_schedule and users."
  }

  validation {
    condition     = alltrue([for name in values(var.names) : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "A table's name has 3 to 255 letters, digits and `_ . -`."
  }

  validation {
    condition     = length(distinct(values(var.names))) == length(var.names)
    error_message = "Two tables have the same name, but their items have different keys: give each its own name."
  }
}

variable "point_in_time_recovery" {
  description = "Point-in-time recovery of every table, to any second of the last 35 days."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Deletion protection of every table. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of every table."
  type        = map(string)
  default     = {}
}
