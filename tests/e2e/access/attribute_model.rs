//! The same access, from policies that all memberships share.

use serde_json::json;

use super::cases::PlatformNames;
use super::roles::roles;
use super::{
    ALICE_IN_ALPHA, assert_access, create_policy, delete_policy, entries_of, join_group,
    leave_group, override_policies, tenants, with_matrix,
};
use crate::support::TestEnv;

/// Suspended or not; and the matrix shows it. Four memberships need two policies, and one for the
/// group.
#[test]
fn roles_match_access_model() {
    let env = TestEnv::pinned();
    let platform = PlatformNames::of(&env);
    let wide = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}],
    });
    let wide = create_policy(&env, "all-of-sagemaker", &wide.to_string());
    join_group(&env);
    env.provider("policy_model = \"attribute\"");

    override_policies(&env, None, &[]);
    env.aws.clear_log();
    env.apply_and_verify(&with_matrix(false));
    assert_eq!(env.aws.count("iam:CreatePolicy"), 3);
    let entries = entries_of(&env, "entries");
    assert_eq!(entries.len(), 4 * 7, "{entries:#?}");
    assert_eq!(entries_of(&env, "some"), ALICE_IN_ALPHA);
    assert_access(&platform, &roles(&env.aws.account_state()), "alone", None);

    override_policies(&env, None, &[&wide]);
    env.apply_and_verify(&tenants(false));
    assert_access(
        &platform,
        &roles(&env.aws.account_state()),
        "with a wide base policy",
        None,
    );

    env.apply_and_verify(&with_matrix(true));
    let suspended = roles(&env.aws.account_state());
    assert_access(&platform, &suspended, "suspended", Some("alpha"));
    let of_alpha = entries_of(&env, "some");
    assert!(
        of_alpha.iter().all(|entry| entry.ends_with(" ....")),
        "{of_alpha:#?}"
    );

    env.work.destroy().assert_ok();
    leave_group(&env);
    delete_policy(&env, &wide);
    env.aws.assert_pristine();
}
