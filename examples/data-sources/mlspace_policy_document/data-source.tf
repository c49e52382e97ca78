# What a role of one's own needs to run this provider: as many policies as it takes.
data "mlspace_policy_document" "terraform" {
  kind = "provider"
}

output "terraform_policies" {
  value = data.mlspace_policy_document.terraform.documents
}
