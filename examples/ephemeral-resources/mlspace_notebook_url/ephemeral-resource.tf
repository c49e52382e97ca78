# In a configuration of its own, which alice runs with her own credentials.
ephemeral "mlspace_notebook_url" "alice" {
  name               = "fraud-alice"
  session_expiration = "1h"
}

# `ephemeral.mlspace_notebook_url.alice.url` can be used in provider blocks, in write-only arguments
# of resources, in provisioners, and in ephemeral outputs of a module.
