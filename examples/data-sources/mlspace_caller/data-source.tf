data "mlspace_caller" "current" {}

output "account" {
  value = data.mlspace_caller.current.account_id
}
