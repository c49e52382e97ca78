//! The selection of types to serve.

use std::path::Path;

/// The types to serve cannot be determined.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TypesError {
    #[error("invalid entry `{0}` in AWS_FAKE_TYPES: write `resource/<type>` or `data/<type>`")]
    Malformed(String),
    #[error("cannot list `{directory}`: {problem}")]
    ListDirectory { directory: String, problem: String },
}

/// The names of the types to serve.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) resources: Vec<String>,
    pub(crate) data_sources: Vec<String>,
}

/// Parses the list of types; without a list, selects every schema in the directory. A type without
/// a schema is left out, so that Terraform itself reports that the provider does not support it.
pub(crate) fn selected(directory: &Path, list: Option<&str>) -> Result<Selected, TypesError> {
    let Some(list) = list else {
        return Ok(Selected {
            resources: listed(&directory.join("resource"))?,
            data_sources: listed(&directory.join("data"))?,
        });
    };
    let mut selected = Selected::default();
    for entry in list.split(',').filter(|entry| !entry.is_empty()) {
        let (kind, name) = entry
            .split_once('/')
            .ok_or_else(|| TypesError::Malformed(entry.to_owned()))?;
        let names = match kind {
            "resource" => &mut selected.resources,
            "data" => &mut selected.data_sources,
            _ => return Err(TypesError::Malformed(entry.to_owned())),
        };
        if directory.join(kind).join(format!("{name}.json")).exists() {
            names.push(name.to_owned());
        }
    }
    Ok(selected)
}

fn listed(directory: &Path) -> Result<Vec<String>, TypesError> {
    let list_error = |error: std::io::Error| TypesError::ListDirectory {
        directory: directory.display().to_string(),
        problem: error.to_string(),
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(list_error)? {
        let name = entry.map_err(list_error)?.file_name();
        let name = name.to_string_lossy();
        names.extend(name.strip_suffix(".json").map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// A `'static` copy of a name, since the framework requires that of type names. It is leaked, once
/// for each type.
pub(crate) fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selected_omits_types_without_schema() {
        let nowhere = Path::new("/nonexistent");
        let found = selected(nowhere, Some("resource/aws_vpc,data/aws_vpc"));
        assert_eq!(found, Ok(Selected::default()));
    }

    #[test]
    fn selected_rejects_malformed_entries() {
        for list in ["aws_vpc", "resources/aws_vpc"] {
            let found = selected(Path::new("/"), Some(list));
            assert_eq!(found, Err(TypesError::Malformed(list.to_owned())));
        }
    }
}
