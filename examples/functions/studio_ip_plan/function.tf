# Subnets for a hundred people in three zones: /24, or /22 if all can be in one.
output "studio_ip_plan" {
  value = provider::mlspace::studio_ip_plan({
    users              = 100
    availability_zones = 3
  })
}
