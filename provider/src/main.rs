//! Terraform provider.
fn main() {}
