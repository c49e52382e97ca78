//! The policies of a group's members.

use crate::layout::group_dataset_prefix;
use crate::name::{DatasetName, GroupName};
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::policies::statements::actions::OBJECT_KEEP;
use crate::policies::statements::storage;
use iam_policy::{Document, Statement};

/// The managed policies of all members of a group. They allow reading, writing, tagging and listing
/// the objects of the datasets that are shared with the group, but not deleting them.
///
/// Datasets are sorted by name, without duplicates, and each document holds as many as fit. A group
/// without datasets has no document.
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid.
pub fn group_policies(
    context: &PolicyContext<'_>,
    group: &GroupName,
    datasets: &[DatasetName],
) -> Result<Vec<Document>, PolicyError> {
    context.check()?;
    let mut names: Vec<&DatasetName> = datasets.iter().collect();
    names.sort();
    names.dedup();
    let what = || format!("a policy of the group `{group}`");
    let mut documents = Vec::new();
    let mut chunk: Vec<&DatasetName> = Vec::new();
    let mut full = None;
    for name in names {
        chunk.push(name);
        match managed(document(context, &chunk), what(), "share fewer datasets") {
            Ok(fits) => full = Some(fits),
            Err(_) => {
                documents.extend(full.take());
                chunk = vec![name];
                full = Some(managed(
                    document(context, &chunk),
                    what(),
                    "shorten the dataset's name",
                )?);
            }
        }
    }
    documents.extend(full);
    Ok(documents)
}

fn document(context: &PolicyContext<'_>, datasets: &[&DatasetName]) -> Document {
    let prefixes: Vec<String> = datasets
        .iter()
        .map(|name| group_dataset_prefix(name))
        .collect();
    Document::new([
        Statement::allow("GroupObjects")
            .actions(OBJECT_KEEP)
            .resources(prefixes.iter().map(|prefix| context.objects(prefix))),
        storage::listing(
            context,
            "GroupListing",
            prefixes.iter().map(|prefix| storage::under(prefix)),
        ),
    ])
}
