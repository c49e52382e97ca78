//! Which types to serve.

use std::path::Path;

/// The types cannot be told.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TypesError {
    #[error("AWS_DOUBLE_TYPES: `{0}` is neither resource/<type> nor data/<type>")]
    Malformed(String),
    #[error("cannot list `{directory}`: {problem}")]
    Unlistable { directory: String, problem: String },
}

/// The names of types to serve.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) resources: Vec<String>,
    pub(crate) data_sources: Vec<String>,
}

/// Reads the list; without one, everything in the directory is wanted. A type without a schema is left out, so that
/// Terraform itself says that the provider doesn't have it.
pub(crate) fn wanted(directory: &Path, list: Option<&str>) -> Result<Wanted, TypesError> {
    let Some(list) = list else {
        return Ok(Wanted {
            resources: listed(&directory.join("resource"))?,
            data_sources: listed(&directory.join("data"))?,
        });
    };
    let mut wanted = Wanted::default();
    for entry in list.split(',').filter(|entry| !entry.is_empty()) {
        let (kind, name) = entry
            .split_once('/')
            .ok_or_else(|| TypesError::Malformed(entry.to_owned()))?;
        let names = match kind {
            "resource" => &mut wanted.resources,
            "data" => &mut wanted.data_sources,
            _ => return Err(TypesError::Malformed(entry.to_owned())),
        };
        if directory.join(kind).join(format!("{name}.json")).exists() {
            names.push(name.to_owned());
        }
    }
    Ok(wanted)
}

fn listed(directory: &Path) -> Result<Vec<String>, TypesError> {
    let unlistable = |error: std::io::Error| TypesError::Unlistable {
        directory: directory.display().to_string(),
        problem: error.to_string(),
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unlistable)? {
        let name = entry.map_err(unlistable)?.file_name();
        let name = name.to_string_lossy();
        names.extend(name.strip_suffix(".json").map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// A name that lives as long as the process, as the framework asks of type names; made once for each type.
pub(crate) fn eternal(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_without_a_schema_is_left_out() {
        let nowhere = Path::new("/nonexistent");
        let found = wanted(nowhere, Some("resource/aws_vpc,data/aws_vpc"));
        assert_eq!(found, Ok(Wanted::default()));
    }

    #[test]
    fn a_list_in_another_form_is_refused() {
        for list in ["aws_vpc", "resources/aws_vpc"] {
            let found = wanted(Path::new("/"), Some(list));
            assert_eq!(found, Err(TypesError::Malformed(list.to_owned())));
        }
    }
}
