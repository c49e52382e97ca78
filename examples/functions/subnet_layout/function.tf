# Two tiers in three zones; a fourth zone would move none of them.
output "subnet_layout" {
  value = provider::mlspace::subnet_layout("10.0.0.0/20", 3, {
    workloads = 24
    endpoints = 27
  })
}
