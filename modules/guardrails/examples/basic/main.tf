# In the organization's management account: two units require hardened notebooks, the approved
# network and key, and tags.

provider "aws" {
  region = "eu-west-1"
}

module "guardrails" {
  source = "../.."

  service_control = ["G08", "G09", "G10", "G11", "G14", "G17"]
  parameters = {
    tenant_tag         = ["project"]
    protected_tags     = ["project", "system", "user"]
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    security_group_ids = ["sg-0123456789abcdef0"]
    kms_key_arns       = ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    local_nvme_types   = ["ml.g5.*", "ml.p4d.*"]
  }

  exempt_principal_arns = ["arn:aws:iam::111122223333:role/platform/*"]
  target_ids            = ["ou-ab12-12345678", "ou-ab12-87654321"]
}

output "service_control_policy_ids" {
  description = "Ids of the service control policies."
  value       = module.guardrails.service_control_policy_ids
}
