//! The emulator as a child process, and what a scenario may ask of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::control;
use super::tools::{python, root};

/// A running emulator with a seeded account; it ends with this value.
pub(crate) struct Emulator {
    child: Child,
    port: u16,
    /// Names of what the seed made: bucket, policies, network, key.
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
            .expect("the emulator says where it listens");
        let told: Value = serde_json::from_str(&line).expect("the emulator prints JSON");
        let port = told["port"]
            .as_u64()
            .and_then(|port| u16::try_from(port).ok())
            .expect("a port");
        let mut emulator = Self {
            child,
            port,
            seed: told["seed"].clone(),
            pristine: Value::Null,
        };
        emulator.pristine = emulator.world();
        emulator
    }

    /// The URL to give to the provider as every endpoint.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn ask(&self, method: &str, what: &str, body: Option<&Value>) -> Value {
        let (status, answer) =
            control::request(self.port, method, &format!("/_emulator/{what}"), body);
        assert_eq!(status, 200, "{method} {what}: {answer}");
        answer
    }

    /// A name that the seed made, such as `data_bucket`.
    pub(crate) fn seeded(&self, name: &str) -> &str {
        self.seed[name].as_str().expect("a seeded name")
    }

    /// Everything that exists in the account.
    pub(crate) fn world(&self) -> Value {
        self.ask("GET", "account-state", None)
    }

    /// Fails unless the account holds what it held at the start, and nothing else.
    #[track_caller]
    pub(crate) fn assert_pristine(&self) {
        let (now, was) = (self.world(), &self.pristine);
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
        let log = self.ask("GET", "log", None);
        let calls = log["calls"].as_array().expect("a list").clone();
        calls
            .iter()
            .map(|call| {
                let name = |key: &str| call[key].as_str().expect("a name").to_owned();
                format!("{}:{}", name("service"), name("action"))
            })
            .collect()
    }

    /// The calls so far that change something.
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

    /// How often a call was made so far.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|made| *made == call).count()
    }

    /// Begins to take a picture of IAM after each call that changes it.
    pub(crate) fn take_pictures(&self) {
        self.ask("POST", "iam-history", None);
    }

    /// The pictures taken: `after` names the call, `roles` and `policies` are those of the world.
    pub(crate) fn pictures(&self) -> Vec<Value> {
        let history = self.ask("DELETE", "iam-history", None);
        history["snapshots"].as_array().expect("a list").clone()
    }

    /// Starts the log over.
    pub(crate) fn clear_log(&self) {
        self.ask("POST", "log", None);
    }

    /// Arms a fault; the fields are those of `faults.py`.
    pub(crate) fn fault(&self, fault: &Value) {
        self.ask("POST", "faults", Some(fault));
    }

    /// How often each armed fault has struck.
    pub(crate) fn struck(&self) -> Vec<u64> {
        numbers(&self.ask("GET", "faults", None))
    }

    /// Disarms all faults, and tells how often each struck.
    pub(crate) fn clear_faults(&self) -> Vec<u64> {
        numbers(&self.ask("DELETE", "faults", None))
    }

    /// Acts as someone else: makes an AWS call behind Terraform's back, which must succeed.
    pub(crate) fn aws(&self, service: &str, action: &str, params: Value) -> Value {
        let call = json!({"service": service, "action": action, "params": params});
        let answer = self.ask("POST", "call", Some(&call));
        assert!(answer["code"].is_null(), "{service}:{action}: {answer}");
        let body = answer["body"].as_str().unwrap_or_default();
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// Puts an object into the data bucket.
    pub(crate) fn put_object(&self, key: &str) {
        let path = format!("/{}/{key}", self.seeded("data_bucket"));
        self.s3(&json!({"method": "PUT", "path": path, "body": "data"}));
    }

    /// Makes an S3 call behind Terraform's back, which must succeed.
    pub(crate) fn s3(&self, call: &Value) {
        let answer = self.ask("POST", "s3", Some(call));
        assert!(answer["code"].is_null(), "{call}: {answer}");
    }

    /// Puts a notebook instance into a state, or (`fail_next`) lets its next transition fail.
    pub(crate) fn set_notebook(&self, name: &str, status: &str, reason: &str) {
        let wish = json!({"name": name, "status": status, "reason": reason});
        self.ask("POST", "notebook", Some(&wish));
    }

    /// Sets how many looks a notebook's transition takes.
    pub(crate) fn pace(&self, describes: u32) {
        self.ask(
            "POST",
            "transition-polls",
            Some(&json!({"polls": describes})),
        );
    }

    /// Finishes every transition that is under way.
    pub(crate) fn settle(&self) {
        self.ask("POST", "finish-transitions", None);
    }
}

fn numbers(answer: &Value) -> Vec<u64> {
    let struck = answer["triggered"].as_array().expect("a list");
    struck.iter().filter_map(Value::as_u64).collect()
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended already; there is nothing left to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
