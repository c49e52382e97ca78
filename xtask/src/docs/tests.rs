use std::fs;

use tempfile::TempDir;
use terraform_plugin::framework::{Attribute, Block, Nesting, Parameter, Schema, Signature, Type};

use super::*;

const FILES: [(&str, &str); 6] = [
    ("examples/provider/provider.tf", "provider \"toy\" {}\n"),
    (
        "examples/resources/toy_box/resource.tf",
        "resource \"toy_box\" \"a\" {\n  name = \"a\"\n}\n",
    ),
    (
        "examples/resources/toy_box/import.sh",
        "terraform import toy_box.a a\n",
    ),
    (
        "examples/data-sources/toy_shelf/data-source.tf",
        "data \"toy_shelf\" \"a\" {}\n",
    ),
    (
        "examples/ephemeral-resources/toy_key/ephemeral-resource.tf",
        "ephemeral \"toy_key\" \"a\" {}\n",
    ),
    (
        "examples/functions/count/function.tf",
        "output \"n\" {\n  value = provider::toy::count()\n}\n",
    ),
];

fn repository() -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, text) in FILES {
        put(&root, path, text);
    }
    root
}

fn put(root: &TempDir, path: &str, text: &str) {
    let path = root.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn box_schema() -> Schema {
    Schema::new(0)
        .describe("Keeps toys.\n\nOne box is one box.")
        .attributes([
            Attribute::string("name")
                .required()
                .requires_replace()
                .identity()
                .describe("What it is called."),
            Attribute::number("size")
                .default(3)
                .optional()
                .describe("How many toys\nit holds."),
            Attribute::list("labels", Type::String)
                .optional()
                .describe("Words on it."),
            Attribute::string("key")
                .optional()
                .sensitive()
                .deprecated("use a lock")
                .describe("Opens it."),
            Attribute::string("id").computed().describe("Its name."),
            Attribute::nested(
                "toys",
                Nesting::List,
                [Attribute::string("colour")
                    .computed()
                    .describe("As painted.")],
            )
            .computed()
            .describe("What is in it."),
        ])
        .blocks([Block::single(
            "lid",
            [Attribute::bool("tight")
                .optional()
                .describe("Whether it closes.")],
        )
        .describe("Its lid.")
        .blocks([Block::list(
            "hinge",
            [Attribute::string("metal").required().describe("Of what.")],
        )
        .min(1)
        .max(2)
        .describe("What it turns on.")])])
}

fn toys() -> Catalogue {
    let count = Signature::new(Type::Number)
        .summary("Counts toys.")
        .describe("Counts toys, however many.")
        .parameter(
            Parameter::new("in", Type::String)
                .nullable()
                .describe("The box."),
        )
        .variadic(Parameter::new("kinds", Type::list(Type::String)).describe("Only these."));
    Catalogue {
        name: "toy".to_owned(),
        provider: Schema::new(0).describe("Toys."),
        resources: vec![("toy_box".to_owned(), box_schema())],
        data_sources: vec![("toy_shelf".to_owned(), Schema::new(0).describe("A shelf."))],
        ephemeral_resources: vec![("toy_key".to_owned(), Schema::new(0).describe("A key."))],
        functions: vec![("count".to_owned(), count)],
        guides: Vec::new(),
    }
}

fn page_on_disk(root: &TempDir, path: &str) -> String {
    std::fs::read_to_string(root.path().join(path)).unwrap()
}

fn page(root: &TempDir, path: &str) -> String {
    render(root.path(), &toys())
        .unwrap()
        .remove(Path::new(path))
        .unwrap()
}

#[test]
fn render_uses_the_registry_layout() {
    let root = repository();
    let paths: Vec<String> = render(root.path(), &toys())
        .unwrap()
        .into_keys()
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "docs/data-sources/shelf.md",
            "docs/ephemeral-resources/key.md",
            "docs/functions/count.md",
            "docs/index.md",
            "docs/resources/box.md",
            "examples/resources/toy_box/import-by-identity.tf",
            "examples/resources/toy_box/import-by-string-id.tf",
        ]
    );
}

