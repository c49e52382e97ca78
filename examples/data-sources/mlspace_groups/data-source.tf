data "mlspace_groups" "of_dana" {
  user = mlspace_user.dana.name

  # Read the groups after every change.
  depends_on = [mlspace_group.analysts]
}

output "groups_of_dana" {
  value = data.mlspace_groups.of_dana.groups[*].name
}
