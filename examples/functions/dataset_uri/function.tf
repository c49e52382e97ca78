# The same place as a URI; a global dataset has no scope.
output "dataset_uri" {
  value = provider::mlspace::dataset_uri("mlspace-data", "global", null, "bank-holidays")
}
