//! Files of datasets.

use std::path::Path;

use mlspace_core::layout::{DatasetKey, DatasetScope};
use serde_json::Value;

use crate::input::{self, InputError};

/// How an entry of a file is read.
type Reader = fn(&Value) -> Result<DatasetKey, String>;

/// The datasets of a file: a list of ids, or the items of MLSpace's datasets table as `aws dynamodb scan` prints them.
pub(super) fn read(path: &Path) -> Result<Vec<DatasetKey>, InputError> {
    let file = path.display().to_string();
    let value: Value =
        serde_json::from_str(&input::text(path)?).map_err(|source| InputError::Json {
            file: file.clone(),
            source,
        })?;
    let items = value.get("Items").and_then(Value::as_array);
    let (entries, read): (_, Reader) = match (items, value.as_array()) {
        (Some(items), _) => (items, of_item),
        (None, Some(ids)) => (ids, of_id),
        (None, None) => {
            return Err(InputError::Other(format!(
                "`{file}` holds no datasets; write a list of ids, such as `[\"global/days\"]`, or scan the datasets table"
            )));
        }
    };
    let place = |(index, entry): (usize, &Value)| {
        read(entry).map_err(|error| {
            InputError::Other(format!(
                "dataset {} of `{file}` is wrong: {error}",
                index + 1
            ))
        })
    };
    entries.iter().enumerate().map(place).collect()
}

fn of_id(value: &Value) -> Result<DatasetKey, String> {
    let id = value.as_str().ok_or("it is no text")?;
    id.parse()
        .map_err(|error: mlspace_core::layout::DatasetKeyError| error.to_string())
}

fn of_item(item: &Value) -> Result<DatasetKey, String> {
    let text = |name: &str| {
        item.get(name)
            .and_then(|attribute| attribute.get("S"))
            .and_then(Value::as_str)
            .ok_or_else(|| format!("it has no text `{name}`"))
    };
    let (kind, scope, name) = (text("type")?, text("scope")?, text("name")?);
    let owned = matches!(kind, "project" | "private");
    let scope =
        DatasetScope::from_parts(kind, owned.then_some(scope)).map_err(|e| e.to_string())?;
    let name = name
        .parse()
        .map_err(|error: mlspace_core::name::NameError| error.to_string())?;
    Ok(DatasetKey::new(scope, name))
}
