//! How fast policies are decided, compiled, linted, read and packed; and how fast iam-simulate
//! decides.
//!
//! `make bench`, or `cargo bench --package conformance --bench policies`; an argument selects
//! benchmarks by name. Everything runs on one core. The requests are those of the differential
//! test's memberships (`differential/membership_cases.rs`): of one member with the policies of
//! project and user, the role's own, and the permissions boundary; objects and listings in S3,
//! creating, using and tagging in SageMaker, passing roles, and what no member may, with the tags,
//! networks and keys that AWS would fill in, most of them near an edge.
#![expect(clippy::print_stdout, reason = "a benchmark's report")]
#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the cases and the simulator are the tests'"
)]

#[path = "../differential/case.rs"]
mod case;
#[path = "../differential/membership_cases.rs"]
mod membership_cases;
#[path = "../npm.rs"]
mod npm;
#[path = "../differential/rng.rs"]
mod rng;
#[path = "../differential/simulator.rs"]
mod simulator;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use case::Case;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use iam_policy::evaluate::{Outcome, Request};
use iam_policy::lint::{LintOptions, LintTarget, lint};
use iam_policy::{Document, PackTarget, PolicyType, pack};
use mlspace_core::policies::{document_template, except_principals, guardrail};
use serde_json::json;

const REQUESTS: usize = 1_000;
/// How many of them the other evaluator gets.
const ELSEWHERE: usize = 200;
const STATEMENTS: usize = 10_000;
/// Where criterion keeps its figures, beside other scratch files of the build.
const FIGURES: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/criterion");

/// Decisions of ours: as policies are built; compiled, with and without naming statements; with
/// making the request.
const OURS: [&str; 4] = [
    "interpreted",
    "compiled, explained",
    "compiled",
    "compiled, from the request's parts",
];
const OTHER: &str = "iam-simulate";

fn main() {
    let mut criterion = Criterion::default()
        .output_directory(Path::new(FIGURES))
        .configure_from_args();
    for id in OURS.into_iter().chain([OTHER]) {
        // Left from an earlier run, if at all.
        let _ = fs::remove_dir_all(figures(id));
    }
    let cases = membership_cases::of_one_member(&mut rng::Rng::new(1), REQUESTS);
    decide(&mut criterion, &cases);
    decide_elsewhere(&mut criterion, &cases);
    documents(&mut criterion, &cases);
    criterion.final_summary();
    ratios();
}

fn decide(criterion: &mut Criterion, cases: &[Case]) {
    let policies = cases[0].layers.policies();
    let compiled = policies.compile();
    let requests: Vec<Request> = cases.iter().map(|case| case.request.build()).collect();
    for outcome in [
        Outcome::Allowed,
        Outcome::ExplicitDeny,
        Outcome::ImplicitDeny,
    ] {
        let count = requests
            .iter()
            .filter(|r| compiled.outcome(r) == outcome)
            .count();
        println!("{count} of {REQUESTS} requests end in {outcome:?}");
    }

    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(REQUESTS as u64));
    group.bench_function(OURS[0], |b| {
        b.iter(|| {
            for request in &requests {
                black_box(policies.decide(black_box(request)));
            }
        })
    });
    group.bench_function(OURS[1], |b| {
        b.iter(|| {
            for request in &requests {
                black_box(compiled.decide(black_box(request)));
            }
        })
    });
    group.bench_function(OURS[2], |b| {
        b.iter(|| {
            for request in &requests {
                black_box(compiled.outcome(black_box(request)));
            }
        })
    });
    group.bench_function(OURS[3], |b| {
        b.iter(|| {
            for case in cases {
                black_box(compiled.outcome(&black_box(case).request.build()));
            }
        })
    });
    group.finish();
}

