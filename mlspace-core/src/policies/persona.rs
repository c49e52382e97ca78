//! What people may do beside their memberships: those who operate the platform, lead a team, work with data, or audit.
//!
//! People reach data through notebooks alone, whose roles are the memberships'. None of these personas reads or writes objects, decrypts, or
//! works within a notebook that is not theirs, and each policy denies it: it holds where a wider one, such as AWS's own `ReadOnlyAccess`, stands
//! beside it. Each is one document, so that it can be the role's permissions boundary at the same time.
//!
//! | | sees | does | and not |
//! |---|---|---|---|
//! | platform admin | all of SageMaker, roles and policies, records, alarms | stops and deletes what bears the system's tag, starts notebooks, locks members out | let anybody in, open notebooks |
//! | team admin | what bears a project's tag, the project's records | stops it, deletes endpoints, locks members of the project out | let anybody in, open notebooks |
//! | data scientist | what bears the own tag `user` | starts, stops and opens own notebooks, stops own jobs | create anything: that is done from within a notebook |
//! | auditor | configuration of everything, records, the trail | nothing | read logs of workloads |
//!
//! Members are let in by Terraform: a membership is a role, and the records only say so. Who could write the records, or the policies under the
//! prefix, could let in whom they liked, so nobody here can. Locking out is attaching AWS's `AWSDenyAll` to a member's role: it needs no
//! trust, takes effect at once, and shows as drift in the next plan, where it is decided what becomes of the member.
//!
//! A data scientist's name is the session tag `user`, which [`super::people_trust_policy`] lets nobody choose.

mod see;
#[cfg(test)]
mod tests;

use super::attribute::OWN_USER;
use super::context::{GrantContext, GrantError, check_value, managed};
use super::provider::ProviderTables;
use crate::name::ProjectName;
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{Document, Operator, Statement};

/// What personas' policies are about, beside the deployment itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct PersonaAccess<'a> {
    /// The tables.
    pub tables: ProviderTables<'a>,
    /// ARN of the key that encrypts the tables; without one, they need none.
    pub table_key_arn: Option<&'a str>,
}

/// Opening a notebook from outside, and speaking to what runs.
const ENTER: [&str; 3] = [
    "sagemaker:CreatePresigned*",
    "sagemaker:InvokeEndpoint*",
    "sagemaker:StartSession",
];

/// Who operates the platform: sees everything but data, stops and deletes what bears the system's tag, starts notebooks, and locks members out.
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy.
pub fn platform_admin_policy(
    context: &GrantContext<'_>,
    access: &PersonaAccess<'_>,
) -> Result<Document, GrantError> {
    check(context, access)?;
    let mut statements = vec![
        see::sagemaker(),
        bearing_system(context, Statement::allow("Operate"))
            .actions([
                "sagemaker:DeleteEndpoint*",
                "sagemaker:DeleteModel",
                "sagemaker:DeleteNotebookInstance",
                "sagemaker:StartNotebookInstance",
                "sagemaker:Stop*",
            ])
            .resources([context.sagemaker("*")]),
        see::identities(context),
        see::operations(),
        // What a lifecycle configuration wrote when an instance started: the streams beside it hold what its user did.
        Statement::allow("ReadStartLogs")
            .actions(["logs:GetLogEvents"])
            .resources([see::log_streams(context, "LifecycleConfig*")]),
    ];
    statements.extend(see::records(context, access));
    statements.extend(lock_out(context, [context.iam_prefix.to_owned()]));
    statements.extend(data_denials(context));
    statements.push(Statement::deny("DenyEnter").actions(ENTER).resources(["*"]));
    finished(statements, "the platform admins' policy")
}

/// Who leads the teams of these projects: sees what bears their tags, with the projects' records, stops it, and locks members out.
///
/// A project's resources cannot be listed without those of all others, so they are looked at by name.
///
/// # Errors
/// [`GrantError`] when there is no project, a value cannot stand in a policy, or there are more projects than fit.
pub fn team_admin_policy(
    context: &GrantContext<'_>,
    access: &PersonaAccess<'_>,
    projects: &[ProjectName],
) -> Result<Document, GrantError> {
    check(context, access)?;
    if projects.is_empty() {
        return Err(GrantError::Value {
            what: "list of projects",
            value: String::new(),
            expected: "name the projects that the team works in",
        });
    }
    let names: Vec<&str> = projects.iter().map(ProjectName::as_str).collect();
    let of_team = |sid: &str| {
        bearing_system(context, Statement::allow(sid))
            .when(
                Operator::StringEquals,
                format!("aws:ResourceTag/{PROJECT}"),
                names.iter().copied(),
            )
            .resources([context.sagemaker("*")])
    };
    let mut statements = vec![
        of_team("SeeTeam").actions(["sagemaker:Describe*", "sagemaker:ListTags"]),
        of_team("StopTeam").actions(["sagemaker:DeleteEndpoint", "sagemaker:Stop*"]),
    ];
    statements.extend(see::records_of(context, access, &names));
    statements.extend(lock_out(
        context,
        names
            .iter()
            .map(|name| format!("{}-{name}", context.iam_prefix)),
    ));
    statements.extend(data_denials(context));
    statements.push(Statement::deny("DenyEnter").actions(ENTER).resources(["*"]));
    finished(statements, "the team admins' policy")
}

