"""Tests of the double of the AWS provider under a real Terraform."""
