# The S3 prefix of project fraud's dataset cards-2026.
output "dataset_prefix" {
  value = provider::mlspace::dataset_prefix("project", "fraud", "cards-2026")
}
