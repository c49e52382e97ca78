//! The process: from its arguments to its exit code.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tonic::Request;

use super::life::Life;
use super::listener::ListenError;
use super::server::ServeError;
use super::tfplugin6::provider_server::Provider;
use super::tfplugin6::stop_provider;
use super::tls::{Tls, TlsError};
use super::{Environment, handshake, listener, logs, server};

/// Holds the client's certificate in PEM; absent when the host wants no TLS.
const CLIENT_CERTIFICATE: &str = "PLUGIN_CLIENT_CERT";

/// Threads that serve, at most: the work is waiting for a remote API.
const THREADS: usize = 4;

/// After a termination signal: how long no call may be under way before the process leaves. A host that is still
/// connected may have a call to make with what an interrupted one returned.
const QUIET_TIME: Duration = Duration::from_secs(1);

/// How often a process whose host may have died looks for it.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// Who is being served.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// The provider's source address, `host/namespace/name`.
    pub address: &'static str,
    /// The binary's version, without `v`.
    pub version: &'static str,
    /// The provider's own crates, as Rust names them. Their log lines appear at the level that the user asks for; those
    /// of other dependencies only from a higher one.
    pub crates: &'static [&'static str],
}

impl Identity {
    /// The last part of the address.
    fn name(&self) -> &'static str {
        self.address.rsplit('/').next().unwrap_or(self.address)
    }
}

/// What the arguments ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Started by Terraform.
    Plugin,
    /// Started by hand, to be attached to.
    Debug,
    /// Only say the version.
    Version,
}

impl Mode {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, RunError> {
        match (arguments.next(), arguments.next()) {
            (None, _) => Ok(Self::Plugin),
            (Some(argument), None) => match argument.as_str() {
                "--debug" | "-debug" => Ok(Self::Debug),
                "--version" | "-version" => Ok(Self::Version),
                _ => Err(RunError::Argument(argument)),
            },
            (Some(_), Some(argument)) => Err(RunError::Argument(argument)),
        }
    }
}

