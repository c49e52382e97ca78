//! How many requests are decided in a second on one core, and how many iam-simulate decides of the same ones.
//!
//! The requests are those of `tests/differential/granted.rs`: memberships with everything that our grants attach to them. Run it with
//! `cargo bench --bench decisions`; without Node 20, only ours are counted.
#![expect(clippy::print_stdout, reason = "a benchmark's report")]
#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the cases and the simulator are the tests'"
)]

#[path = "../tests/differential/case.rs"]
mod case;
#[path = "../tests/differential/draw.rs"]
mod draw;
#[path = "../tests/differential/granted.rs"]
mod granted;
#[path = "../tests/differential/simulator.rs"]
mod simulator;

use std::hint::black_box;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use case::Case;
use mlspace_core::evaluate::{PolicySet, Request};

const CASES: usize = 1_000;
const AT_LEAST: Duration = Duration::from_secs(2);

fn main() {
    let cases = granted::cases(&mut draw::Draw::new(1), CASES);
    let ours = ours(&cases);
    println!("{CASES} requests of members, policies read once: {ours:.0} decisions/s");
    if Command::new("node").arg("--version").output().is_ok() {
        let theirs = theirs(&cases);
        println!(
            "iam-simulate, on one core too: {theirs:.0} decisions/s; we are {:.0} times as fast",
            ours / theirs
        );
    } else {
        println!("no Node: iam-simulate is not measured");
    }
}

/// Decisions a second, once the policies are read.
fn ours(cases: &[Case]) -> f64 {
    let worlds = cases.chunk_by(|a, b| Rc::ptr_eq(&a.world, &b.world));
    let ready: Vec<(PolicySet, Vec<Request>)> = worlds
        .map(|cases| {
            (
                cases[0].world.policies(),
                cases.iter().map(|case| case.ask.request()).collect(),
            )
        })
        .collect();
    let start = Instant::now();
    let mut decided = 0;
    while start.elapsed() < AT_LEAST {
        for (policies, requests) in &ready {
            for request in requests {
                black_box(policies.decide(black_box(request)));
            }
            decided += requests.len();
        }
    }
    decided as f64 / start.elapsed().as_secs_f64()
}

/// Decisions a second of one process, its start not counted.
fn theirs(cases: &[Case]) -> f64 {
    let directory = simulator::install();
    let time = |cases: &[Case]| {
        let input = simulator::input(cases);
        let start = Instant::now();
        black_box(simulator::run(&directory, &input));
        start.elapsed()
    };
    let startup = time(&cases[..1]);
    cases.len() as f64 / time(cases).saturating_sub(startup).as_secs_f64()
}