/// Who works with data: starts, stops and opens notebooks that bear the own name as the tag `user`, and sees and stops own jobs.
///
/// With `endpoint_ids`, notebooks are only opened through these VPC endpoints.
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy.
pub fn data_scientist_policy(
    context: &GrantContext<'_>,
    endpoint_ids: &[String],
) -> Result<Document, GrantError> {
    context.check()?;
    let own = [
        "sagemaker:Describe*",
        "sagemaker:ListTags",
        "sagemaker:Stop*",
    ];
    let notebook = "sagemaker:StartNotebookInstance";
    let open = "sagemaker:CreatePresignedNotebookInstanceUrl";
    let notebooks = context.sagemaker("notebook-instance");
    let of_user = |sid: &str| {
        bearing_system(context, Statement::allow(sid)).when(
            Operator::StringEquals,
            format!("aws:ResourceTag/{USER}"),
            [OWN_USER],
        )
    };
    let of_other = |sid: &str, key: &str, value: &str| {
        Statement::deny(sid)
            .actions([notebook, open, "sagemaker:StopNotebookInstance"])
            .resources([&notebooks])
            .when(
                Operator::StringNotEquals,
                format!("aws:ResourceTag/{key}"),
                [value],
            )
    };
    let mut statements = vec![
        of_user("SeeAndStopOwn")
            .actions(own)
            .resources([context.sagemaker("*")]),
        of_user("OpenOwnNotebooks")
            .actions([notebook, open])
            .resources([&notebooks]),
        of_other("DenyNotebooksOfOtherUser", USER, OWN_USER),
        of_other("DenyNotebooksOfOtherSystem", SYSTEM, context.system_tag),
        // Whatever else can be done to resources of SageMaker is done from within a notebook, or by the platform.
        Statement::deny("DenyOtherSageMaker")
            .not_actions(own.into_iter().chain([notebook, open]))
            .resources([context.sagemaker("*")]),
    ];
    for id in endpoint_ids {
        check_value(
            "VPC endpoint",
            id,
            "-",
            "write an id such as `vpce-0a1b2c3d`",
        )?;
    }
    if !endpoint_ids.is_empty() {
        statements.push(
            Statement::deny("DenyOpenAroundEndpoints")
                .actions([open])
                .resources(["*"])
                .when(Operator::StringNotEquals, "aws:SourceVpce", endpoint_ids),
        );
    }
    statements.extend(data_denials(context));
    finished(statements, "the data scientists' policy")
}

/// Who audits: reads the configuration of everything, the records and the trail, and changes nothing.
///
/// `log_group_prefix` is where the trail's log groups begin, such as `/mlspace/`; logs of workloads hold data, and stay closed.
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy.
pub fn auditor_policy(
    context: &GrantContext<'_>,
    access: &PersonaAccess<'_>,
    log_group_prefix: &str,
) -> Result<Document, GrantError> {
    check(context, access)?;
    check_value(
        "log group",
        log_group_prefix,
        "/_.#-",
        "write the first part of a log group's name",
    )?;
    let mut statements = vec![
        see::sagemaker(),
        see::configuration(),
        Statement::allow("ReadTrail")
            .actions(["logs:FilterLogEvents", "logs:GetLogEvents"])
            .resources([format!(
                "{}:log-stream:*",
                super::endpoint::log_groups(context.account, log_group_prefix)
            )]),
    ];
    statements.extend(see::records(context, access));
    statements.extend(data_denials(context));
    statements.push(Statement::deny("DenyEnter").actions(ENTER).resources(["*"]));
    statements.push(
        Statement::deny("DenyWorkloadLogs")
            .actions([
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:StartLiveTail",
                "logs:StartQuery",
            ])
            .resources([format!(
                "{}:*",
                super::endpoint::log_groups(context.account, "/aws/sagemaker/")
            )]),
    );
    finished(statements, "the auditors' policy")
}

fn check(context: &GrantContext<'_>, access: &PersonaAccess<'_>) -> Result<(), GrantError> {
    context.check()?;
    access.tables.check()?;
    access.table_key_arn.map_or(Ok(()), |key| {
        check_value("KMS key", key, ":/-", "write the key's ARN")
    })
}

fn finished(statements: Vec<Statement>, what: &str) -> Result<Document, GrantError> {
    managed(Document::new(statements), what, "name fewer projects")
}

fn bearing_system(context: &GrantContext<'_>, allow: Statement) -> Statement {
    allow.when(
        Operator::StringEquals,
        format!("aws:ResourceTag/{SYSTEM}"),
        [context.system_tag],
    )
}

/// Attaching AWS's policy that denies everything to roles under these prefixes, and taking it off again.
fn lock_out(
    context: &GrantContext<'_>,
    prefixes: impl IntoIterator<Item = String>,
) -> [Statement; 1] {
    let all = format!(
        "arn:{}:iam::aws:policy/AWSDenyAll",
        context.account.partition
    );
    let roles = prefixes
        .into_iter()
        .map(|prefix| context.account.role_arn(&format!("{prefix}-*")));
    [Statement::allow("LockOut")
        .actions(["iam:AttachRolePolicy", "iam:DetachRolePolicy"])
        .resources(roles)
        .when(Operator::ArnEquals, "iam:PolicyARN", [all])]
}

/// Denies the bucket's objects and all uses of keys but DynamoDB's, which decrypts records for who may read them.
fn data_denials(context: &GrantContext<'_>) -> [Statement; 2] {
    [
        Statement::deny("DenyObjects")
            .actions(["s3:*"])
            .resources([context.objects("")]),
        Statement::deny("DenyKeys")
            .actions([
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ])
            .resources(["*"])
            .when(
                Operator::StringNotEquals,
                "kms:ViaService",
                super::provider::through_dynamodb(context.account),
            ),
    ]
}
