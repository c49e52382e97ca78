import {
  to = mlspace_dataset.cards
  identity = {
    type  = "project"
    scope = "fraud"
    name  = "cards-2026"
  }
}
