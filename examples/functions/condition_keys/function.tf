# The condition keys that can limit a training job to a network.
output "condition_keys" {
  value = [
    for key in provider::mlspace::condition_keys("sagemaker:CreateTrainingJob") : key.name
    if startswith(key.name, "sagemaker:Vpc")
  ]
}
