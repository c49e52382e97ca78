"""Tests of the fake AWS provider under a real Terraform."""
