# The S3 URI of a global dataset, which has no scope.
output "dataset_uri" {
  value = provider::mlspace::dataset_uri("mlspace-data", "global", null, "bank-holidays")
}
