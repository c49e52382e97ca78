# What a training job of alice's in project fraud must be tagged with.
output "standard_tags" {
  value = provider::mlspace::standard_tags("MLSpace", "fraud", "alice")
}
