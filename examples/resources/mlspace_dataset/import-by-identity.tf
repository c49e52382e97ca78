import {
  to = mlspace_dataset.cards
  identity = {
    id = "project/fraud/cards-2026"
  }
}
