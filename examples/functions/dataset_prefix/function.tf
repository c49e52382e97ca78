# Where the objects of project fraud's dataset cards-2026 are.
output "dataset_prefix" {
  value = provider::mlspace::dataset_prefix("project", "fraud", "cards-2026")
}
