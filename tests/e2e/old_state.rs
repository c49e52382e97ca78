//! States that an earlier version of the provider wrote: today's provider plans no change with
//! them.
//!
//! `fixtures/state/README.md` says where they are from, and how to write new ones.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{TestEnv, e2e_test, root};

/// Set to the directory of an earlier provider, this writes states instead of checking them.
const WRITE: &str = "STATE_FIXTURE_PROVIDER";

fn fixtures() -> PathBuf {
    root().join("tests/e2e/fixtures/state")
}

/// Identifiers of the seed that differ between two emulators, with their placeholders.
fn identifiers(env: &TestEnv) -> Vec<(String, String)> {
    let mut all = Vec::new();
    // The ARN of the key contains its id, so it comes first.
    for name in ["kms_key_arn", "kms_key_id"] {
        all.push((format!("{{{{{name}}}}}"), env.aws.seeded(name).to_owned()));
    }
    for name in ["subnet_ids", "security_group_ids"] {
        let ids = env.aws.seed[name].as_array().expect("ids");
        for (index, id) in ids.iter().enumerate() {
            let id = id.as_str().expect("an id").to_owned();
            all.push((format!("{{{{{name}.{index}}}}}"), id));
        }
    }
    all
}

/// Applies the configuration with an earlier provider, and keeps its state as a fixture.
fn write(env: &TestEnv, provider: &Path, fixture: &Path) {
    env.work.use_provider(provider);
    env.apply().assert_ok();
    let state = fs::read_to_string(env.work.path().join("terraform.tfstate")).expect("a state");
    let state = identifiers(env)
        .iter()
        .fold(state, |state, (placeholder, id)| {
            state.replace(id, placeholder)
        });
    fs::write(fixture, state).expect("the fixture is written");
}

/// Replaces the state of an applied configuration by the fixture's, and verifies that nothing is to
/// be changed.
fn check(env: &TestEnv, fixture: &Path) {
    env.apply().assert_ok();
    let state = fs::read_to_string(fixture).expect("a fixture");
    let state = identifiers(env)
        .iter()
        .fold(state, |state, (placeholder, id)| {
            state.replace(placeholder, id)
        });
    assert!(!state.contains("{{"), "a placeholder is left: {state}");
    env.work.write("terraform.tfstate", &state);

    // With the fixture's values alone, and with those in AWS.
    for refresh in ["-refresh=false", "-refresh=true"] {
        let arguments = ["plan", "-detailed-exitcode", "-no-color", refresh];
        let outcome = env.work.run(&arguments);
        assert_eq!(
            outcome.code,
            Some(0),
            "{refresh}: {}{}",
            outcome.stdout,
            outcome.stderr
        );
    }
    env.aws.clear_log();
    env.apply().assert_ok();
    assert_eq!(env.aws.writes(), Vec::<String>::new());
    env.destroy_and_verify();
}

fn write_or_check(env: &TestEnv, model: &str) {
    env.provider(&format!("policy_model = \"{model}\""));
    let configuration = fs::read_to_string(fixtures().join("main.tf")).expect("a configuration");
    env.configure(&configuration);
    let fixture = fixtures().join(format!("{model}.tfstate"));
    match std::env::var_os(WRITE) {
        Some(provider) => write(env, Path::new(&provider), &fixture),
        None => check(env, &fixture),
    }
}

e2e_test! {
    fn per_principal_state_plans_empty(env) {
        write_or_check(env, "per_principal");
    }
}

e2e_test! {
    fn attribute_state_plans_empty(env) {
        write_or_check(env, "attribute");
    }
}
