# The name of alice's role in project fraud, without asking AWS.
output "role_name" {
  value = provider::mlspace::role_name("MLSpace", "fraud", "alice")
}
