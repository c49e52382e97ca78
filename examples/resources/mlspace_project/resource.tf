resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"

  # Stop notebooks and endpoints that are left running; owners can choose their own times for
  # notebooks.
  termination {
    default_notebook_stop_time    = "17:00" # UTC
    allow_notebook_owner_override = true
    default_endpoint_ttl_hours    = 168
  }
}
