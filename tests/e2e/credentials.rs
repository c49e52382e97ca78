//! Credentials and connection: the account that is meant is used, and what cannot work says why.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use crate::support::{PEOPLE, TerraformVersion, TestEnv, e2e_test};

/// An endpoint that denies every request and notes the access keys that signed them. It listens
/// until the process ends.
struct Recorder {
    url: String,
    keys: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let keys = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&keys);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let noted = Arc::clone(&noted);
                thread::spawn(move || deny(&stream, &noted));
            }
        });
        Self { url, keys }
    }

    fn keys(&self) -> Vec<String> {
        let mut keys = self.keys.lock().expect("no panic holds it").clone();
        keys.dedup();
        keys
    }
}

/// Answers one request.
fn deny(mut stream: &TcpStream, noted: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() <= 2 {
            break;
        }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        if let Some((_, credential)) = line.split_once("Credential=") {
            let key = credential.split('/').next().unwrap_or_default();
            noted
                .lock()
                .expect("no panic holds it")
                .push(key.to_owned());
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let answer = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>noted</Message></Error></ErrorResponse>";
    let _ = write!(
        stream,
        "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    );
}

/// Writes a provider block without keys, whose services are all at `endpoint`.
fn provider(env: &TestEnv, endpoint: &str, extra: &str) {
    let endpoints: String = ["iam", "sagemaker", "s3", "dynamodb", "sts"]
        .map(|service| format!("    {service} = \"{endpoint}\"\n"))
        .concat();
    env.work.write(
        "provider.tf",
        &format!(
            r#"
terraform {{
  required_providers {{
    mlspace = {{ source = "mlspace/mlspace" }}
  }}
}}

provider "mlspace" {{
  region      = "us-east-1"
  max_retries = 0
  data_bucket = "mlspace-data"
  {extra}

  endpoints {{
{endpoints}  }}
}}
"#
        ),
    );
}

/// Writes a file and lets a variable of the environment name it.
fn file(env: &mut TestEnv, variable: &str, name: &str, text: &str) {
    let path = env.work.path().join(name);
    fs::write(&path, text).expect("the file is written");
    env.work.set_env(variable, &path.display().to_string());
}

/// Credentials of the environment do not win over `profile`, and a profile that does not exist is an
/// error before any call.
#[test]
fn profile_wins_over_environment() {
    let mut env = TestEnv::new(&TerraformVersion::pinned());
    let recorder = Recorder::start();
    env.work.set_env("AWS_ACCESS_KEY_ID", "ENVKEY");
    env.work.set_env("AWS_SECRET_ACCESS_KEY", "secret");
    let profile = "[p1]\naws_access_key_id = PROFKEY\naws_secret_access_key = secret\n";
    file(
        &mut env,
        "AWS_SHARED_CREDENTIALS_FILE",
        "credentials",
        profile,
    );
    env.configure(PEOPLE);

    provider(&env, &recorder.url, "profile = \"nope\"");
    let missing = env.work.plan(&[]).outcome;
    missing.assert_error(&["AWS profile not found", "`nope`", "credentials`"]);
    assert!(recorder.keys().is_empty());

    provider(&env, &recorder.url, "profile = \"p1\"");
    let denied = env.work.plan(&[]).outcome;
    denied.assert_error(&["Access denied", "GetCallerIdentity"]);
    assert_eq!(recorder.keys(), ["PROFKEY"]);
}

/// An expired session of IAM Identity Center says how to log in.
#[test]
fn sso_session_names_the_login_command() {
    let mut env = TestEnv::new(&TerraformVersion::pinned());
    let profile = "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n\
                   region = us-east-1\n[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\n\
                   sso_region = us-east-1\n";
    file(&mut env, "AWS_CONFIG_FILE", "config", profile);
    env.work.set_env("AWS_PROFILE", "dev");
    env.configure(PEOPLE);
    provider(&env, &env.aws.endpoint(), "");
    let outcome = env.work.plan(&[]).outcome;
    outcome.assert_error(&["SSO session expired", "`aws sso login --profile dev`"]);
    assert!(env.aws.calls().is_empty());
}

e2e_test! {
    /// In another account than the allowed one nothing is read.
    fn other_account_is_refused(env) {
        env.configure(PEOPLE);
        env.provider("allowed_account_ids = [\"210987654321\"]");
        env.aws.clear_log();
        let outcome = env.work.plan(&[]).outcome;
        outcome.assert_error(&["AWS account not allowed", "210987654321"]);
        assert_eq!(env.aws.calls(), ["sts:GetCallerIdentity"]);
        env.provider("allowed_account_ids = [\"123456789012\"]");
        env.apply_and_verify(PEOPLE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Faults of credentials are told as what they are, after one call.
    fn credential_faults_are_explained(env) {
        env.configure(PEOPLE);
        for (code, message, expected) in [
            (
                "SignatureDoesNotMatch",
                "Signature expired: 20261127T101010Z is now earlier than 20261127T111010Z",
                ["Clock skew", "clock of the machine"],
            ),
            ("ExpiredToken", "The token has expired", ["Expired credentials", "renew"]),
            ("InvalidClientTokenId", "Unknown key", ["Invalid credentials", "access key"]),
        ] {
            env.aws.fault(&json!({
                "mode": "error", "service": "*", "code": code, "message": message, "status": 403, "times": 100,
            }));
            let outcome = env.work.plan(&[]).outcome;
            outcome.assert_error(&expected);
            env.aws.clear_faults();
        }
    }
}

/// A host at which nothing listens is named, with the setting.
#[test]
fn closed_endpoint_is_named() {
    let env = TestEnv::new(&TerraformVersion::pinned());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let host = listener.local_addr().expect("an address").to_string();
    drop(listener);
    env.configure(PEOPLE);
    let keys = "access_key = \"test\"\n  secret_key = \"test\"";
    provider(&env, &format!("http://{host}"), keys);
    let outcome = env.work.plan(&[]).outcome;
    outcome.assert_error(&["Cannot connect to AWS", &host, "3 attempts", "`endpoints`"]);
}