/// The other evaluator, where there is a Node for it. It reads policies once too. It decides some
/// hundred requests a second, so it gets some of them.
fn decide_elsewhere(criterion: &mut Criterion, cases: &[Case]) {
    if Command::new("node").arg("--version").output().is_err() {
        println!("no Node: iam-simulate is not measured");
        return;
    }
    let some: Vec<Case> = cases
        .iter()
        .step_by(REQUESTS / ELSEWHERE)
        .cloned()
        .collect();
    let input = simulator::input(&some);
    let mut process = None;
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(ELSEWHERE as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function(OTHER, |b| {
        b.iter_custom(|times| {
            let process = process.get_or_insert_with(|| {
                let mut process = simulator::Simulator::start(&simulator::install());
                process.decide(&simulator::input(&some[..1]));
                process
            });
            let start = Instant::now();
            for _ in 0..times {
                black_box(process.decide(&input));
            }
            start.elapsed()
        })
    });
    group.finish();
    if let Some(process) = process {
        process.end();
    }
}

fn documents(criterion: &mut Criterion, cases: &[Case]) {
    let layers = &cases[0].layers;
    let policies = layers.policies();
    criterion.bench_function("compile", |b| b.iter(|| black_box(&policies).compile()));
    criterion.bench_function("read and compile", |b| {
        b.iter(|| black_box(layers).policies().compile())
    });

    let project = &layers.identity[0];
    let json = project.to_json();
    let mut group = criterion.benchmark_group("project policy");
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("parse", |b| {
        b.iter(|| Document::parse(black_box(&json)).unwrap())
    });
    group.bench_function("print", |b| b.iter(|| black_box(project).to_json()));
    group.bench_function("lint", |b| {
        let under = LintTarget {
            label: "project",
            document: project,
            policy_type: PolicyType::Managed,
        };
        b.iter(|| lint(&[black_box(under)], &LintOptions::default()))
    });
    group.finish();

    let guardrails = guardrails();
    let mut group = criterion.benchmark_group("pack");
    group.sample_size(10);
    for (name, documents) in [("room for all", 10_000), ("room for one", 1)] {
        let target = PackTarget {
            policy_type: PolicyType::ServiceControl,
            documents,
        };
        group.bench_with_input(
            BenchmarkId::new("10,000 guardrail statements", name),
            &target,
            |b, target| b.iter(|| black_box(pack(black_box(&guardrails), *target))),
        );
    }
    group.finish();
}

/// Statements of guardrails, for many tenants with networks, endpoints, keys and an exempt role of
/// their own.
fn guardrails() -> Vec<Document> {
    let mut documents = Vec::new();
    let mut statements = 0;
    for tenant in 0.. {
        let parameters = json!({
            "subnet_ids": [format!("subnet-{tenant:017x}")],
            "security_group_ids": [format!("sg-{tenant:017x}")],
            "api_vpce_ids": [format!("vpce-{tenant:017x}")],
            "notebook_vpce_ids": [format!("vpce-{tenant:016x}a")],
            "kms_key_arns": [format!("arn:aws:kms:us-east-1:111122223333:key/{tenant:032x}")],
            "local_nvme_types": ["ml.g5.xlarge"],
        });
        let generate = |id: &str| {
            let template = document_template(id).unwrap();
            let mut own = parameters.as_object().unwrap().clone();
            own.retain(|name, _| template.has_parameter(name));
            guardrail(id, &own.into()).unwrap()
        };
        let exempt = [format!("arn:aws:iam::111122223333:role/admin-{tenant}")];
        for id in ["G02", "G05", "G10", "G11", "G13"] {
            let mut document = except_principals(generate(id), &exempt);
            document.statements.truncate(STATEMENTS - statements);
            statements += document.statements.len();
            documents.push(document);
            if statements == STATEMENTS {
                return documents;
            }
        }
    }
    documents
}

/// How much faster than the other evaluator we are on the same requests, from what this run
/// measured.
fn ratios() {
    let per_second = |id: &str, requests: usize| -> Option<f64> {
        let figures: serde_json::Value =
            serde_json::from_slice(&fs::read(figures(id).join("estimates.json")).ok()?).ok()?;
        let nanoseconds = figures["mean"]["point_estimate"].as_f64()?;
        Some(requests as f64 * 1e9 / nanoseconds)
    };
    let Some(theirs) = per_second(OTHER, ELSEWHERE) else {
        return;
    };
    println!("{OTHER}: {theirs:.0} decisions/s");
    for id in OURS {
        if let Some(ours) = per_second(id, REQUESTS) {
            let times = ours / theirs;
            println!("{id}: {ours:.0} decisions/s, {times:.0} times as many");
        }
    }
}

/// Where the figures of a benchmark's latest run are.
fn figures(id: &str) -> PathBuf {
    Path::new(FIGURES).join("decide").join(id).join("new")
}
