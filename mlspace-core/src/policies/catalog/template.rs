//! Entries of the catalogue.

use iam_policy::{Document, Effect, Operator, PolicyType, Statement};
use serde_json::Value;

use super::arguments::Arguments;
use super::error::DocumentError;
use super::parameter::{EXEMPT_PRINCIPAL_ARNS, Parameter};

/// An entry of the catalogue: a policy document, or multiple documents of one purpose.
#[derive(Clone, Copy, Debug)]
pub struct DocumentTemplate {
    /// Id, such as `project` or `G02`.
    pub id: &'static str,
    /// Readable name, such as `require-vpc`. The same as the id for documents of the platform.
    pub slug: &'static str,
    /// Description, as a noun phrase in Markdown.
    pub description: &'static str,
    /// Category of the entry.
    pub category: Category,
    /// Description of the use as a policy, such as `permissions boundary`.
    pub used_as: &'static str,
    /// The policy types that the document fits. Empty for resource policies without a type here.
    pub policy_types: &'static [PolicyType],
    /// Parameters that must be given, in addition to those of the scope.
    pub(in crate::policies) required: &'static [Parameter],
    /// Parameters that can be given, in addition to those of the scope.
    pub(in crate::policies) optional: &'static [Parameter],
    /// Parameters that many entries share.
    pub(in crate::policies) scope: &'static Scope,
    /// The function that generates the document.
    pub(in crate::policies) builder: Builder,
}

/// Categories of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Documents of the platform: policies of members, staff, Terraform and resources.
    Document,
    /// Guardrails for whole accounts.
    Guardrail,
}

/// Parameters that multiple entries share. An entry accepts all of them, so that callers can pass
/// the same object for multiple entries.
#[derive(Clone, Copy, Debug)]
pub(in crate::policies) struct Scope {
    /// Parameters that must be given.
    pub(in crate::policies) required: &'static [Parameter],
    /// Parameters that can be given.
    pub(in crate::policies) optional: &'static [Parameter],
}

/// Result of a function that generates documents.
pub(in crate::policies) type Documents = Result<Vec<Document>, DocumentError>;
/// Result of a function that generates statements.
pub(in crate::policies) type Statements = Result<Vec<Statement>, DocumentError>;

/// The function that generates a document.
#[derive(Clone, Copy, Debug)]
pub(in crate::policies) enum Builder {
    /// Generates documents.
    Documents(fn(&Arguments) -> Documents),
    /// Generates denials in one document. They do not apply to `exempt_principal_arns`.
    Denials(fn(&Arguments) -> Statements),
}

impl DocumentTemplate {
    /// The documents for a JSON object of parameters. Members that are `null` are ignored.
    ///
    /// There is none if there is nothing to allow or deny: for a group without datasets, or when no
    /// service is denied.
    ///
    /// # Errors
    /// [`DocumentError`] when a parameter is missing, unknown, of the wrong type or invalid, or the
    /// documents do not fit.
    pub fn documents(&self, parameters: &Value) -> Result<Vec<Document>, DocumentError> {
        let arguments = Arguments::new(self, parameters)?;
        match self.builder {
            Builder::Documents(build) => build(&arguments),
            Builder::Denials(build) => {
                let document = Document::new(build(&arguments)?);
                let exempt = arguments.strings(EXEMPT_PRINCIPAL_ARNS.name);
                Ok(vec![if exempt.is_empty() {
                    document
                } else {
                    except_principals(document, exempt)
                }])
            }
        }
    }

    /// All parameters: first the required ones.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let exempt: &[Parameter] = match self.builder {
            Builder::Denials(_) => &[EXEMPT_PRINCIPAL_ARNS],
            Builder::Documents(_) => &[],
        };
        let groups = [
            self.scope.required,
            self.required,
            self.optional,
            exempt,
            self.scope.optional,
        ];
        let mut all: Vec<&'static Parameter> = Vec::new();
        for parameter in groups.into_iter().flatten() {
            // An entry can require a parameter that is optional in its scope.
            if !all.iter().any(|known| known.name == parameter.name) {
                all.push(parameter);
            }
        }
        all.into_iter()
    }

    /// The required parameters, including those of the scope.
    pub fn required_parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.scope.required.iter().chain(self.required)
    }

    /// The optional parameters, including those of the scope.
    pub fn optional_parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let required: Vec<&str> = self.required_parameters().map(|known| known.name).collect();
        self.parameters()
            .filter(move |parameter| !required.contains(&parameter.name))
    }

    /// Whether the entry has a parameter of this name.
    #[must_use]
    pub fn has_parameter(&self, name: &str) -> bool {
        self.parameters().any(|known| known.is_called(name))
    }

    /// Whether the entry has this id or slug.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.id == name || self.slug == name
    }
}

/// The document with denials that do not apply to these principals: roles that deploy the platform,
/// and roles for emergencies.
///
/// Service control policies need such exemptions. They do not apply to the organization's
/// management account and to service-linked roles anyway.
///
/// Source: *Service control policies*
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>).
#[must_use]
pub fn except_principals(mut document: Document, principal_arns: &[String]) -> Document {
    for statement in &mut document.statements {
        if statement.effect == Effect::Deny {
            let deny = statement.clone();
            *statement = deny.when(
                Operator::ArnNotLike,
                "aws:PrincipalArn",
                principal_arns.to_vec(),
            );
        }
    }
    document
}
