# A domain of another configuration.
data "mlspace_studio_domain" "ml" {
  name = "ml"

  # Only in this example, whose configuration makes the domain, too.
  depends_on = [mlspace_studio_domain.main]
}

output "studio_url" {
  value = data.mlspace_studio_domain.ml.url
}
