resource "mlspace_notebook" "alice" {
  name          = "fraud-alice"
  project       = mlspace_membership.alice.project
  user          = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  volume_size   = 20 # GB

  # Without `running`, it is started when it is created, and users and the daily stop decide from
  # then on. False stops it, true starts it at every apply; the volume keeps its contents.
  daily_stop_time = "19:00" # UTC

  tags = {
    team = "payments"
  }

  timeouts {
    create = "20m"
    update = "30m"
    delete = "20m"
  }
}
