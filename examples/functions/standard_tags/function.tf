# The required tags of alice's training jobs in project fraud.
output "standard_tags" {
  value = provider::mlspace::standard_tags("MLSpace", "fraud", "alice")
}
