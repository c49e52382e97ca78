variable "identity_store_id" {
  description = "Id of the identity store: `one(data.aws_ssoadmin_instances.all.identity_store_ids)` in an account of the organization."
  type        = string
}

variable "groups" {
  description = "Groups of the directory, by their names in MLSpace: 1 to 24 letters and digits."
  type        = map(string)
  default = {
    analysts = "ML Analysts"
    fraud    = "ML Fraud"
  }
}
