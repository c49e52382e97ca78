//! Dataset files.

use std::path::Path;

use mlspace_core::layout::{DatasetKey, DatasetScope};
use serde_json::Value;

use crate::input::{self, InputError};

/// Parser of an entry.
type ParseEntry = fn(&Value) -> Result<DatasetKey, String>;

/// The datasets of a file: a list of ids, or the items of MLSpace's datasets table as
/// `aws dynamodb scan` prints them.
pub(super) fn read(path: &Path) -> Result<Vec<DatasetKey>, InputError> {
    let file = path.display().to_string();
    let value: Value =
        serde_json::from_str(&input::text(path)?).map_err(|source| InputError::Json {
            file: file.clone(),
            source,
        })?;
    let items = value.get("Items").and_then(Value::as_array);
    let (entries, parse): (_, ParseEntry) = match (items, value.as_array()) {
        (Some(items), _) => (items, from_item),
        (None, Some(ids)) => (ids, from_id),
        (None, None) => {
            return Err(InputError::Other(format!(
                "`{file}` contains no datasets: write a list of ids, such as `[\"global/days\"]`, or scan the datasets table"
            )));
        }
    };
    let in_file = |(index, entry): (usize, &Value)| {
        parse(entry).map_err(|error| {
            InputError::Other(format!(
                "dataset {} of `{file}` is invalid: {error}",
                index + 1
            ))
        })
    };
    entries.iter().enumerate().map(in_file).collect()
}

fn from_id(value: &Value) -> Result<DatasetKey, String> {
    let id = value.as_str().ok_or("it is not a string")?;
    id.parse()
        .map_err(|error: mlspace_core::layout::DatasetKeyError| error.to_string())
}

fn from_item(item: &Value) -> Result<DatasetKey, String> {
    let string = |name: &str| {
        item.get(name)
            .and_then(|attribute| attribute.get("S"))
            .and_then(Value::as_str)
            .ok_or_else(|| format!("it has no string attribute `{name}`"))
    };
    let (kind, scope, name) = (string("type")?, string("scope")?, string("name")?);
    // The table has `global` and `group` as the scope of datasets that have no owner.
    let has_owner = matches!(kind, "project" | "private");
    let scope =
        DatasetScope::from_parts(kind, has_owner.then_some(scope)).map_err(|e| e.to_string())?;
    let name = name
        .parse()
        .map_err(|error: mlspace_core::name::NameError| error.to_string())?;
    Ok(DatasetKey::new(scope, name))
}
