//! Time from the start of the provider to its handshake line, and its resident memory then.
//!
//! Terraform starts a provider multiple times per command. The targets on an idle machine are 15 ms
//! and 20 MB. Run it with `cargo bench --bench startup`; an argument names another binary to
//! measure.
#![expect(clippy::print_stdout, reason = "a benchmark's report")]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const WARM_UPS: usize = 5;
const STARTS: usize = 100;
const TIME_TARGET: Duration = Duration::from_millis(15);
const MEMORY_TARGET_KB: u64 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    // cargo passes `--bench`.
    let binary = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'))
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_terraform-provider-mlspace").to_owned());
    let certificate = client_certificate()?;
    for _ in 0..WARM_UPS {
        start(&binary, &certificate)?;
    }
    let mut times = Vec::with_capacity(STARTS);
    let mut memories = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let (time, memory) = start(&binary, &certificate)?;
        times.push(time);
        memories.extend(memory);
    }
    times.sort_unstable();
    memories.sort_unstable();

    println!("{STARTS} starts of {binary}, with mutual TLS");
    if let (Some(min), Some(median), Some(max)) = (times.first(), median(&times), times.last()) {
        let verdict = verdict(*median <= TIME_TARGET);
        println!(
            "exec to handshake: min {min:.1?}, median {median:.1?}, max {max:.1?} (target {TIME_TARGET:?}: {verdict})"
        );
    }
    match median(&memories) {
        Some(median) => {
            let verdict = verdict(*median <= MEMORY_TARGET_KB);
            println!(
                "resident after the handshake: median {median} kB (target {MEMORY_TARGET_KB} kB: {verdict})"
            );
        }
        None => println!("resident after the handshake: unknown, since this system has no /proc"),
    }
    Ok(())
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

fn median<T>(sorted: &[T]) -> Option<&T> {
    sorted.get(sorted.len() / 2)
}

/// The time to the handshake line, and the resident memory then in kB.
fn start(binary: &str, certificate: &str) -> Result<(Duration, Option<u64>), Box<dyn Error>> {
    let begin = Instant::now();
    let mut child = Command::new(binary)
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_CLIENT_CERT", certificate)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let time = begin.elapsed();
    let memory = resident(child.id());
    // SIGTERM, unlike SIGKILL, lets the process remove its socket.
    Command::new("kill").arg(child.id().to_string()).status()?;
    child.wait()?;
    if line.starts_with("1|6|unix|") {
        Ok((time, memory))
    } else {
        Err(format!(
            "`{binary}` printed `{}` instead of a handshake line",
            line.trim_end()
        )
        .into())
    }
}

fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A client certificate like Terraform's: on P-521 and marked as an authority.
fn client_certificate() -> Result<String, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()])?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(parameters.self_signed(&key)?.pem())
}
