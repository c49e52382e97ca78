import {
  to = mlspace_dataset.cards
  id = "project/fraud/cards-2026"
}
