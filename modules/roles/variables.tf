variable "data_bucket" {
  description = "Name of the bucket that holds every dataset."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.data_bucket))
    error_message = "Write the bucket's name (not its ARN): 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "kms_key_arn" {
  description = "ARN of the approved key: of volumes, of what jobs write, and so of the data bucket, whose policy takes no other."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: SageMaker reports keys to IAM by ARN."
  }
}

variable "network" {
  description = "The approved subnets and security groups: notebooks and jobs run in these and nowhere else."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })

  validation {
    condition     = length(var.network.subnet_ids) >= 1 && length(var.network.security_group_ids) >= 1 && length(var.network.security_group_ids) <= 5
    error_message = "Name at least one subnet, and one to five security groups, which is what SageMaker takes: without any, workloads could run in every network of the account."
  }
}

variable "tables" {
  description = "Names of the tables where they are not MLSpace's, as the module `tables` gives them, and the ARN of their key."
  type = object({
    names   = optional(map(string), {})
    key_arn = optional(string)
  })
  default = {}
}

variable "trusted" {
  description = "Who may take on which role: `terraform`, `platform_admin`, `data_scientist`, `auditor`. A role that is left out is not made. Principals are ARNs, or patterns of ARNs, of roles and users; a web identity is an OpenID Connect provider with the subjects its tokens may have."
  type = map(object({
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
    web_identity = optional(object({
      provider_arn = string
      subjects     = list(string)
      audience     = optional(string)
    }))
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.trusted), ["auditor", "data_scientist", "platform_admin", "terraform"])) == 0
    error_message = "There are four roles: terraform, platform_admin, data_scientist and auditor. Those who lead a team are named in `teams`."
  }
  validation {
    condition = alltrue([
      for role in values(var.trusted) : length(role.principal_arns) > 0 || role.saml_provider_arn != null || role.web_identity != null
    ])
    error_message = "Say who may take on each role, by `principal_arns`, `saml_provider_arn` or `web_identity`, or leave the role out."
  }
}

variable "teams" {
  description = "Roles of those who lead teams, by team: the team's projects, and who may take on the role, as in `trusted`."
  type = map(object({
    projects          = list(string)
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for team in keys(var.teams) : can(regex("^[A-Za-z0-9-]{1,24}$", team))])
    error_message = "A team's name has 1 to 24 letters, digits and hyphens: it is part of its role's."
  }
  validation {
    condition = alltrue([
      for team in values(var.teams) : length(team.projects) > 0 && (length(team.principal_arns) > 0 || team.saml_provider_arn != null)
    ])
    error_message = "A team has one project at least, and somebody who leads it, by `principal_arns` or `saml_provider_arn`."
  }
}

variable "limits" {
  description = "What memberships may start: instance types by kind of workload (`notebook`, `training`, `processing`, `transform`, `endpoint`; types or patterns such as `ml.g5.*`; a kind that is left out may use none), and services that are switched off (`endpoints`, `jobs`, `labeling-jobs`, `emr`, `batch-translate`, `realtime-translate`, `bedrock`). `keyless_types`, if given, makes a policy for other roles that wants the approved key on volumes of all types but these."
  type = object({
    instance_types  = optional(map(list(string)))
    denied_services = optional(list(string), [])
    keyless_types   = optional(list(string))
  })
  default = {}

  validation {
    condition     = length(setsubtract(keys(coalesce(var.limits.instance_types, {})), ["endpoint", "notebook", "processing", "training", "transform"])) == 0
    error_message = "Instance types are listed by kind of workload: notebook, training, processing, transform and endpoint."
  }
}

variable "notebook_endpoint_ids" {
  description = "Ids of the VPC endpoints of SageMaker's API and notebooks that data scientists must come through. Empty: they may open their notebooks from anywhere."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.notebook_endpoint_ids : can(regex("^vpce-[0-9a-z]+$", id))])
    error_message = "Write ids of VPC endpoints: vpce-0a1b2c3d4e5f60718."
  }
}

variable "people_policy_arns" {
  description = "Managed policies that are attached to every role of people, by any name: guardrails. Each role's own policy is its boundary, so that they can only take away."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.people_policy_arns) <= 9
    error_message = "A role takes ten managed policies, and one is its own: nine at most."
  }
}

variable "system_tag" {
  description = "Value of the tag `system`, as in the provider's configuration."
  type        = string
  default     = "MLSpace"
}

variable "iam_resource_prefix" {
  description = "First part of the names of memberships' roles and policies, as in the provider's configuration."
  type        = string
  default     = "MLSpace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,37}$", var.iam_resource_prefix))
    error_message = "The prefix has 1 to 37 letters, digits, `_` and `-`."
  }
}

variable "name_prefix" {
  description = "First part of the names of what this module makes, under the path `/platform/`, and of the log groups that auditors may read, `/{name_prefix}/`."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{2,31}$", var.name_prefix))
    error_message = "The prefix has 3 to 32 letters, digits, `_` and `-`, and begins with a letter or digit."
  }
}

variable "tags" {
  description = "Tags of everything that can be tagged."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection([for key in keys(var.tags) : lower(key)], ["project", "user"])) == 0
    error_message = "Leave out `project` and `user`: a role that bears them is taken for a member's, and its tag `user` for the name of whoever takes it on."
  }
}
