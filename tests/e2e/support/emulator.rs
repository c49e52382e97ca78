//! The emulator as a child process, and the requests that a test can send it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::http;
use super::tools::{python, root};

/// A running emulator with a seeded account. Dropping it ends the process.
pub(crate) struct Emulator {
    child: Child,
    port: u16,
    /// Names of what the seed created: bucket, policies, network, key.
    pub(crate) seed: Value,
    /// Everything that existed when the emulator was ready.
    pub(crate) pristine: Value,
}

impl Emulator {
    /// Starts one on a free port.
    pub(crate) fn start() -> Self {
        let mut child = Command::new(python())
            .args(["-m", "emulator", "--seed", "--follow-stdin"])
            .current_dir(root().join("tests"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("the emulator prints its port");
        let startup_info: Value = serde_json::from_str(&line).expect("the emulator prints JSON");
        let port = startup_info["port"]
            .as_u64()
            .and_then(|port| u16::try_from(port).ok())
            .expect("a port");
        let mut emulator = Self {
            child,
            port,
            seed: startup_info["seed"].clone(),
            pristine: Value::Null,
        };
        emulator.pristine = emulator.account_state();
        emulator
    }

    /// The URL to give to the provider as every endpoint.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, response) =
            http::request(self.port, method, &format!("/_emulator/{path}"), body);
        assert_eq!(status, 200, "{method} {path}: {response}");
        response
    }

    /// A name that the seed created, such as `data_bucket`.
    pub(crate) fn seeded(&self, name: &str) -> &str {
        self.seed[name].as_str().expect("a seeded name")
    }

    /// Everything that exists in the account.
    pub(crate) fn account_state(&self) -> Value {
        self.request("GET", "account-state", None)
    }

    /// Creates a bucket that another team would have.
    pub(crate) fn create_bucket(&self, name: &str) {
        self.s3(&json!({"method": "PUT", "path": format!("/{name}")}));
    }

    /// Deletes it.
    pub(crate) fn delete_bucket(&self, name: &str) {
        self.s3(&json!({"method": "DELETE", "path": format!("/{name}")}));
    }

    /// Fails unless the account contains exactly what it contained at the start.
    #[track_caller]
    pub(crate) fn assert_pristine(&self) {
        let (mut now, was) = (self.account_state(), &self.pristine);
        // History stays, as in MLSpace.
        now["tables"]["mlspace-group-membership-history"] =
            was["tables"]["mlspace-group-membership-history"].clone();
        for (kind, contents) in now.as_object().expect("an object") {
            if contents != &was[kind] {
                let calls = self.calls();
                let last = &calls[calls.len().saturating_sub(40)..];
                panic!("{kind}: left behind: {contents:#}\nlast calls: {last:#?}");
            }
        }
    }

    /// The calls so far, as `service:Action`, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        let log = self.request("GET", "log", None);
        let calls = log["calls"].as_array().expect("a list").clone();
        calls
            .iter()
            .map(|call| {
                let name = |key: &str| call[key].as_str().expect("a name").to_owned();
                format!("{}:{}", name("service"), name("action"))
            })
            .collect()
    }

    /// The calls so far that can change something.
    pub(crate) fn writes(&self) -> Vec<String> {
        const READS: [&str; 7] = [
            "Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan",
        ];
        let mut calls = self.calls();
        calls.retain(|call| {
            let action = call.split(':').nth(1).unwrap_or_default();
            !READS.iter().any(|read| action.starts_with(read))
        });
        calls
    }

    /// Number of times that a call was made so far.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|made| *made == call).count()
    }

    /// Starts to record a snapshot of IAM after each call that changes it.
    pub(crate) fn record_iam_history(&self) {
        self.request("POST", "iam-history", None);
    }

    /// The recorded snapshots: `after` names the call, `roles` and `policies` are as in the account
    /// state. Ends the recording.
    pub(crate) fn iam_history(&self) -> Vec<Value> {
        let history = self.request("DELETE", "iam-history", None);
        history["snapshots"].as_array().expect("a list").clone()
    }

    /// Empties the log of calls.
    pub(crate) fn clear_log(&self) {
        self.request("POST", "log", None);
    }

    /// Arms a fault; the fields are those of `faults.py`.
    pub(crate) fn fault(&self, fault: &Value) {
        self.request("POST", "faults", Some(fault));
    }

    /// Number of times that each armed fault was injected.
    pub(crate) fn fault_counts(&self) -> Vec<u64> {
        numbers(&self.request("GET", "faults", None))
    }

    /// Disarms all faults. Returns the number of times that each was injected.
    pub(crate) fn clear_faults(&self) -> Vec<u64> {
        numbers(&self.request("DELETE", "faults", None))
    }

    /// Makes an AWS call outside of Terraform, as someone else would. It must succeed.
    pub(crate) fn call(&self, service: &str, action: &str, params: Value) -> Value {
        let call = json!({"service": service, "action": action, "params": params});
        let response = self.request("POST", "call", Some(&call));
        assert!(response["code"].is_null(), "{service}:{action}: {response}");
        let body = response["body"].as_str().unwrap_or_default();
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// Puts an object into the data bucket.
    pub(crate) fn put_object(&self, key: &str) {
        let path = format!("/{}/{key}", self.seeded("data_bucket"));
        self.s3(&json!({"method": "PUT", "path": path, "body": "data"}));
    }

    /// Makes an S3 call outside of Terraform. It must succeed.
    pub(crate) fn s3(&self, call: &Value) {
        let response = self.request("POST", "s3", Some(call));
        assert!(response["code"].is_null(), "{call}: {response}");
    }

    /// Puts a notebook instance into a status; `fail_next` lets its next transition fail.
    pub(crate) fn set_notebook(&self, name: &str, status: &str, reason: &str) {
        let change = json!({"name": name, "status": status, "reason": reason});
        self.request("POST", "notebook", Some(&change));
    }

    /// Lets the next transition of a domain, profile, space or app of Studio fail.
    pub(crate) fn fail_next_studio(&self, name: &str, reason: &str) {
        let change = json!({"kind": "", "name": name, "status": "fail_next", "reason": reason});
        self.request("POST", "studio", Some(&change));
    }

    /// Sets the number of reads that see a notebook in transition.
    pub(crate) fn set_transition_polls(&self, polls: u32) {
        let body = json!({"polls": polls});
        self.request("POST", "transition-polls", Some(&body));
    }

    /// Finishes every transition in progress.
    pub(crate) fn finish_transitions(&self) {
        self.request("POST", "finish-transitions", None);
    }

    /// Sets the costs that AWS Budgets knows of a budget, and those that it expects.
    pub(crate) fn spend(&self, budget: &str, actual: &str, forecast: &str) {
        let costs = json!({ "budget": budget, "actual": actual, "forecast": forecast });
        self.request("POST", "spend", Some(&costs));
    }

    /// Fires the schedules that are due between two times in UTC; returns the names of the notebooks
    /// that stop.
    pub(crate) fn fire_schedules(&self, after: &str, until: &str) -> Value {
        let times = json!({ "after": after, "until": until });
        self.request("POST", "fire-schedules", Some(&times))["stopped"].clone()
    }
}

fn numbers(response: &Value) -> Vec<u64> {
    let counts = response["triggered"].as_array().expect("a list");
    counts.iter().filter_map(Value::as_u64).collect()
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