#[test]
fn resource_page_has_all_sections() {
    let root = repository();
    let text = page(&root, "docs/resources/box.md");
    let expected = r#"---
page_title: "toy_box Resource - toy"
subcategory: ""
description: |-
  Keeps toys.
---

# toy_box (Resource)

Keeps toys.

One box is one box.

## Example Usage

```terraform
resource "toy_box" "a" {
  name = "a"
}
```

## Schema

### Required

- `name` (String) What it is called. Changing it replaces the resource.

### Optional

- `size` (Number) How many toys
  it holds. Default: `3`.
- `labels` (List of String) Words on it.
- `key` (String, Sensitive, Deprecated) Opens it. **Deprecated:** use a lock
- `lid` (Block) Its lid. (see [below for nested schema](#nestedblock--lid))

### Read-Only

- `id` (String) Its name.
- `toys` (Attributes List) What is in it. (see [below for nested schema](#nestedatt--toys))

<a id="nestedatt--toys"></a>
### Nested Schema for `toys`

Read-Only:

- `colour` (String) As painted.

<a id="nestedblock--lid"></a>
### Nested Schema for `lid`

Required:

- `hinge` (Block List, Min: 1, Max: 2) What it turns on. (see [below for nested schema](#nestedblock--lid--hinge))

Optional:

- `tight` (Boolean) Whether it closes.

<a id="nestedblock--lid--hinge"></a>
### Nested Schema for `lid.hinge`

Required:

- `metal` (String) Of what.

## Import

By identity, with Terraform 1.12 or newer:

```terraform
import {
  to = toy_box.a
  identity = {
    name = "a"
  }
}
```

The identity is made of:

- `name` (String)

By id, in the configuration:

```terraform
import {
  to = toy_box.a
  id = "a"
}
```

By id, on the command line:

```shell
terraform import toy_box.a a
```
"#;
    assert_eq!(text, expected);
}

#[test]
fn function_page_numbers_arguments() {
    let root = repository();
    let text = page(&root, "docs/functions/count.md");
    assert!(
        text.contains("```text\ncount(in string, kinds list(string)...) number\n```"),
        "{text}"
    );
    assert!(text.contains("1. `in` (String, Nullable) The box.\n2. `kinds` (List of String, Variadic) Only these.\n"), "{text}");
    assert!(
        text.starts_with("---\npage_title: \"count function - toy\"\n"),
        "{text}"
    );
}

#[test]
fn index_lists_guides_by_title() {
    let root = repository();
    put(
        &root,
        "docs/guides/first-steps.md",
        "---\npage_title: \"First steps\"\n---\n",
    );
    assert!(
        page(&root, "docs/index.md")
            .contains("## Guides\n\n- [First steps](guides/first-steps.md)\n")
    );
}

#[test]
fn generated_guides_replace_their_file() {
    let root = repository();
    put(&root, "docs/guides/rules.md", "old");
    let mut with_guide = toys();
    with_guide.guides = vec![("docs/guides/rules.md", || Ok("new".to_owned()))];
    let changed = write(root.path(), &with_guide).unwrap();
    assert!(changed.contains(&PathBuf::from("docs/guides/rules.md")));
    assert_eq!(page_on_disk(&root, "docs/guides/rules.md"), "new");
}

#[test]
fn check_detects_changes() {
    let root = repository();
    assert_eq!(write(root.path(), &toys()).unwrap().len(), 7);
    check(root.path(), &toys()).unwrap();
    assert_eq!(write(root.path(), &toys()).unwrap(), Vec::<PathBuf>::new());

    let mut changed = toys();
    changed.provider = Schema::new(0).describe("Better toys.");
    assert_eq!(
        check(root.path(), &changed).unwrap_err().to_string(),
        "out of date, run `make docs`: `docs/index.md`"
    );

    put(&root, "docs/resources/box.md", "edited by hand");
    assert!(
        matches!(check(root.path(), &toys()), Err(DocsError::Drift(paths)) if paths == [Path::new("docs/resources/box.md")])
    );
}

#[test]
fn write_removes_obsolete_pages() {
    let root = repository();
    put(&root, "docs/resources/gone.md", "old");
    put(&root, "docs/guides/kept.md", "by hand");
    write(root.path(), &toys()).unwrap();
    assert!(!root.path().join("docs/resources/gone.md").exists());
    assert!(root.path().join("docs/guides/kept.md").exists());
}

#[test]
fn render_rejects_missing_examples() {
    for (path, _) in FILES {
        let root = repository();
        fs::remove_file(root.path().join(path)).unwrap();
        let error = render(root.path(), &toys()).unwrap_err();
        assert!(
            matches!(error, DocsError::NoExample { path: missing, .. } if missing == Path::new(path)),
            "{path}"
        );
    }
}

#[test]
fn render_rejects_orphan_examples() {
    for (folder, file) in [
        ("examples/resources/toy_ball", "resource.tf"),
        (
            "examples/ephemeral-resources/toy_lock",
            "ephemeral-resource.tf",
        ),
    ] {
        let root = repository();
        put(&root, &format!("{folder}/{file}"), "");
        let error = render(root.path(), &toys()).unwrap_err();
        assert!(matches!(error, DocsError::Orphan(path) if path == Path::new(folder)));
    }
}

#[test]
fn render_rejects_missing_descriptions() {
    let root = repository();
    let mut catalogue = toys();
    catalogue.data_sources = vec![(
        "toy_shelf".to_owned(),
        Schema::new(0).describe("A shelf.").blocks([Block::single(
            "board",
            [Attribute::string("wood").optional()],
        )
        .describe("One.")]),
    )];
    let error = render(root.path(), &catalogue).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`board.wood` of `toy_shelf` has no description: add one in its schema"
    );
}

#[test]
fn quotations_follow_the_quoted_file() {
    let root = repository();
    let quote = "<!-- quote examples/provider/provider.tf -->";
    put(
        &root,
        "README.md",
        &format!("before\n{quote}\nold\n{}\nafter\n", quote::END),
    );
    write(root.path(), &toys()).unwrap();
    let text = fs::read_to_string(root.path().join("README.md")).unwrap();
    assert_eq!(
        text,
        format!(
            "before\n{quote}\n\n```terraform\nprovider \"toy\" {{}}\n```\n\n{}\nafter\n",
            quote::END
        )
    );
    check(root.path(), &toys()).unwrap();

    put(&root, "README.md", &format!("{quote}\nnever ended\n"));
    assert!(matches!(
        render(root.path(), &toys()),
        Err(DocsError::OpenQuote { .. })
    ));
}

#[test]
fn defaults_use_terraform_syntax() {
    let root = repository();
    let mut catalogue = toys();
    catalogue.provider = Schema::new(0).describe("Toys.").attributes([
        Attribute::string("text")
            .optional()
            .default("a\"b")
            .describe("T."),
        Attribute::bool("flag")
            .optional()
            .default(false)
            .describe("F."),
        Attribute::map("tags", Type::String)
            .optional()
            .default(terraform_plugin::framework::Value::map([("a", "b")]))
            .describe("M."),
    ]);
    let text = render(root.path(), &catalogue)
        .unwrap()
        .remove(Path::new("docs/index.md"))
        .unwrap();
    for default in [
        r#"Default: `"a\"b"`."#,
        "Default: `false`.",
        r#"Default: `{ a = "b" }`."#,
    ] {
        assert!(text.contains(default), "{text}");
    }
}

#[test]
fn descriptions_are_not_repeated() {
    let root = repository();
    let mut catalogue = toys();
    catalogue.provider = Schema::new(0).describe("Toys.").attributes([
        Attribute::number("size")
            .optional()
            .default(3)
            .describe("Size. Defaults to 3, which suits most."),
        Attribute::string("name")
            .required()
            .requires_replace()
            .describe("Name. Changing it replaces all toys."),
    ]);
    let text = render(root.path(), &catalogue)
        .unwrap()
        .remove(Path::new("docs/index.md"))
        .unwrap();
    assert!(
        text.contains("- `size` (Number) Size. Defaults to 3, which suits most.\n"),
        "{text}"
    );
    assert!(
        text.contains("- `name` (String) Name. Changing it replaces all toys.\n"),
        "{text}"
    );
}

#[test]
fn import_examples_need_a_usable_command() {
    for (script, reason) in [
        ("# nothing\n", "has no line of the form"),
        ("terraform import toy_box.a\n", "has no line of the form"),
    ] {
        let root = repository();
        put(&root, "examples/resources/toy_box/import.sh", script);
        let error = render(root.path(), &toys()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn import_block_has_one_part_of_the_id_for_each_identity_attribute() {
    let root = repository();
    let mut catalogue = toys();
    let part = |name: &str| {
        Attribute::string(name)
            .required()
            .identity()
            .describe("A part.")
    };
    let schema = Schema::new(0).describe("Keeps toys.");
    catalogue.resources = vec![(
        "toy_box".to_owned(),
        schema.attributes([part("room"), part("name")]),
    )];
    let error = render(root.path(), &catalogue).unwrap_err().to_string();
    assert!(error.contains("imports `a`"), "{error}");

    put(
        &root,
        "examples/resources/toy_box/import.sh",
        "terraform import toy_box.a attic/a\n",
    );
    let block = render(root.path(), &catalogue)
        .unwrap()
        .remove(Path::new(
            "examples/resources/toy_box/import-by-identity.tf",
        ))
        .unwrap();
    assert!(
        block.contains("    room = \"attic\"\n    name = \"a\"\n"),
        "{block}"
    );
}
