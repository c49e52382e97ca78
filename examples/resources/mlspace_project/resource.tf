resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"

  # Stop what is left running; owners may choose their own times for notebooks.
  termination {
    default_notebook_stop_time    = "17:00" # UTC
    allow_notebook_owner_override = true
    default_endpoint_ttl_hours    = 168
  }
}
