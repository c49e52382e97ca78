# Two tiers in three zones; a fourth zone moves none of their blocks.
output "subnet_layout" {
  value = provider::mlspace::subnet_layout("10.0.0.0/20", 3, {
    workloads = 24
    endpoints = 27
  })
}
