variable "name" {
  description = "Name of the new domain. It is unique in the account and region."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}[a-z0-9]$", var.name))
    error_message = "A domain's name has 2 to 50 lower-case letters, digits and inner `-`, and begins with a letter."
  }
}

variable "existing_domain" {
  description = "Name of an existing domain of the account, used instead of a new one. Its key and policy stay as they are."
  type        = string
  default     = null

  validation {
    condition     = var.existing_domain == null ? true : can(regex("^[a-z][a-z0-9-]{0,48}[a-z0-9]$", var.existing_domain))
    error_message = "Write the name of a domain, not its ARN."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the packages of a new domain, such as `module.kms.key_arns[\"volumes\"]`. A domain keeps its key for ever."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`."
  }
}

variable "sources" {
  description = "Repositories that others look into, by name: with `external_connection` for the packages of a public index such as `public:pypi`, without it for your own packages."
  type = map(object({
    external_connection = optional(string)
    description         = optional(string)
  }))
  default  = { pypi = { external_connection = "public:pypi", description = "Packages of PyPI that were installed once." } }
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.sources) : can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$", name))])
    error_message = "A repository's name has 2 to 100 letters, digits and `. _ -`, and begins with a letter or digit."
  }

  validation {
    condition = alltrue([for source in values(var.sources) : source.external_connection == null ? true : contains([
      "public:clojars", "public:commonsware", "public:crates-io", "public:google-android", "public:gradle-plugins",
      "public:maven-central", "public:maven-clojars", "public:maven-commonsware", "public:maven-googleandroid",
      "public:maven-gradleplugins", "public:npmjs", "public:nuget-org", "public:pypi", "public:ruby-gems-org",
    ], source.external_connection)])
    error_message = "Name a public index as CodeArtifact does, such as `public:pypi`, `public:npmjs` or `public:maven-central`."
  }
}

variable "repositories" {
  description = "Repositories from which members install, by name, with the sources into which each looks, in order: the first that has a package wins."
  type = map(object({
    upstreams   = optional(list(string), [])
    description = optional(string)
  }))
  default  = { shared = { upstreams = ["pypi"], description = "What members install from." } }
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.repositories) : can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$", name))])
    error_message = "A repository's name has 2 to 100 letters, digits and `. _ -`, and begins with a letter or digit."
  }

  validation {
    condition     = alltrue([for repository in values(var.repositories) : length(repository.upstreams) <= 10 && length(repository.upstreams) == length(distinct(repository.upstreams))])
    error_message = "A repository looks into at most ten sources, each named once."
  }
}

variable "publisher_arns" {
  description = "ARNs of the roles that publish packages and delete them, such as that of a pipeline; no other principal can, whatever its policies allow. Names can contain `*`."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.publisher_arns) > 0
    error_message = "Name the role that publishes packages: without one, nobody can, not even to remove a bad one."
  }

  validation {
    condition     = alltrue([for arn in var.publisher_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::123456789012:role/build`."
  }
}

variable "reader_arns" {
  description = "ARNs of roles of other accounts that install packages. Within the account, the policies of a role decide."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.reader_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::210987654321:role/deployment`: a whole account as reader would let that account choose the readers."
  }
}

variable "tags" {
  description = "Tags of everything that the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}
