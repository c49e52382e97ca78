# Everybody in the group who is not suspended.
data "mlspace_users" "analysts" {
  group     = mlspace_group.analysts.name
  suspended = false

  # Read the users after every change.
  depends_on = [mlspace_group.analysts, mlspace_user.dana]
}

output "addresses_of_analysts" {
  value = compact(data.mlspace_users.analysts.users[*].email)
}
