# An account of the partition, without AWS.

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_region" {
  defaults = { id = "eu-west-1" }
}

mock_data "aws_kms_key" {
  defaults = {
    arn                      = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
    enabled                  = true
    key_manager              = "CUSTOMER"
    key_usage                = "ENCRYPT_DECRYPT"
    customer_master_key_spec = "SYMMETRIC_DEFAULT"
  }
}
