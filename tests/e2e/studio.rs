//! `mlspace_studio_domain`, `mlspace_studio_user_profile` and `mlspace_studio_space`.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TestEnv, e2e_test};

const DOMAIN: &str = "mlspace_studio_domain.main";
const PROFILE: &str = "mlspace_studio_user_profile.alice";
const SPACE: &str = "mlspace_studio_space.alice";

/// The role that has no rights, which SageMaker requires.
const ROLE: &str = "studio-without-rights";

/// Creates [`ROLE`], as a platform's modules do.
pub(crate) fn add_role(env: &TestEnv) {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }],
    });
    let role = json!({"RoleName": ROLE, "AssumeRolePolicyDocument": trust.to_string()});
    env.aws.call("iam", "CreateRole", role);
}

pub(crate) fn remove_role(env: &TestEnv) {
    env.aws.call("iam", "DeleteRole", json!({"RoleName": ROLE}));
}

/// A domain with further settings.
pub(crate) fn domain(env: &TestEnv, body: &str) -> String {
    let vpc = env.aws.seeded("vpc_id");
    format!(
        r#"
resource "mlspace_studio_domain" "main" {{
  name                       = "ml"
  vpc_id                     = "{vpc}"
  default_execution_role_arn = "arn:aws:iam::123456789012:role/{ROLE}"
{body}
}}
"#
    )
}

/// Alice's profile with further settings.
pub(crate) fn profile(body: &str) -> String {
    format!(
        r#"
resource "mlspace_studio_user_profile" "alice" {{
  domain_id = mlspace_studio_domain.main.id
  project   = mlspace_membership.alice.project
  user      = mlspace_membership.alice.user
{body}
}}
"#
    )
}

/// The domain by its name, and the profiles of a project in it.
const INVENTORY: &str = r#"
data "mlspace_studio_domain" "ml" {
  name       = "ml"
  depends_on = [mlspace_studio_domain.main]
}

data "mlspace_access" "fraud" {
  project    = "fraud"
  depends_on = [mlspace_membership.alice]
}

data "mlspace_studio_user_profiles" "fraud" {
  domain_id  = data.mlspace_studio_domain.ml.id
  project    = "fraud"
  depends_on = [mlspace_studio_user_profile.alice]
}
"#;

/// Paths of what there is of Studio in AWS.
fn contents(env: &TestEnv) -> Vec<String> {
    let state = env.aws.account_state();
    let studio = state["studio"].as_object().expect("an object");
    studio.keys().cloned().collect()
}

