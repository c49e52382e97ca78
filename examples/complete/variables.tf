variable "region" {
  description = "AWS region of the platform."
  type        = string
  default     = "eu-west-1"
}

variable "administrator_arns" {
  description = "ARNs of the roles that build the platform: the role that you run this with, and one for emergencies."
  type        = list(string)
}
