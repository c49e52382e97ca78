# The policies of a role that runs this provider.
data "mlspace_policy_document" "terraform" {
  kind = "provider"
}

output "terraform_policies" {
  value = data.mlspace_policy_document.terraform.documents
}
