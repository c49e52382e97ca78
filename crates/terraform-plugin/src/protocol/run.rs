//! The plugin process, from its arguments to its exit code.

use std::io::{self, Write};
use std::os::unix::process::parent_id;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tonic::Request;

use super::listener::ListenError;
use super::server::ServeError;
use super::shutdown::Shutdown;
use super::tfplugin6::provider_server::Provider;
use super::tfplugin6::stop_provider;
use super::tls::{Tls, TlsError};
use super::{Environment, handshake, listener, logs, server};

/// The client's certificate in PEM; unset if the host does not use TLS.
const CLIENT_CERTIFICATE: &str = "PLUGIN_CLIENT_CERT";

/// Maximum number of worker threads. Few are enough, because calls mostly wait for a remote API.
const MAX_THREADS: usize = 4;

/// After a termination signal, the time without an active call after which the process ends. A host
/// that is still connected may follow an interrupted call with another one.
const IDLE_GRACE: Duration = Duration::from_secs(1);

/// Interval at which a process without connections checks whether its parent still exists. The
/// first check is that long after the start, before the host has connected.
const PARENT_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Address, version and crates of the provider.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// Source address of the provider, `host/namespace/name`.
    pub address: &'static str,
    /// Version of the binary, without `v`.
    pub version: &'static str,
    /// Names of the provider's own crates, as in Rust paths. Their events are logged at the level
    /// that the user sets, those of other dependencies only at a higher one.
    pub crates: &'static [&'static str],
}

impl Identity {
    /// The last part of the address.
    fn name(&self) -> &'static str {
        self.address.rsplit('/').next().unwrap_or(self.address)
    }
}

/// The mode that the arguments select.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Started by Terraform.
    Plugin,
    /// Started by a developer, for Terraform to attach to.
    Debug,
    /// Print the version and exit.
    Version,
    /// Print how to use the program and exit.
    Help,
}

impl Mode {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, RunError> {
        match (arguments.next(), arguments.next()) {
            (None, _) => Ok(Self::Plugin),
            (Some(argument), None) => match argument.as_str() {
                "--debug" | "-debug" => Ok(Self::Debug),
                "--version" | "-version" => Ok(Self::Version),
                "--help" | "-help" | "-h" => Ok(Self::Help),
                _ => Err(RunError::Argument(argument)),
            },
            (Some(_), Some(argument)) => Err(RunError::Argument(argument)),
        }
    }
}