/// Why the process ends with a failure.
#[derive(Debug, Error)]
enum RunError {
    #[error(
        "unknown argument `{0}`: use --debug, --version, or none when Terraform starts the plugin"
    )]
    Argument(String),
    #[error(transparent)]
    Handshake(#[from] handshake::HandshakeError),
    #[error("cannot set up the provider: {0}")]
    Build(String),
    #[error("cannot start threads or watch signals: {0}")]
    System(io::Error),
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Runs a provider's process until its host is done with it; `main` returns what this returns.
///
/// Without arguments it expects to have been started by Terraform and refuses to go on otherwise. `--debug` serves
/// until interrupted and prints what to put into `TF_REATTACH_PROVIDERS`; `--version` prints the version. `build` makes
/// the service, within the runtime; its error is one line for the user.
pub fn run<S: Provider>(
    identity: &Identity,
    build: impl FnOnce() -> Result<S, String>,
) -> ExitCode {
    let env = |name: &str| std::env::var(name).ok();
    match try_run(identity, build, &env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_listens = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Provider>(
    identity: &Identity,
    build: impl FnOnce() -> Result<S, String>,
    env: Environment<'_>,
) -> Result<(), RunError> {
    let mode = Mode::from_arguments(std::env::args().skip(1))?;
    match mode {
        Mode::Version => {
            return say(&format!(
                "terraform-provider-{} {}",
                identity.name(),
                identity.version
            ));
        }
        Mode::Plugin => handshake::check(env)?,
        Mode::Debug => {}
    }
    logs::install(identity.name(), identity.crates, env);
    logs::report_panics();
    let runtime = runtime()?;
    let entered = runtime.enter();
    let service = Arc::new(build().map_err(RunError::Build)?);
    let served = runtime.block_on(attend(mode, identity, service, env));
    drop(entered);
    // Work that outlived its time must not hold up the exit.
    runtime.shutdown_background();
    served
}

fn runtime() -> Result<Runtime, RunError> {
    let threads =
        std::thread::available_parallelism().map_or(THREADS, |cores| cores.get().min(THREADS));
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(RunError::System)
}

/// Opens the socket, says where, and serves.
async fn attend<S: Provider>(
    mode: Mode,
    identity: &Identity,
    service: Arc<S>,
    env: Environment<'_>,
) -> Result<(), RunError> {
    // Before the host hears of us: from then on it may be interrupted.
    let signals = Signals::new().map_err(RunError::System)?;
    let (listener, place) = listener::bind(env)?;
    let life = Life::new();
    if mode == Mode::Debug {
        let configuration =
            handshake::reattach(identity.address, place.socket(), std::process::id());
        let quoted = configuration.to_string().replace('\'', r"'\''");
        say(&format!(
            "Serving. To make Terraform use this process, set in its environment:\n\n\
             \tTF_REATTACH_PROVIDERS='{quoted}'\n\n\
             Ctrl-C ends it."
        ))?;
        tokio::spawn(end_on_signal(signals, life.clone()));
        return Ok(server::serve(listener, None, service, &life).await?);
    }
    let tls = match env(CLIENT_CERTIFICATE).filter(|pem| !pem.is_empty()) {
        Some(pem) => Some(Tls::for_client(&pem)?),
        None => None,
    };
    let certificate = tls.as_ref().map(|tls| tls.certificate.as_ref());
    say(&handshake::line(place.socket(), certificate, env))?;
    // Nothing else may come on standard output, not even from a dependency: its lines join the logs. If it can't be
    // done the rule still holds for our own code.
    if let Err(error) = nix::unistd::dup2_stdout(io::stderr()) {
        tracing::debug!(%error, "cannot redirect standard output");
    }
    tracing::debug!(socket = %place.socket().display(), tls = tls.is_some(), version = identity.version, "serving");
    tokio::spawn(outlast_signals(signals, Arc::clone(&service), life.clone()));
    tokio::spawn(end_without_parent(life.clone()));
    Ok(server::serve(listener, tls.map(|tls| tls.config), service, &life).await?)
}

/// Writes a line to standard output.
fn say(line: &str) -> Result<(), RunError> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")
        .and_then(|()| output.flush())
        .map_err(RunError::Output)
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }
}

/// Started by hand: any signal means the end.
async fn end_on_signal(mut signals: Signals, life: Life) {
    tokio::select! {
        _ = signals.interrupt.recv() => {}
        _ = signals.terminate.recv() => {}
        _ = signals.hang_up.recv() => {}
    }
    life.end.cancel();
}

/// Started by Terraform: a terminal's Ctrl-C reaches this process too, but the decision is Terraform's, which calls
/// `StopProvider`. Termination, or the loss of the terminal, stops work the same way, and ends the process once the host has had its answers.
async fn outlast_signals<S: Provider>(mut signals: Signals, service: Arc<S>, life: Life) {
    loop {
        tokio::select! {
            _ = signals.interrupt.recv() => tracing::debug!("left an interrupt to Terraform"),
            _ = signals.terminate.recv() => break,
            _ = signals.hang_up.recv() => break,
        }
    }
    tracing::info!("asked to terminate: stopping work");
    tokio::spawn({
        let life = life.clone();
        async move {
            let _unserved = service
                .stop_provider(Request::new(stop_provider::Request {}))
                .await;
            loop {
                life.calls.none().await;
                tokio::select! {
                    () = life.calls.some() => {}
                    () = life.connections.none() => break,
                    () = tokio::time::sleep(QUIET_TIME) => break,
                }
            }
            life.end.cancel();
        }
    });
    // Held, so that no further signal has its default effect.
    while signals.interrupt.recv().await.is_some() {}
}

/// A host that was killed can't say goodbye: when its connection is gone and the process has another parent, and no
/// work is left, ends.
async fn end_without_parent(life: Life) {
    let parent = std::os::unix::process::parent_id();
    life.connections.some().await;
    loop {
        life.connections.none().await;
        if std::os::unix::process::parent_id() != parent {
            life.calls.none().await;
            tracing::info!("the host is gone");
            return life.end.cancel();
        }
        tokio::time::sleep(PARENT_CHECK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(arguments: &[&str]) -> Result<Mode, String> {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        Mode::from_arguments(arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_are_few() {
        assert_eq!(mode(&[]), Ok(Mode::Plugin));
        assert_eq!(mode(&["--debug"]), Ok(Mode::Debug));
        assert_eq!(mode(&["-debug"]), Ok(Mode::Debug));
        assert_eq!(mode(&["--version"]), Ok(Mode::Version));
        assert!(mode(&["serve"]).unwrap_err().contains("`serve`"));
        assert!(
            mode(&["--debug", "--fast"])
                .unwrap_err()
                .contains("`--fast`")
        );
    }

    #[test]
    fn the_name_is_the_addresss_last_part() {
        let identity = Identity {
            address: "registry.example/acme/cloud",
            version: "1.0.0",
            crates: &[],
        };
        assert_eq!(identity.name(), "cloud");
    }
}
