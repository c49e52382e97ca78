# The name of alice's role in project fraud, without a call to AWS.
output "role_name" {
  value = provider::mlspace::role_name("MLSpace", "fraud", "alice")
}