/// Errors that end the process.
#[derive(Debug, Error)]
enum RunError {
    #[error(
        "unknown argument `{0}`: use --debug, --help, --version, or none when Terraform starts the plugin"
    )]
    Argument(String),
    #[error(transparent)]
    Handshake(#[from] handshake::HandshakeError),
    #[error("cannot set up the provider: {0}")]
    Build(String),
    #[error("cannot start threads or handle signals: {0}")]
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

/// Runs the process of a provider until its host shuts it down. `main` returns the result.
///
/// Without arguments, the process must have been started by Terraform, and fails otherwise.
/// `--debug` serves until interrupted and prints the value for `TF_REATTACH_PROVIDERS`; `--version`
/// prints the version, `--help` how to use the program. `build` creates the service within the runtime; its error is one line for
/// the user.
pub fn run<S: Provider>(
    identity: &Identity,
    build: impl FnOnce() -> Result<S, String>,
) -> ExitCode {
    let env = |name: &str| std::env::var(name).ok();
    match try_run(identity, build, &env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ignored = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Provider>(
    identity: &Identity,
    build: impl FnOnce() -> Result<S, String>,
    env: Environment<'_>,
) -> Result<(), RunError> {
    // As early as possible: a host that dies before this is never missed.
    let parent = parent_id();
    // Arguments need not be valid UTF-8, and `std::env::args` would panic.
    let arguments = std::env::args_os().skip(1);
    let mode = Mode::from_arguments(arguments.map(|each| each.to_string_lossy().into_owned()))?;
    match mode {
        Mode::Version => {
            return print_line(&format!(
                "terraform-provider-{} {}",
                identity.name(),
                identity.version
            ));
        }
        Mode::Help => return print_line(&help(identity)),
        Mode::Plugin => handshake::check(env)?,
        Mode::Debug => {}
    }
    logs::install(identity.name(), identity.crates, env);
    logs::report_panics();
    let runtime = runtime()?;
    let entered = runtime.enter();
    let service = Arc::new(build().map_err(RunError::Build)?);
    let served = runtime.block_on(serve(mode, parent, identity, service, env));
    drop(entered);
    // Does not wait for blocking tasks: the grace period for calls is over.
    runtime.shutdown_background();
    served
}

/// What the program is, and its arguments.
fn help(identity: &Identity) -> String {
    let Identity {
        address, version, ..
    } = identity;
    let name = identity.name();
    format!(
        "terraform-provider-{name} {version}: a Terraform provider, which Terraform starts itself.\n\
         \n\
         Declare it in a Terraform configuration and run `terraform init`:\n\
         \n\
         \x20 terraform {{\n\
         \x20   required_providers {{\n\
         \x20     {name} = {{ source = \"{address}\" }}\n\
         \x20   }}\n\
         \x20 }}\n\
         \n\
         Arguments:\n\
         \x20 --debug    Serve until interrupted, and print how to attach Terraform to this process.\n\
         \x20 --version  Print the version.\n\
         \x20 --help     Print this text.\n\
         \n\
         Logs go to standard error. TF_LOG and TF_LOG_PROVIDER set their level, for example to DEBUG."
    )
}

fn runtime() -> Result<Runtime, RunError> {
    let threads = std::thread::available_parallelism()
        .map_or(MAX_THREADS, |cores| cores.get().min(MAX_THREADS));
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(RunError::System)
}

/// Opens the socket, prints its address, and serves.
async fn serve<S: Provider>(
    mode: Mode,
    parent: u32,
    identity: &Identity,
    service: Arc<S>,
    env: Environment<'_>,
) -> Result<(), RunError> {
    // Before the handshake line: as soon as the host has read it, a signal can arrive, and its
    // default action would end the process.
    let signals = Signals::new().map_err(RunError::System)?;
    // `directory` is held until this function returns: dropping it removes the socket.
    let (listener, directory) = listener::bind(env)?;
    let shutdown = Shutdown::new();
    if mode == Mode::Debug {
        let configuration =
            handshake::reattach(identity.address, directory.socket(), std::process::id());
        let quoted = configuration.to_string().replace('\'', r"'\''");
        print_line(&format!(
            "Provider started. To attach Terraform to it, set in Terraform's environment:\n\n\
             \tTF_REATTACH_PROVIDERS='{quoted}'\n\n\
             Press Ctrl-C to stop it."
        ))?;
        tokio::spawn(shut_down_on_signal(signals, shutdown.clone()));
        return Ok(server::serve(listener, None, service, &shutdown).await?);
    }
    let tls = match env(CLIENT_CERTIFICATE).filter(|pem| !pem.is_empty()) {
        Some(pem) => Some(Tls::for_client(&pem)?),
        None => None,
    };
    let certificate = tls.as_ref().map(|tls| tls.certificate.as_ref());
    print_line(&handshake::line(directory.socket(), certificate, env))?;
    // go-plugin reads nothing but the handshake line from standard output. Whatever a dependency
    // prints goes to standard error, where it becomes part of the logs. A failure is harmless,
    // since our own code prints nothing.
    if let Err(error) = nix::unistd::dup2_stdout(io::stderr()) {
        tracing::debug!(%error, "cannot redirect standard output");
    }
    tracing::debug!(socket = %directory.socket().display(), tls = tls.is_some(), version = identity.version, "serving");
    tokio::spawn(handle_signals(
        signals,
        Arc::clone(&service),
        shutdown.clone(),
    ));
    tokio::spawn(shut_down_without_parent(parent, shutdown.clone()));
    Ok(server::serve(listener, tls.map(|tls| tls.config), service, &shutdown).await?)
}

/// Writes a line to standard output.
fn print_line(line: &str) -> Result<(), RunError> {
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

/// Shuts down on any signal, for a process that a developer started.
async fn shut_down_on_signal(mut signals: Signals, shutdown: Shutdown) {
    tokio::select! {
        _ = signals.interrupt.recv() => {}
        _ = signals.terminate.recv() => {}
        _ = signals.hang_up.recv() => {}
    }
    shutdown.token.cancel();
}

/// Handles signals in a process that Terraform started.
///
/// Ctrl-C in a terminal reaches this process too, but is ignored: Terraform decides, and calls
/// `StopProvider`. SIGTERM and SIGHUP cancel work like `StopProvider`, and end the process after
/// the host has received its responses.
async fn handle_signals<S: Provider>(mut signals: Signals, service: Arc<S>, shutdown: Shutdown) {
    loop {
        tokio::select! {
            _ = signals.interrupt.recv() => tracing::debug!("ignored an interrupt: Terraform handles it"),
            _ = signals.terminate.recv() => break,
            _ = signals.hang_up.recv() => break,
        }
    }
    tracing::info!("received a termination signal: cancelling work");
    tokio::spawn({
        let shutdown = shutdown.clone();
        async move {
            // Fails only if the service does not implement it; then there is nothing to cancel.
            let _ignored = service
                .stop_provider(Request::new(stop_provider::Request {}))
                .await;
            loop {
                shutdown.calls.wait_idle().await;
                // A new call begins, the host disconnects, or the host stays connected but idle.
                tokio::select! {
                    () = shutdown.calls.wait_busy() => {}
                    () = shutdown.connections.wait_idle() => break,
                    () = tokio::time::sleep(IDLE_GRACE) => break,
                }
            }
            shutdown.token.cancel();
        }
    });
    // Keep `signals` alive: once it is dropped, the next signal would end the process.
    while signals.interrupt.recv().await.is_some() {}
}

/// Shuts down after the host was killed, before or after it connected: no connection is open, the
/// process has another parent than at the start, and no call is active.
async fn shut_down_without_parent(parent: u32, shutdown: Shutdown) {
    loop {
        shutdown.connections.wait_idle().await;
        if parent_id() != parent {
            shutdown.calls.wait_idle().await;
            tracing::info!("the host has exited: shutting down");
            return shutdown.token.cancel();
        }
        tokio::time::sleep(PARENT_CHECK_INTERVAL).await;
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
    fn mode_follows_from_the_arguments() {
        assert_eq!(mode(&[]), Ok(Mode::Plugin));
        assert_eq!(mode(&["--debug"]), Ok(Mode::Debug));
        assert_eq!(mode(&["-debug"]), Ok(Mode::Debug));
        assert_eq!(mode(&["--version"]), Ok(Mode::Version));
        for help in ["--help", "-help", "-h"] {
            assert_eq!(mode(&[help]), Ok(Mode::Help));
        }
        assert!(mode(&["serve"]).unwrap_err().contains("`serve`"));
        assert!(
            mode(&["--debug", "--fast"])
                .unwrap_err()
                .contains("`--fast`")
        );
    }

    #[test]
    fn help_names_address_and_arguments() {
        let text = help(&Identity {
            address: "registry.example/acme/cloud",
            version: "1.0.0",
            crates: &[],
        });
        assert!(
            text.starts_with("terraform-provider-cloud 1.0.0: "),
            "{text}"
        );
        assert!(
            text.contains("    cloud = { source = \"registry.example/acme/cloud\" }"),
            "{text}"
        );
        for argument in ["--debug", "--version", "--help"] {
            assert!(text.contains(argument), "{text}");
        }
    }

    #[test]
    fn identity_name_is_the_last_part_of_the_address() {
        let identity = Identity {
            address: "registry.example/acme/cloud",
            version: "1.0.0",
            crates: &[],
        };
        assert_eq!(identity.name(), "cloud");
    }
}
