# The module in AWS GovCloud (US).

provider "aws" {
  region              = "us-gov-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  data_bucket = "mlspace-data-111122223333"
  kms_key_arn = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  network     = { subnet_ids = ["subnet-0a1b2c3d4e5f60718"], security_group_ids = ["sg-0123456789abcdef0"] }
  trusted = {
    for role in ["terraform", "platform_admin", "data_scientist", "auditor"] :
    role => { saml_provider_arn = "arn:aws-us-gov:iam::111122223333:saml-provider/corp" }
  }
  teams = { cards = { projects = ["fraud"], principal_arns = ["arn:aws-us-gov:iam::111122223333:role/cards-lead"] } }
}

run "partition_arns" {
  command = apply

  assert {
    condition = alltrue([
      for text in concat(values(output.documents), values(output.role_arns), values(aws_iam_role.people)[*].assume_role_policy) :
      length(regexall("arn:", text)) > 0 && length(regexall("arn:", text)) == length(regexall("arn:aws-us-gov:", text))
    ])
    error_message = "Every ARN must be of the partition."
  }
}
