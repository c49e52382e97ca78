# What projects can switch on in the commercial partition of AWS.
output "services" {
  value = {
    for word, service in provider::mlspace::services() : word => service.title
    if !contains(service.absent_partitions, "aws")
  }
}
