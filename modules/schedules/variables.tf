variable "name" {
  description = "Name of the schedule group, of the role and of its policy. Nothing else may use the group."
  type        = string
  default     = "mlspace-stop"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_.-]{1,64}$", var.name)) && var.name != "default"
    error_message = "Write 1 to 64 letters, digits, hyphens, underscores and periods, and not `default`, which is the group of schedules without one."
  }
}

variable "system_tag" {
  description = "Value of the tag `system` on the platform's notebooks; the provider's `system_tag`. The role stops no other notebooks."
  type        = string
  default     = "MLSpace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.system_tag))
    error_message = "The value has 1 to 256 letters, digits, spaces and _.:/=+@-."
  }
}

variable "tags" {
  description = "Tags of everything that the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}
