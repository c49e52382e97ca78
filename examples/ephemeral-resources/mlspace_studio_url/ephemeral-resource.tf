# In a configuration of its own, which alice runs with her own credentials.
ephemeral "mlspace_studio_url" "alice" {
  domain_id   = "d-0123456789ab"
  project     = "fraud"
  user        = "alice"
  landing_uri = "studio::spaces"

  expires_in         = "30s"
  session_expiration = "8h"
}
