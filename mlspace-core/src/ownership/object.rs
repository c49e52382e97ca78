//! Objects by kind and id, and the errors about their owners.

use std::fmt;

use crate::aws::Error;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A project.
    Project,
    /// A user's membership in a project.
    Membership,
    /// A dataset.
    Dataset,
    /// A notebook instance.
    Notebook,
    /// A lifecycle configuration of notebook instances.
    LifecycleConfig,
    /// An external location.
    ExternalLocation,
    /// A grant of an external location.
    Grant,
    /// A person.
    User,
    /// A domain of Studio.
    StudioDomain,
    /// A membership's user profile in a domain of Studio.
    StudioUserProfile,
    /// A space of a user profile in a domain of Studio.
    StudioSpace,
    /// A group of users.
    Group,
    /// A group as a member of a project.
    ProjectGroup,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Project,
        Self::Membership,
        Self::Dataset,
        Self::Notebook,
        Self::LifecycleConfig,
        Self::ExternalLocation,
        Self::Grant,
        Self::User,
        Self::StudioDomain,
        Self::StudioUserProfile,
        Self::StudioSpace,
        Self::Group,
        Self::ProjectGroup,
    ];

    /// The noun in messages.
    const fn noun(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Membership => "membership",
            Self::Dataset => "dataset",
            Self::Notebook => "notebook",
            Self::LifecycleConfig => "lifecycle configuration",
            Self::ExternalLocation => "external location",
            Self::Grant => "grant",
            Self::User => "user",
            Self::StudioDomain => "Studio domain",
            Self::StudioUserProfile => "user profile",
            Self::StudioSpace => "space",
            Self::Group => "group",
            Self::ProjectGroup => "project group",
        }
    }

    /// The resource type of the provider.
    #[must_use]
    pub const fn resource_type(self) -> &'static str {
        match self {
            Self::Project => "mlspace_project",
            Self::Membership => "mlspace_membership",
            Self::Dataset => "mlspace_dataset",
            Self::Notebook => "mlspace_notebook",
            Self::LifecycleConfig => "mlspace_lifecycle_config",
            Self::ExternalLocation => "mlspace_external_location",
            Self::Grant => "mlspace_grant",
            Self::User => "mlspace_user",
            Self::StudioDomain => "mlspace_studio_domain",
            Self::StudioUserProfile => "mlspace_studio_user_profile",
            Self::StudioSpace => "mlspace_studio_space",
            Self::Group => "mlspace_group",
            Self::ProjectGroup => "mlspace_project_group",
        }
    }
}

/// An object of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The kind.
    pub kind: Kind,
    /// The id, by which it is imported.
    pub id: String,
}

/// As in "project `fraud`".
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind.noun(), self.id)
    }
}

impl Object {
    /// The object of this kind and id.
    pub fn new(kind: Kind, id: impl fmt::Display) -> Self {
        Self {
            kind,
            id: id.to_string(),
        }
    }

    /// The error for an object that exists and is complete, where a create would make it.
    #[must_use]
    pub fn exists(&self) -> Error {
        Error::Exists {
            object: self.clone(),
            whose: String::new(),
        }
    }

    /// As [`Object::exists`], with a sentence about the owner of the existing object.
    #[must_use]
    pub fn exists_of(&self, whose: String) -> Error {
        Error::Exists {
            object: self.clone(),
            whose,
        }
    }

    /// The error for an object with the token of another state.
    #[must_use]
    pub fn foreign(&self) -> Error {
        Error::Foreign {
            object: self.clone(),
        }
    }

    /// The `import` block for this object. `NAME` stands for the name of the resource's block.
    #[must_use]
    pub fn import_block(&self) -> String {
        let Self { kind, id } = self;
        let address = kind.resource_type();
        // Lines that begin with a space keep their form in Terraform's output.
        format!("  import {{\n    to = {address}.NAME\n    id = \"{id}\"\n  }}")
    }

    /// What to do about an existing object.
    pub(crate) fn import_advice(&self) -> String {
        format!(
            "To manage it in this configuration, add this block and apply again, with the name of \
             the resource's block for `NAME`:\n\n{}\n\nOtherwise choose another name, or remove \
             the resource's block. A resource with `create_before_destroy` cannot be replaced \
             under the same name: remove that setting.",
            self.import_block()
        )
    }

    /// What to do about an object of another state.
    pub(crate) fn takeover_advice(&self) -> String {
        format!(
            "Nothing was changed. If another workspace or configuration manages it, take it out of \
             this state, with a `removed` block that sets `destroy = false` or with \
             `terraform state rm`. If it is to be managed here, do the same first, and then import \
             it, with the name of the resource's block for `NAME`:\n\n{}\n\nThen only one of \
             the two states may keep it.",
            self.import_block()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exists_shows_the_import_block() {
        let error = Object::new(Kind::Dataset, "project/fraud/cards").exists();
        assert_eq!(error.summary(), "Resource already exists");
        let detail = error.detail();
        assert!(
            detail.starts_with("Dataset `project/fraud/cards` already exists. To manage it"),
            "{detail}"
        );
        let block = "\n\n  import {\n    to = mlspace_dataset.NAME\n    id = \"project/fraud/cards\"\n  }\n\n";
        assert!(detail.contains(block), "{detail}");
        assert_eq!(
            error.to_string(),
            "dataset `project/fraud/cards` already exists; import it as `project/fraud/cards`, or choose another name"
        );
    }

    #[test]
    fn foreign_tells_both_ways_out() {
        let error = Object::new(Kind::Project, "fraud").foreign();
        assert_eq!(error.summary(), "Resource managed elsewhere");
        let detail = error.detail();
        for part in [
            "another Terraform state",
            "terraform state rm",
            "id = \"fraud\"",
        ] {
            assert!(detail.contains(part), "{part}: {detail}");
        }
        assert_eq!(error.to_string().lines().count(), 1);
    }
}
