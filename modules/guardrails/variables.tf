variable "service_control" {
  description = "Ids of the guardrails that go into service control policies, such as `G14`."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.service_control : contains(try(provider::mlspace::guardrails()[id].kinds, []), "scp")])
    error_message = "There are only these guardrails for service control policies: ${join(", ", [for id, guardrail in provider::mlspace::guardrails() : "${id} (${guardrail.title})" if contains(guardrail.kinds, "scp")])}."
  }
}

variable "role" {
  description = "Ids of the guardrails that go into managed policies, to be attached to roles: `role_policy_arns`."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.role : contains(try(provider::mlspace::guardrails()[id].kinds, []), "managed")])
    error_message = "There are only these guardrails for policies of roles: ${join(", ", [for id, guardrail in provider::mlspace::guardrails() : "${id} (${guardrail.title})" if contains(guardrail.kinds, "managed")])}."
  }
}

variable "boundary" {
  description = "Ids of the guardrails that go into a permissions boundary that is made elsewhere: `boundary_parts`."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.boundary : contains(try(provider::mlspace::guardrails()[id].kinds, []), "boundary")])
    error_message = "There are only these guardrails for permissions boundaries: ${join(", ", [for id, guardrail in provider::mlspace::guardrails() : "${id} (${guardrail.title})" if contains(guardrail.kinds, "boundary")])}."
  }
}

variable "parameters" {
  description = "What the guardrails ask for, by name, each a list also where it is one value: `{ subnet_ids = [\"subnet-0a1b2c3d\"], max_runtime_seconds = [\"86400\"] }`. The account, region, partition and name prefix are known."
  type        = map(list(string))
  default     = {}
}

variable "exempt_principal_arns" {
  description = "Who service control policies do not bind: ARNs, or patterns of ARNs, of the roles that build the platform and of those for emergencies."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.exempt_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9*]+:(role|user)/.*[A-Za-z0-9]", arn))])
    error_message = "Write ARNs of roles or users, with wildcards in the account or the name at most: arn:aws:iam::*:role/platform/*."
  }
}

variable "target_ids" {
  description = "Roots, organizational units or accounts that the service control policies are attached to."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.target_ids : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})$", id))])
    error_message = "A target is the id of a root (r-ab12), of an organizational unit (ou-ab12-12345678) or of an account (twelve digits)."
  }
}

variable "service_control_documents" {
  description = "How many service control policies to make. Null is as many as it takes, which plan must be able to tell; write the number where parameters are only known after apply."
  type        = number
  default     = null

  validation {
    condition     = try(var.service_control_documents >= 1 && var.service_control_documents <= 4, true)
    error_message = "One to four: a target takes five service control policies, and AWS's own FullAWSAccess is one of them."
  }
}

variable "role_documents" {
  description = "How many managed policies to make, as for `service_control_documents`."
  type        = number
  default     = null

  validation {
    condition     = try(var.role_documents >= 1 && var.role_documents <= 9, true)
    error_message = "One to nine: a role takes ten managed policies, and one is its own."
  }
}

variable "name_prefix" {
  description = "First part of the policies' names, and of what guardrails grant rights on."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.name_prefix))
    error_message = "Write 1 to 64 letters, digits and `_ . -`."
  }
}

variable "path" {
  description = "IAM path of the managed policies. Under a path they are out of reach of the role that runs Terraform for projects, which keeps policies without one."
  type        = string
  default     = "/platform/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)+$", var.path))
    error_message = "A path begins and ends with a slash, with a name between: /platform/."
  }
}

variable "tags" {
  description = "Tags of every policy."
  type        = map(string)
  default     = {}
}
