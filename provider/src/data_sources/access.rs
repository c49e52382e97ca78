//! `mlspace_access`: the access matrix, computed from the policies that are attached in the
//! account.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::access::{AccessFilter, DataAccess, MembershipAccess, Verdict};
use mlspace_core::name::{ProjectName, UserName};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, DataSource, Diagnostics, Field, Nesting, Schema, Type,
};

/// The data source.
#[derive(Debug)]
pub(crate) struct AccessDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AccessModel {
    project: Field<String>,
    user: Field<String>,
    entries: Field<Vec<EntryModel>>,
    workloads: Field<Vec<WorkloadModel>>,
    skipped: Field<Vec<String>>,
}

/// Access of a membership to a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct EntryModel {
    project: String,
    user: String,
    role_arn: String,
    dataset: String,
    read: bool,
    write: bool,
    delete: bool,
    list: bool,
    reasons: BTreeMap<String, String>,
    proof: String,
    proof_reason: Option<String>,
}

/// Access of a membership in SageMaker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WorkloadModel {
    project: String,
    user: String,
    role_arn: String,
    create_job: bool,
    create_untagged_job: bool,
    use_others: bool,
    use_own_spaces: bool,
    use_others_spaces: bool,
    reasons: BTreeMap<String, String>,
    isolation: String,
    isolation_reasons: BTreeMap<String, String>,
}

#[async_trait]
impl DataSource<Client> for AccessDataSource {
    type Model = AccessModel;

    fn type_name(&self) -> &'static str {
        "mlspace_access"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "Access matrix: the effective permissions of each membership on each dataset, and in SageMaker.\n\n\
                 It is evaluated by IAM's rules from the policies, permissions boundaries and tags of the memberships' \
                 roles in the account, not from the configuration, so it also shows manual changes. Policies of the \
                 bucket, of keys, of endpoints and of the organization are not evaluated. One object directly under a \
                 dataset's prefix represents all of its objects; that what is denied for it is denied for all of them, \
                 and that no request of the role reaches another tenant, is proved for all requests, or refuted with a \
                 request.\n\n\
                 Without arguments it covers every membership. Add `depends_on` for the resources that it is about; \
                 otherwise it shows the state before they changed.",
            )
            .attributes([
                Attribute::string("project")
                    .optional()
                    .validate(validators::parses_as::<ProjectName>)
                    .describe("Name of a project, to include only its members."),
                Attribute::string("user")
                    .optional()
                    .validate(validators::parses_as::<UserName>)
                    .describe("Name of a user, to include only the memberships of this user."),
                Attribute::nested("entries", Nesting::List, entry_attributes())
                    .computed()
                    .describe(
                        "Access of each membership to each recorded dataset, ordered by project, user and dataset.",
                    ),
                Attribute::nested("workloads", Nesting::List, workload_attributes())
                    .computed()
                    .describe("Access of each membership in SageMaker."),
                Attribute::list("skipped", Type::String).computed().describe(
                    "Records of members and datasets that the matrix leaves out, a sentence each with the reason, for \
                     example a name with a wildcard. The platform grants nothing for them.",
                ),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        config: AccessModel,
    ) -> Result<AccessModel, Diagnostics> {
        let filter = AccessFilter {
            project: mapping::parse_optional(&config.project, "project")?,
            user: mapping::parse_optional(&config.user, "user")?,
        };
        let found = client.access.read(&filter).await;
        let report = found.map_err(|error| mapping::diagnostics(&error))?;
        let found = &report.memberships;
        Ok(AccessModel {
            entries: Field::Known(found.iter().flat_map(entries).collect()),
            workloads: Field::Known(found.iter().map(workload).collect()),
            skipped: Field::Known(report.skipped),
            ..config
        })
    }
}

fn membership_attributes() -> [Attribute; 3] {
    [
        Attribute::string("project")
            .computed()
            .describe("Project of the membership."),
        Attribute::string("user")
            .computed()
            .describe("User of the membership."),
        Attribute::string("role_arn")
            .computed()
            .describe("ARN of the membership's role."),
    ]
}

fn permission(name: &str, description: &str) -> Attribute {
    Attribute::bool(name).computed().describe(description)
}

fn reasons() -> Attribute {
    Attribute::map("reasons", Type::String).computed().describe(
        "Reasons for each denied permission, by attribute: the statement that denies it, or the policies of which none \
         allows it.",
    )
}

fn entry_attributes() -> Vec<Attribute> {
    let mut all = Vec::from(membership_attributes());
    all.extend([
        Attribute::string("dataset")
            .computed()
            .describe("Id of the dataset, for example `project/fraud/cards-2026`."),
        permission("read", "Whether the role can get the dataset's objects."),
        permission(
            "write",
            "Whether the role can put objects into the dataset.",
        ),
        permission(
            "delete",
            "Whether the role can delete the dataset's objects.",
        ),
        permission("list", "Whether the role can list the dataset's objects."),
        reasons(),
        Attribute::string("proof").computed().describe(
            "Whether what is denied for one object is denied for all objects of the dataset: `proved`, `refuted` or \
             `not decided`.",
        ),
        Attribute::string("proof_reason").computed().describe(
            "The request that refutes it, or the reason why it is not decided; null when it is proved.",
        ),
    ]);
    all
}

