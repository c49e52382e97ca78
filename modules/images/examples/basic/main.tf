# An image for JupyterLab and Code Editor that a pipeline pushes. Its first version is registered
# when its digest is known.

provider "aws" {
  region = "eu-west-1"
}

module "images" {
  source = "../.."

  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  publisher_arns = ["arn:aws:iam::123456789012:role/build"]

  images = {
    lab = {
      display_name = "Lab"
      apps         = ["jupyter_lab", "code_editor"]
      versions = {
        "2026-11" = {
          digest  = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
          aliases = ["stable"]
        }
      }
    }
  }

  tags = { system = "MLSpace" }
}

output "repository_urls" {
  description = "Where the pipeline pushes."
  value       = module.images.repository_urls
}
