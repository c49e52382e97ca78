# The platform in each partition, with that partition's ARNs, and in six zones.

provider "aws" {
  alias               = "china"
  region              = "cn-north-1"
  allowed_account_ids = ["111122223333"]
}

provider "aws" {
  alias               = "government"
  region              = "us-gov-west-1"
  allowed_account_ids = ["111122223333"]
}

provider "aws" {
  alias               = "widest"
  region              = "us-east-1"
  allowed_account_ids = ["111122223333"]
}

run "china" {
  command = apply

  state_key = "china"
  providers = { aws = aws.china }
  variables {
    administrator_arns = ["arn:aws-cn:iam::111122223333:role/build"]
  }

  assert {
    condition     = alltrue([for document in values(output.documents) : length(regexall("arn:", document)) == length(regexall("arn:aws-cn:", document))])
    error_message = "Every ARN must be of the partition."
  }
  assert {
    condition     = startswith(output.settings.permissions_boundary_arn, "arn:aws-cn:iam::111122223333:policy/")
    error_message = "The settings are of the partition."
  }
}

run "government" {
  command = apply

  state_key = "government"
  providers = { aws = aws.government }
  variables {
    administrator_arns = ["arn:aws-us-gov:iam::111122223333:role/build"]
  }

  assert {
    condition     = alltrue([for document in values(output.documents) : length(regexall("arn:", document)) == length(regexall("arn:aws-us-gov:", document))])
    error_message = "Every ARN must be of the partition."
  }
}

run "six_zones" {
  command = apply

  state_key = "widest"
  providers = { aws = aws.widest }
  variables {
    administrator_arns = ["arn:aws:iam::111122223333:role/build"]
    network            = { availability_zones = [for letter in ["a", "b", "c", "d", "e", "f"] : "us-east-1${letter}"] }
  }

  assert {
    condition     = length(module.vpc.subnet_ids) == 6 && provider::mlspace::policy_size(output.documents["permissions_boundary"]) <= 6144
    error_message = "The boundary must hold six subnets."
  }
}