/// A space of alice with a running app in it, as she makes them.
fn add_space(env: &TestEnv) -> Value {
    let id = env.attribute(DOMAIN, "id");
    env.aws.call(
        "sagemaker",
        "CreateSpace",
        json!({
            "DomainId": id,
            "SpaceName": "lab",
            "OwnershipSettings": {"OwnerUserProfileName": "fraud-alice"},
            "SpaceSharingSettings": {"SharingType": "Private"},
            "SpaceSettings": {"AppType": "JupyterLab"},
        }),
    );
    env.aws.finish_transitions();
    let app =
        json!({"DomainId": id, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"});
    env.aws.call("sagemaker", "CreateApp", app.clone());
    env.aws.finish_transitions();
    app
}

e2e_test! {
    /// Created, planned empty, changed in place, repaired, imported, destroyed.
    fn studio_lives(env) {
        add_role(env);
        env.provider("services = [\"studio\"]");
        let on = "created_by  = \"alice\"\n  services {\n    studio = true\n  }\n";
        let people = PEOPLE.replace("created_by  = \"alice\"\n", on);
        let text = format!("{people}{}{}", domain(env, "  jupyter_lab = { idle_timeout_minutes = 120 }"), profile(""));
        env.apply_and_verify(&format!("{text}{INVENTORY}"));
        assert_eq!(env.attribute(PROFILE, "name"), "fraud-alice");
        let profiles = &env.attribute("data.mlspace_studio_user_profiles.fraud", "profiles");
        let found = &profiles[0];
        assert_eq!((&found["name"], &found["user"]), (&json!("fraud-alice"), &json!("alice")), "{profiles}");
        assert_eq!((&found["status"], &profiles[1]), (&json!("InService"), &Value::Null), "{profiles}");
        assert_eq!(found["role_arn"], env.attribute(PROFILE, "role_arn"));
        assert!(found["home_efs_file_system_uid"].is_string(), "{profiles}");
        let work = &env.attribute("data.mlspace_access.fraud", "workloads")[0];
        assert_eq!((&work["use_own_spaces"], &work["use_others_spaces"]), (&json!(true), &json!(false)), "{work}");
        env.configure("data \"mlspace_studio_domain\" \"ml\" {\n  name = \"ML\"\n}");
        env.work.plan(&[]).outcome.assert_error(&["has `ml`"]);
        let state = env.aws.account_state();
        let tags = &state["studio"]["user-profile/ml/fraud-alice"]["tags"];
        assert_eq!((&tags["project"], &tags["user"]), (&json!("fraud"), &json!("alice")), "{state}");

        let id = env.attribute(DOMAIN, "id");
        let settings = "  docker_access = true\n  max_volume_size = 200\n  hidden_tools = [\"AutoMl\"]\n  tags = { team = \"ml\" }";
        let own = "  security_group_ids = []\n  code_editor = { instance_type = \"ml.m5.large\" }";
        let text = format!("{people}{}{}", domain(env, settings), profile(own));
        env.apply_and_verify(&text);
        assert_eq!(env.attribute(DOMAIN, "id"), id, "changed in place");

        env.aws.clear_log();
        env.plan().assert_empty();
        let calls = env.aws.calls();
        let asks = |call: &str| calls.iter().filter(|made| made.ends_with(call)).count();
        assert_eq!((asks(":ListUserProfiles"), asks(":DescribeUserProfile")), (1, 0), "refreshed by pages");

        let edit = json!({
            "DomainId": id, "UserProfileName": "fraud-alice",
            "UserSettings": {"ExecutionRole": format!("arn:aws:iam::123456789012:role/{ROLE}")},
        });
        env.aws.call("sagemaker", "UpdateUserProfile", edit);
        let edit = json!({"DomainId": id, "TagPropagation": "DISABLED"});
        env.aws.call("sagemaker", "UpdateDomain", edit);
        env.aws.finish_transitions();
        let update = |address: &str| (address.to_owned(), vec!["update".to_owned()]);
        assert_eq!(env.plan().changes(), [update(DOMAIN), update(PROFILE)]);
        env.apply_and_verify(&text);

        for (address, import) in [(DOMAIN, id.clone()), (PROFILE, env.attribute(PROFILE, "id"))] {
            env.work.forget(address);
            let import = import.as_str().expect("an id");
            assert_eq!(env.work.import(address, import).code, Some(0));
        }
        env.apply_and_verify(&text);
        env.work.destroy().assert_ok();
        remove_role(env);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Running apps block what SageMaker changes without them only, and nothing with a member's files
    /// is deleted unless the configuration says so.
    fn studio_keeps_what_members_have(env) {
        add_role(env);
        let two = env.aws.seed["subnet_ids"].as_array().expect("a list")[..2].to_vec();
        let text = format!("{PEOPLE}{}{}", domain(env, ""), profile(""));
        env.apply_and_verify(&text);
        let app = add_space(env);
        env.plan().assert_empty();

        let fewer = format!("  subnet_ids = {}", json!(two));
        env.configure(&format!("{PEOPLE}{}{}", domain(env, &fewer), profile("")));
        let plan = env.plan();
        assert_eq!(plan.outcome.warnings()[0].summary, "Running apps block the change");
        env.apply().assert_error(&["JupyterLab/default of space lab"]);

        let moved = domain(env, "").replace("\"ml\"", "\"ml2\"");
        env.configure(&format!("{PEOPLE}{moved}{}", profile("")));
        env.work.plan(&[]).outcome.assert_error(&["would be replaced", "force_destroy"]);

        env.configure(&format!("{PEOPLE}{}", domain(env, "")));
        env.apply().assert_error(&["fraud-alice", "still used by", "space lab"]);
        env.aws.call("sagemaker", "DeleteApp", app);
        env.aws.finish_transitions();
        env.apply_and_verify(&format!("{PEOPLE}{}{}", domain(env, &fewer), profile("")));

        let forced = "  force_destroy = true";
        env.apply_and_verify(&format!("{PEOPLE}{}{}", domain(env, forced), profile(forced)));
        env.work.destroy().assert_ok();
        assert_eq!(contents(env), Vec::<String>::new());
    }
}

e2e_test! {
    /// A domain that SageMaker could not make is in the state with the reason, and the next apply makes
    /// another.
    fn studio_failed_domain(env) {
        add_role(env);
        env.aws.fail_next_studio("ml", "the subnet has no addresses");
        env.configure(&domain(env, ""));
        env.apply().assert_error(&["the subnet has no addresses", "tainted"]);
        assert!(env.work.state(DOMAIN).is_some());
        env.apply_and_verify(&domain(env, ""));
        assert_eq!(contents(env), ["domain/ml"]);
        env.work.destroy().assert_ok();
        remove_role(env);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Refused by the plan.
    fn studio_bad_input(env) {
        add_role(env);
        let good = format!("{PEOPLE}{}{}", domain(env, ""), profile(""));
        env.apply_and_verify(&good);
        let second = domain(env, "").replace("\"main\"", "\"second\"");
        env.configure(&format!("{good}{second}"));
        env.work.plan(&[]).outcome.assert_error(&["already exists", "import {"]);
        for (body, words) in [
            ("  jupyter_lab = { idle_timeout_minutes = 59 }", "60"),
            ("  max_volume_size = 4", "5"),
            ("  default_volume_size = 101", "larger"),
            ("  docker_trusted_account_ids = [\"123456789012\"]", "docker_access"),
            ("  code_editor = { default_lifecycle_config_arn = \"arn:a\" }", "lifecycle_config_arns"),
            ("  subnet_ids = []", "subnet_ids"),
        ] {
            env.configure(&format!("{PEOPLE}{}{}", domain(env, body), profile("")));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        let other = profile("").replace("mlspace_membership.alice.user", "\"bob\"");
        env.configure(&format!("{PEOPLE}{}{other}", domain(env, "")));
        env.work.plan(&[]).outcome.assert_error(&["`bob` is not a member"]);
        env.configure(&good);
        env.plan().assert_empty();
    }
}

/// Alice's space with further settings.
pub(crate) fn space(body: &str) -> String {
    format!(
        r#"
resource "mlspace_studio_space" "alice" {{
  domain_id     = mlspace_studio_user_profile.alice.domain_id
  project       = mlspace_studio_user_profile.alice.project
  user          = mlspace_studio_user_profile.alice.user
  name          = "alice-lab"
{body}
}}
"#
    )
}

e2e_test! {
    /// Created, started, planned empty, changed in place, repaired, imported, kept, destroyed.
    fn studio_space_lives(env) {
        add_role(env);
        let people = format!("{PEOPLE}{}{}", domain(env, ""), profile(""));
        let text = |body: &str| format!("{people}{}", space(body));
        env.apply_and_verify(&text("  instance_type = \"ml.t3.medium\"\n  running = true"));
        let state = env.aws.account_state();
        let found = &state["studio"]["space/ml/alice-lab"];
        assert_eq!((&found["tags"]["project"], &found["tags"]["user"]), (&json!("fraud"), &json!("alice")), "{state}");

        let larger = "  instance_type = \"ml.m5.large\"\n  volume_size = 20\n  running = true";
        env.configure(&text(larger));
        let plan = env.plan();
        assert_eq!(plan.outcome.warnings()[0].summary, "Space will be stopped");
        env.apply_and_verify(&text(larger));

        // Stopped for not being used: only where the configuration says that it runs, it is started.
        let id = env.attribute(DOMAIN, "id");
        let app = json!({"DomainId": id, "SpaceName": "alice-lab", "AppType": "JupyterLab", "AppName": "default"});
        env.aws.call("sagemaker", "DeleteApp", app);
        env.aws.finish_transitions();
        assert_eq!(env.plan().changes(), [(SPACE.to_owned(), vec!["update".to_owned()])]);
        env.apply_and_verify(&text(larger));
        let left = "  instance_type = \"ml.m5.large\"\n  volume_size = 20";
        env.apply_and_verify(&text(left));

        env.configure(&text(left).replace("alice-lab", "alice-desk"));
        env.work.plan(&[]).outcome.assert_error(&["would be replaced", "force_destroy"]);
        env.configure(&people);
        env.apply().assert_error(&["the files on its volume", "force_destroy"]);

        env.configure(&text(left));
        let import = env.attribute(SPACE, "id");
        env.work.forget(SPACE);
        assert_eq!(env.work.import(SPACE, import.as_str().expect("an id")).code, Some(0));
        let forced = format!("{left}\n  force_destroy = true");
        env.apply_and_verify(&text(&forced));
        env.work.destroy().assert_ok();
        remove_role(env);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Refused by the plan.
    fn studio_space_bad_input(env) {
        add_role(env);
        let people = format!("{PEOPLE}{}{}", domain(env, "  max_volume_size = 50"), profile(""));
        env.apply_and_verify(&people);
        for (body, words) in [
            ("  instance_type = \"t3\"", "instance_type"),
            ("  instance_type = \"ml.t3.medium\"\n  volume_size = 4", "volume_size"),
            ("  instance_type = \"ml.t3.medium\"\n  volume_size = 51", "at most 50 GB"),
            ("  instance_type = \"ml.t3.medium\"\n  app_type = \"JupyterServer\"", "app_type"),
        ] {
            env.configure(&format!("{people}{}", space(body)));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        add_space(env);
        let taken = space("  instance_type = \"ml.t3.medium\"").replace("alice-lab", "lab");
        env.configure(&format!("{people}{taken}"));
        env.work.plan(&[]).outcome.assert_error(&["already exists", "import {"]);
    }
}
