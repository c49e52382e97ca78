//! The role with which schedules of EventBridge Scheduler stop notebook instances.
//!
//! Source: *Confused deputy prevention in EventBridge Scheduler*
//! (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html>):
//! `aws:SourceArn` is the ARN of the schedule group, never that of a schedule.

use crate::layout::Account;
use crate::policies::context::PolicyError;
use crate::policies::statements::aws_services::for_source;
use crate::schedule::check_group;
use crate::tags::{PROJECT, SYSTEM, check_policy_tag_value};
use iam_policy::{Document, Operator, Statement};

pub(in crate::policies) fn check_schedule_group(group: &str) -> Result<(), PolicyError> {
    check_group(group).map_err(|_| PolicyError::Value {
        what: "schedule group",
        value: group.to_owned(),
        expected: "write the name of a group of the platform's own, of letters, digits, `-`, `_` and `.`",
    })
}

/// The role's trust policy: Scheduler can assume it, for schedules in one group of the account only.
///
/// # Errors
/// [`PolicyError`] when the name of the group is invalid.
pub fn stop_role_trust(account: &Account, group: &str) -> Result<Document, PolicyError> {
    check_schedule_group(group)?;
    let assume = Statement::allow("Schedules").actions(["sts:AssumeRole"]);
    Ok(Document::new([for_source(
        account,
        assume,
        "scheduler.amazonaws.com",
        account.arn("scheduler", &format!("schedule-group/{group}")),
    )]))
}

/// The role's policy: it allows stopping notebook instances that have the system's tag and belong to
/// a project. It can also be the role's permissions boundary, which limits the role to this policy.
///
/// # Errors
/// [`PolicyError`] when the value of the tag is invalid.
pub fn stop_role_policy(account: &Account, system_tag: &str) -> Result<Document, PolicyError> {
    check_policy_tag_value(SYSTEM, system_tag)?;
    Ok(Document::new([Statement::allow("StopNotebooks")
        .actions(["sagemaker:StopNotebookInstance"])
        .resources([account.sagemaker_arn("notebook-instance/*")])
        .when(
            Operator::StringEquals,
            format!("aws:ResourceTag/{SYSTEM}"),
            [system_tag],
        )
        .when(
            Operator::Null,
            format!("aws:ResourceTag/{PROJECT}"),
            ["false"],
        )]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::evaluate::{Caller, PolicySet, Request};

    const ROLE: &str = "arn:aws:iam::123456789012:role/platform/stop";

    #[test]
    fn stop_role_trust_is_limited_to_the_group() {
        let account = Account::new("123456789012", "us-east-1");
        let trust = stop_role_trust(&account, "mlspace-stop").unwrap();
        let assumes = |service: &str, owner: &str, group: &str| {
            let source = format!("arn:aws:scheduler:us-east-1:{owner}:schedule-group/{group}");
            let request = Request::new(Caller::Service(service.to_owned()), "sts:AssumeRole", ROLE)
                .context("aws:SourceAccount", [owner])
                .context("aws:SourceArn", [source]);
            let set = PolicySet::new().resource("trust", &trust);
            set.decide(&request).is_allowed()
        };
        let service = "scheduler.amazonaws.com";
        assert!(assumes(service, "123456789012", "mlspace-stop"));
        assert!(!assumes(service, "210987654321", "mlspace-stop"));
        assert!(!assumes(service, "123456789012", "mlspace-stop-2"));
        assert!(!assumes(service, "123456789012", "default"));
        assert!(!assumes(
            "sagemaker.amazonaws.com",
            "123456789012",
            "mlspace-stop"
        ));
        assert!(stop_role_trust(&account, "*").is_err());
        assert!(stop_role_trust(&account, "default").is_err());
    }

    #[test]
    fn stop_role_stops_notebooks_of_projects_only() {
        let account = Account::new("123456789012", "us-east-1");
        let policy = stop_role_policy(&account, "MLSpace").unwrap();
        assert!(stop_role_policy(&account, "*").is_err());
        let allows = |action: &str, kind: &str, tags: &[(&str, &str)]| {
            let arn = format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/alice-fraud");
            let request = Request::new(Caller::from_arn(ROLE).unwrap(), action, arn);
            let request = tags.iter().fold(request, |request, (key, value)| {
                request.context(format!("aws:ResourceTag/{key}"), [*value])
            });
            let set = PolicySet::new().identity("policy", &policy);
            set.decide(&request).is_allowed()
        };
        let stop = "sagemaker:StopNotebookInstance";
        let own = [("system", "MLSpace"), ("project", "fraud")];
        assert!(allows(stop, "notebook-instance", &own));
        assert!(!allows(stop, "notebook-instance", &own[..1]));
        assert!(!allows(stop, "notebook-instance", &own[1..]));
        assert!(!allows(
            stop,
            "notebook-instance",
            &[("system", "Other"), own[1]]
        ));
        for other in [
            "StartNotebookInstance",
            "DeleteNotebookInstance",
            "CreatePresignedNotebookInstanceUrl",
        ] {
            assert!(
                !allows(&format!("sagemaker:{other}"), "notebook-instance", &own),
                "{other}"
            );
        }
    }
}
