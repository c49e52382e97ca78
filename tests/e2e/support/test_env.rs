//! An emulator and a working directory, and the provider block that connects them.

use std::sync::{Condvar, Mutex, OnceLock};

use serde_json::Value;

use super::emulator::Emulator;
use super::outcome::Outcome;
use super::plan::Plan;
use super::terraform::Workspace;
use super::tools::TerraformVersion;

/// How many tests run at a time in this process, however many threads the runner has: each consists
/// of a Terraform, a provider and an emulator.
const MAX_RUNNING: usize = 2;

/// How many more tests are allowed to run now.
fn available() -> &'static (Mutex<usize>, Condvar) {
    static AVAILABLE: OnceLock<(Mutex<usize>, Condvar)> = OnceLock::new();
    AVAILABLE.get_or_init(|| (Mutex::new(MAX_RUNNING), Condvar::new()))
}

/// Permission to run. Dropping it, as a failing test does too, lets another test run.
struct Permit;

impl Permit {
    /// Waits for one.
    fn acquire() -> Self {
        let (free, freed) = available();
        let free = free.lock().expect("no test panics while it waits");
        let mut free = freed.wait_while(free, |free| *free == 0).expect("as above");
        *free -= 1;
        Self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (free, freed) = available();
        if let Ok(mut free) = free.lock() {
            *free += 1;
        }
        freed.notify_one();
    }
}

/// The environment of one test.
pub(crate) struct TestEnv {
    pub(crate) aws: Emulator,
    pub(crate) work: Workspace,
    _permit: Permit,
}

impl TestEnv {
    /// A seeded account and a working directory with a provider block.
    pub(crate) fn new(version: &TerraformVersion) -> Self {
        let permit = Permit::acquire();
        eprintln!("Terraform: {}", version.name);
        let env = Self {
            aws: Emulator::start(),
            work: Workspace::new(version),
            _permit: permit,
        };
        // The first read of a notebook sees it in transition, the second sees the end: the least
        // that proves that the provider waits.
        env.aws.set_transition_polls(1);
        env.provider("");
        env
    }

    /// The same, with the pinned Terraform.
    pub(crate) fn pinned() -> Self {
        Self::new(&TerraformVersion::pinned())
    }

    /// Writes the provider block, with further settings in it.
    pub(crate) fn provider(&self, extra: &str) {
        self.work.write("provider.tf", &self.provider_text(extra));
    }

    /// The same without base policies.
    pub(crate) fn provider_without_base_policies(&self, extra: &str) {
        let text = self.provider_text(extra);
        let lines = text
            .lines()
            .filter(|line| !line.contains("base_policy_arns"));
        let lines: Vec<&str> = lines.collect();
        self.work.write("provider.tf", &lines.join("\n"));
    }

    /// Writes a provider block whose settings come from other resources, so that the first plan
    /// does not know them, or knows only parts of them.
    pub(crate) fn provider_from_resources(&self) {
        let mut text = self.provider_text("");
        let subnets = &self.aws.seed["subnet_ids"];
        for (name, value) in [
            ("boundary", &self.aws.seed["permissions_boundary_arn"]),
            ("base", &self.aws.seed["base_policy_arn"]),
            ("subnet", &subnets[0]),
        ] {
            let output = format!("terraform_data.{name}.output");
            text = text.replace(&value.to_string(), &output);
            text += &format!("resource \"terraform_data\" \"{name}\" {{\n  input = {value}\n}}\n");
        }
        self.work.write("provider.tf", &text);
    }

    fn provider_text(&self, extra: &str) -> String {
        let seed = &self.aws.seed;
        let endpoint = self.aws.endpoint();
        let list = |name: &str| seed[name].to_string();
        format!(
            r#"
terraform {{
  required_providers {{
    mlspace = {{ source = "mlspace/mlspace" }}
  }}
}}

provider "mlspace" {{
  region                   = "us-east-1"
  access_key               = "test"
  secret_key               = "test"
  max_retries              = 3
  data_bucket              = {bucket}
  permissions_boundary_arn = {boundary}
  base_policy_arns         = [{base}]

  endpoints {{
    iam       = "{endpoint}"
    sagemaker = "{endpoint}"
    s3        = "{endpoint}"
    dynamodb  = "{endpoint}"
    sts       = "{endpoint}"
    scheduler = "{endpoint}"
    budgets   = "{endpoint}"
    identitystore = "{endpoint}"
    resourcegroupstaggingapi = "{endpoint}"
  }}

  notebook_defaults {{
    subnet_ids         = {subnets}
    security_group_ids = {groups}
    kms_key_id         = {key}
  }}
  {extra}
}}
"#,
            bucket = list("data_bucket"),
            boundary = list("permissions_boundary_arn"),
            base = list("base_policy_arn"),
            subnets = list("subnet_ids"),
            groups = list("security_group_ids"),
            key = list("kms_key_arn"),
        )
    }

    /// Replaces the configuration's resources.
    pub(crate) fn configure(&self, text: &str) {
        self.work.write("main.tf", text);
    }

    /// Applies a configuration, which must succeed, and verifies that the next plan is empty.
    #[track_caller]
    pub(crate) fn apply_and_verify(&self, text: &str) {
        self.configure(text);
        self.work.apply().assert_ok();
        self.plan().assert_empty();
    }

    /// Plans what is configured, which must succeed.
    #[track_caller]
    pub(crate) fn plan(&self) -> Plan {
        let plan = self.work.plan(&[]);
        plan.outcome.assert_ok();
        plan
    }

    /// Destroys everything, which must succeed, and verifies that nothing of ours is left in the
    /// account.
    #[track_caller]
    pub(crate) fn destroy_and_verify(&self) {
        self.work.destroy().assert_ok();
        self.aws.assert_pristine();
    }

    /// Applies what is configured. The caller checks the outcome.
    pub(crate) fn apply(&self) -> Outcome {
        self.work.apply()
    }

    /// The value of an attribute in the state; the resource must be there.
    #[track_caller]
    pub(crate) fn attribute(&self, address: &str, name: &str) -> Value {
        let state = self.work.state(address);
        state.unwrap_or_else(|| panic!("{address} is not in the state"))[name].clone()
    }
}
