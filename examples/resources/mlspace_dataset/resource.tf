# Every member of the project can read and write it.
resource "mlspace_dataset" "cards" {
  name        = "cards-2026"
  type        = "project"
  scope       = mlspace_project.fraud.name
  description = "Card transactions of 2026 in one Parquet file a day"
  created_by  = "alice"
}

# Only alice can, in each of her projects.
resource "mlspace_dataset" "scratch" {
  name  = "scratch"
  type  = "private"
  scope = "alice"
}

# Every member of every project can read it; it has no scope.
resource "mlspace_dataset" "holidays" {
  name        = "bank-holidays"
  type        = "global"
  description = "Bank holidays by country"
}
