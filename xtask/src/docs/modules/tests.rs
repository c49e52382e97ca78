//! Tests of module pages.

use std::fs;

use super::*;

const README: &str = "# toys\n\nWhat it makes.\n\n<!-- quote examples/basic/main.tf -->\n<!-- end of quote -->\n\n\
                      <!-- inputs and outputs -->\nold\n<!-- end of inputs and outputs -->\nafter\n";

const SOURCE: &str = r#"
terraform {
  required_version = ">= 1.8"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "size" {
  description = "How many | how large."
  type        = number
  default     = 3
}

variable "boxes" {
  description = <<-EOT
    Boxes,
    by name.
  EOT
  type = map(object({
    width = number
    tags  = optional(map(string), {})
  }))
}

output "names" {
  description = "The names."
  value       = keys(var.boxes)
}

resource "toy" "this" {}
"#;

fn repository(source: &str, readme: Option<&str>) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let module = root.path().join("modules/toys");
    fs::create_dir_all(module.join("examples/basic")).unwrap();
    fs::write(
        module.join("examples/basic/main.tf"),
        "module \"toys\" {}\n",
    )
    .unwrap();
    fs::write(module.join("main.tf"), source).unwrap();
    if let Some(readme) = readme {
        fs::write(module.join("README.md"), readme).unwrap();
    }
    root
}

fn error_of(source: &str, readme: Option<&str>) -> String {
    let root = repository(source, readme);
    pages(root.path()).unwrap_err().to_string()
}

#[test]
fn pages_list_inputs_and_outputs() {
    let root = repository(SOURCE, Some(README));
    let pages = pages(root.path()).unwrap();
    let text = &pages[Path::new("modules/toys/README.md")];
    assert_eq!(
        text,
        r#"# toys

What it makes.

<!-- quote examples/basic/main.tf -->

```terraform
module "toys" {}
```

<!-- end of quote -->

<!-- inputs and outputs -->

Needs Terraform >= 1.8, `hashicorp/aws` >= 5.0.

## Inputs

| input | type | default | what it decides |
|---|---|---|---|
| `boxes` | `map(object)`, below | required | Boxes, by name. |
| `size` | `number` | `3` | How many \| how large. |

Type of `boxes`:

```terraform
map(object({
  width = number
  tags  = optional(map(string), {})
}))
```

## Outputs

| output | what it is |
|---|---|
| `names` | The names. |

<!-- end of inputs and outputs -->
after
"#
    );
    fs::write(root.path().join("modules/toys/README.md"), text).unwrap();
    assert_eq!(&super::pages(root.path()).unwrap(), &pages);
}

#[test]
fn pages_reject_missing_content() {
    assert!(error_of(SOURCE, None).contains("`modules/toys/README.md` is missing"));
    assert!(error_of(SOURCE, Some("# toys\n")).contains("has no `<!-- inputs and outputs -->`"));
    let described = "variable \"a\" {\n  description = \"A.\"\n}\n";
    assert!(error_of(described, Some(README)).contains("`a` has no type"));
    let empty = "variable \"a\" {\n  type = string\n  description = \"\"\n}\n";
    assert!(error_of(empty, Some(README)).contains("`a` has no description"));
    let output = "output \"a\" {\n  value = 1\n}\n";
    assert!(error_of(output, Some(README)).contains("`a` has no description"));
    assert!(error_of("variable {", Some(README)).contains("`modules/toys/main.tf` cannot be read"));
}

#[test]
fn pages_reject_too_many_inputs() {
    let variables: Vec<String> = (0..15)
        .map(|number| {
            format!("variable \"v{number}\" {{\n  type = string\n  description = \"V.\"\n}}\n")
        })
        .collect();
    let error = error_of(&variables.concat(), Some(README));
    assert!(error.contains("has 15 variables"), "{error}");
}