fn workload_attributes() -> Vec<Attribute> {
    let mut all = Vec::from(membership_attributes());
    all.extend([
        permission(
            "create_job",
            "Whether the role can create a training job with the membership's tags, in the approved network, with the approved key.",
        ),
        permission(
            "create_untagged_job",
            "Whether the role can create the same job without tags, which it should not.",
        ),
        permission(
            "use_others",
            "Whether the role can describe, stop, delete or invoke resources of other memberships, which it should not.",
        ),
        permission(
            "use_own_spaces",
            "Whether the role can open its own user profile in Studio, and create, start, stop and delete a private space \
             of it. False where the project has Studio off.",
        ),
        permission(
            "use_others_spaces",
            "Whether the role can open the profile of another membership, or create or start a space of it, which it \
             should not; of another project, also stop or delete it.",
        ),
        reasons(),
        Attribute::string("isolation").computed().describe(
            "Whether no request of the role, of all that are possible, reaches another tenant: `proved`, `refuted` or \
             `not decided`. Datasets of groups that the role's policies name count as shared with it.",
        ),
        Attribute::map("isolation_reasons", Type::String).computed().describe(
            "What is not proved, by what the role would do to other tenants: a request that is allowed, or the reason \
             why it is not decided.",
        ),
    ]);
    all
}

fn entries(membership: &MembershipAccess) -> impl Iterator<Item = EntryModel> {
    membership.data.iter().map(|data| entry(membership, data))
}

fn entry(membership: &MembershipAccess, data: &DataAccess) -> EntryModel {
    EntryModel {
        project: membership.project.to_string(),
        user: membership.user.to_string(),
        role_arn: membership.role_arn.clone(),
        dataset: data.dataset.id(),
        read: data.read.is_allowed(),
        write: data.write.is_allowed(),
        delete: data.delete.is_allowed(),
        list: data.list.is_allowed(),
        reasons: reasons_of([
            ("read", &data.read),
            ("write", &data.write),
            ("delete", &data.delete),
            ("list", &data.list),
        ]),
        proof: data.proof.word().to_owned(),
        proof_reason: data.proof.reason().map(str::to_owned),
    }
}

fn workload(membership: &MembershipAccess) -> WorkloadModel {
    let work = &membership.sagemaker;
    WorkloadModel {
        project: membership.project.to_string(),
        user: membership.user.to_string(),
        role_arn: membership.role_arn.clone(),
        create_job: work.create_job.is_allowed(),
        create_untagged_job: work.create_untagged_job.is_allowed(),
        use_others: work.use_others.is_allowed(),
        use_own_spaces: work.use_own_spaces.is_allowed(),
        use_others_spaces: work.use_others_spaces.is_allowed(),
        reasons: reasons_of([
            ("create_job", &work.create_job),
            ("create_untagged_job", &work.create_untagged_job),
            ("use_others", &work.use_others),
            ("use_own_spaces", &work.use_own_spaces),
            ("use_others_spaces", &work.use_others_spaces),
        ]),
        isolation: membership.is_isolated().word().to_owned(),
        isolation_reasons: membership
            .isolation
            .iter()
            .filter_map(|claim| Some((claim.what.to_owned(), claim.proof.reason()?.to_owned())))
            .collect(),
    }
}

fn reasons_of<const N: usize>(verdicts: [(&str, &Verdict); N]) -> BTreeMap<String, String> {
    let denied = verdicts.into_iter().filter_map(|(name, verdict)| {
        let reason = verdict.reason()?;
        Some((name.to_owned(), reason.to_owned()))
    });
    denied.collect()
}

#[cfg(test)]
mod tests {
    use mlspace_core::access::{IamRole, KnownProofs};
    use mlspace_core::layout::Account;
    use mlspace_core::policies::{self, PlatformAccess, PolicyContext};
    use mlspace_core::tags;

    use super::*;

    #[test]
    fn entry_has_permissions_and_reasons() {
        let account = Account::new("123456789012", "us-east-1");
        let context = PolicyContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: "mlspace-data",
            network: None,
            kms_key: None,
            platform: PlatformAccess::default(),
        };
        let (project, user) = ("fraud".parse().unwrap(), "alice".parse().unwrap());
        let role = IamRole::new(account.role_arn("r"))
            .tagged(tags::membership_role_tags("MLSpace", &project, &user))
            .policy("user", policies::user_policy(&context, &user).unwrap());
        let days = ["global/days".parse().unwrap()];
        let access = role
            .access(&context, &project, &user, &days, &KnownProofs::default())
            .unwrap();

        let found: Vec<EntryModel> = entries(&access).collect();
        let [entry] = found.as_slice() else {
            panic!("one dataset, one entry: {found:?}")
        };
        assert_eq!(
            (entry.project.as_str(), entry.user.as_str()),
            ("fraud", "alice")
        );
        assert_eq!(entry.role_arn, "arn:aws:iam::123456789012:role/r");
        assert_eq!(entry.dataset, "global/days");
        assert_eq!(
            (entry.read, entry.write, entry.delete, entry.list),
            (true, false, false, true)
        );
        let denied: Vec<&str> = entry.reasons.keys().map(String::as_str).collect();
        assert_eq!(denied, ["delete", "write"]);
        assert_eq!(entry.reasons["write"], "no policy allows it");

        let work = workload(&access);
        assert!(!work.create_job && !work.create_untagged_job && !work.use_others);
        assert!(!work.use_own_spaces && !work.use_others_spaces);
        assert_eq!(work.reasons.len(), 5);
        assert_eq!(
            (entry.proof.as_str(), entry.proof_reason.as_deref()),
            ("proved", None)
        );
        assert_eq!(work.isolation, "proved");
        assert!(work.isolation_reasons.is_empty());
    }
}
