# Two prefixes of a bucket that another team manages, and the key of its objects.
resource "mlspace_external_location" "lake" {
  name = "lake"

  s3 {
    bucket      = "analytics-lake-123456789012"
    prefixes    = ["curated/cards/", "curated/rates/"]
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

# A whole bucket.
resource "mlspace_external_location" "results" {
  name = "results"

  s3 {
    bucket = "card-results-123456789012"
  }
}
