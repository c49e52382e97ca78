//! An emulator and a workspace that belong together, with the provider block between them.

use std::sync::{Condvar, Mutex, OnceLock};

use serde_json::Value;

use super::emulator::Emulator;
use super::outcome::Outcome;
use super::plan::Plan;
use super::terraform::Workspace;
use super::tools::Core;

/// How many scenarios play at once in this process, however many threads the runner has: each
/// is a Terraform, a provider and an emulator.
const AT_ONCE: usize = 2;

fn gate() -> &'static (Mutex<usize>, Condvar) {
    static GATE: OnceLock<(Mutex<usize>, Condvar)> = OnceLock::new();
    GATE.get_or_init(|| (Mutex::new(AT_ONCE), Condvar::new()))
}

/// One of the places on stage; it is given back when dropped, also by a failing scenario.
struct Place;

impl Place {
    fn take() -> Self {
        let (free, freed) = gate();
        let free = free.lock().expect("no scenario panics while it waits");
        let mut free = freed.wait_while(free, |free| *free == 0).expect("as above");
        *free -= 1;
        Self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (free, freed) = gate();
        if let Ok(mut free) = free.lock() {
            *free += 1;
        }
        freed.notify_one();
    }
}

/// Where one scenario plays.
pub(crate) struct Stage {
    pub(crate) aws: Emulator,
    pub(crate) work: Workspace,
    _place: Place,
}

impl Stage {
    /// A seeded account and an empty workspace for a core.
    pub(crate) fn new(core: &Core) -> Self {
        let place = Place::take();
        eprintln!("Terraform core: {}", core.name);
        let stage = Self {
            aws: Emulator::start(),
            work: Workspace::new(core),
            _place: place,
        };
        // One look sees the transition, the next its end: enough to prove that somebody waits.
        stage.aws.pace(1);
        stage.provider("");
        stage
    }

    /// Writes the provider block, with further settings in it.
    pub(crate) fn provider(&self, extra: &str) {
        self.work.write("provider.tf", &self.provider_text(extra));
    }

    /// Writes a provider block whose settings other resources make: not known in the first plan, as a whole or in part.
    pub(crate) fn provider_from_resources(&self) {
        let mut text = self.provider_text("");
        let subnets = &self.aws.seed["subnet_ids"];
        for (name, value) in [
            ("boundary", &self.aws.seed["permissions_boundary_arn"]),
            ("base", &self.aws.seed["base_policy_arn"]),
            ("subnet", &subnets[0]),
        ] {
            let made = format!("terraform_data.{name}.output");
            text = text.replace(&value.to_string(), &made);
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

    /// Applies a configuration, which must succeed, and must leave nothing to do.
    #[track_caller]
    pub(crate) fn converge(&self, text: &str) {
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

    /// Destroys everything, which must succeed and leave nothing of ours in the account.
    #[track_caller]
    pub(crate) fn strike(&self) {
        self.work.destroy().assert_ok();
        self.aws.assert_pristine();
    }

    /// Applies what is configured; what comes of it is for the scenario to judge.
    pub(crate) fn apply(&self) -> Outcome {
        self.work.apply()
    }

    /// The value of an attribute in the state; the resource must be there.
    #[track_caller]
    pub(crate) fn attribute(&self, address: &str, name: &str) -> Value {
        let state = self.work.state(address);
        state.unwrap_or_else(|| panic!("{address} isn't in the state"))[name].clone()
    }
}
