//! Starts the provider's process like Terraform.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::client::{Client, ClientCertificate};

/// The value of Terraform's magic cookie.
pub(crate) const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Timeout of waiting for a condition.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The binary with an environment that contains only the directory for its socket.
pub(crate) fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-mlspace"));
    command.env_clear().env("PLUGIN_UNIX_SOCKET_DIR", directory);
    command
}

/// A started plugin that has printed its handshake line. Killed when dropped.
pub(crate) struct Plugin {
    pub(crate) child: Child,
    /// The handshake line, without its newline.
    pub(crate) line: String,
    stdout: BufReader<ChildStdout>,
    own: ClientCertificate,
    /// The parent of the socket's directory.
    pub(crate) directory: tempfile::TempDir,
}

impl Plugin {
    /// Starts the plugin with mutual TLS and additional variables.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let own = ClientCertificate::generate();
        let mut command = command(directory.path());
        command
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", &own.pem)
            .envs(variables.iter().copied());
        Self::spawn(command, own, directory)
    }

    /// Starts a command of the test.
    pub(crate) fn spawn(
        mut command: Command,
        own: ClientCertificate,
        directory: tempfile::TempDir,
    ) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let line = line.trim_end_matches('\n').to_owned();
        Self {
            child,
            line,
            stdout,
            own,
            directory,
        }
    }

    fn field(&self, number: usize) -> &str {
        self.line.split('|').nth(number).unwrap()
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.field(3).into()
    }

    pub(crate) fn certificate(&self) -> Vec<u8> {
        STANDARD_NO_PAD.decode(self.field(5)).unwrap()
    }

    pub(crate) async fn client(&self) -> Client {
        Client::mutual(&self.socket(), &self.certificate(), &self.own)
            .await
            .unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits until the process ends. Returns the exit status, the rest of standard output, and all
    /// of standard error.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String, String) {
        wait_until("the process ends", || {
            self.child.try_wait().unwrap().is_some()
        });
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let mut errors = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut errors)
            .unwrap();
        (status, rest, errors)
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // Fails if the process has ended already.
        let _ignored = self.child.kill();
        let _ignored = self.child.wait();
    }
}

pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Waits for a condition.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < TIMEOUT, "timed out waiting until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
