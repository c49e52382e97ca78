variable "service_control" {
  description = "Ids of the guardrails for service control policies, such as `G14`."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.service_control : contains(try(provider::mlspace::guardrails()[id].kinds, []), "scp")])
    error_message = "At least one id is not a guardrail for service control policies. The ids are: ${join(", ", [for id, guardrail in provider::mlspace::guardrails() : "${id} (${guardrail.title})" if contains(guardrail.kinds, "scp")])}."
  }
}

variable "role" {
  description = "Ids of the guardrails for managed policies, which you attach to roles (output `role_policy_arns`)."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.role : contains(try(provider::mlspace::guardrails()[id].kinds, []), "managed")])
    error_message = "At least one id is not a guardrail for managed policies of roles. The ids are: ${join(", ", [for id, guardrail in provider::mlspace::guardrails() : "${id} (${guardrail.title})" if contains(guardrail.kinds, "managed")])}."
  }
}

variable "boundary" {
  description = "Ids of the guardrails for a permissions boundary that you create elsewhere (output `boundary_parts`)."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.boundary : contains(try(provider::mlspace::guardrails()[id].kinds, []), "boundary")])
    error_message = "At least one id is not a guardrail for permissions boundaries. The ids are: ${join(", ", [for id, guardrail in provider::mlspace::guardrails() : "${id} (${guardrail.title})" if contains(guardrail.kinds, "boundary")])}."
  }
}

variable "parameters" {
  description = "Parameters of the guardrails by name, each a list even for one value: `{ subnet_ids = [\"subnet-0a1b2c3d\"], max_runtime_seconds = [\"86400\"] }`. The module adds the account, region, partition and name prefix."
  type        = map(list(string))
  default     = {}
}

variable "exempt_principal_arns" {
  description = "ARNs, or patterns of ARNs, of the roles that are exempt from the service control policies: those that build the platform, and those for emergencies."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.exempt_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9*]+:(role|user)/.*[A-Za-z0-9]", arn))])
    error_message = "Write ARNs of roles or users, with wildcards only in the account or the name: arn:aws:iam::*:role/platform/*."
  }
}

variable "target_ids" {
  description = "Ids of the roots, organizational units or accounts that the service control policies are attached to."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.target_ids : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})$", id))])
    error_message = "A target is the id of a root (r-ab12), of an organizational unit (ou-ab12-12345678) or of an account (twelve digits)."
  }
}

variable "service_control_documents" {
  description = "Number of service control policies. If null, the module counts them at plan time; write the number if parameters are known only after apply."
  type        = number
  default     = null

  validation {
    condition     = try(var.service_control_documents >= 1 && var.service_control_documents <= 4, true)
    error_message = "Write one to four: a target can have five service control policies, and AWS's own FullAWSAccess is one of them."
  }
}

variable "role_documents" {
  description = "Number of managed policies, as for `service_control_documents`."
  type        = number
  default     = null

  validation {
    condition     = try(var.role_documents >= 1 && var.role_documents <= 9, true)
    error_message = "Write one to nine: a role can have ten managed policies, and one is its own."
  }
}

variable "name_prefix" {
  description = "First part of the policies' names, and of the names of resources on which guardrails grant permissions."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.name_prefix))
    error_message = "Write 1 to 64 letters, digits and `_ . -`."
  }
}

variable "path" {
  description = "IAM path of the managed policies. The role that runs Terraform for projects can change only policies without a path."
  type        = string
  default     = "/platform/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)+$", var.path))
    error_message = "A path begins and ends with a slash, with a name in between: /platform/."
  }
}

variable "tags" {
  description = "Tags of every policy."
  type        = map(string)
  default     = {}
}
