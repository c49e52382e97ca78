//! The same rights, from policies that all memberships share.

use serde_json::json;

use super::attached::roles;
use super::rows::Platform;
use super::{
    ALICE_IN_ALPHA, assert_rights, join_group, leave_group, make_policy, remove_policy, settle_on,
    shown, tenants, with_matrix,
};
use crate::support::{Core, Stage};

/// The access model holds in both directions, suspended or not, and the matrix shows it; four
/// memberships take two policies, and one for the group.
#[test]
fn effective_rights() {
    let stage = Stage::new(&Core::pinned());
    let platform = Platform::of(&stage);
    let wide = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}],
    });
    let wide = make_policy(&stage, "all-of-sagemaker", &wide.to_string());
    join_group(&stage);
    stage.provider("policy_model = \"attribute\"");

    settle_on(&stage, None, &[]);
    stage.aws.clear_log();
    stage.converge(&with_matrix(false));
    assert_eq!(stage.aws.count("iam:CreatePolicy"), 3);
    let entries = shown(&stage, "entries");
    assert_eq!(entries.len(), 4 * 7, "{entries:#?}");
    assert_eq!(shown(&stage, "some"), ALICE_IN_ALPHA);
    assert_rights(&platform, &roles(&stage.aws.world()), "alone", None);

    settle_on(&stage, None, &[&wide]);
    stage.converge(&tenants(false));
    assert_rights(
        &platform,
        &roles(&stage.aws.world()),
        "with a wide base policy",
        None,
    );

    stage.converge(&with_matrix(true));
    let suspended = roles(&stage.aws.world());
    assert_rights(&platform, &suspended, "suspended", Some("alpha"));
    let of_alpha = shown(&stage, "some");
    assert!(
        of_alpha.iter().all(|entry| entry.ends_with(" ....")),
        "{of_alpha:#?}"
    );

    stage.work.destroy().assert_ok();
    leave_group(&stage);
    remove_policy(&stage, &wide);
    stage.aws.assert_pristine();
}
