//! The ephemeral resources: one file each.

mod notebook_url;
mod studio_url;

use terraform_plugin::framework::AnyEphemeralResource;

use crate::client::Client;

/// Every ephemeral resource that the provider serves.
pub(crate) fn all() -> Vec<Box<dyn AnyEphemeralResource<Client>>> {
    vec![
        Box::new(notebook_url::NotebookUrl),
        Box::new(studio_url::StudioUrl),
    ]
}

/// What both say about who can run them.
const WHO: &str = "Whoever has the URL works as that member, with no further right: run this as a person who may open \
                   it, not as the role of Terraform, which does not have the right \
                   ([opening notebooks and Studio](../guides/presigned-urls.md)). Terraform keeps the URL in neither \
                   state nor plan. Needs Terraform 1.10 or newer.";
