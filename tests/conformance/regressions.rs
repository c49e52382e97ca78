//! Runs the fuzz targets on inputs that failed once, and on the seeds of fuzzing. `make test-fuzz`
//! generates new inputs.

#[expect(unreachable_pub, reason = "a library in its own workspace")]
#[path = "fuzz/src/targets/mod.rs"]
mod targets;

use std::path::Path;

#[test]
fn fuzz_targets_pass_regressions() {
    let regressions = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let mut seen = 0;
    for (target, run) in targets::TARGETS {
        let Ok(entries) = regressions.join(target).read_dir() else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            run(&std::fs::read(path).unwrap());
            seen += 1;
        }
    }
    assert!(seen > 0, "no input in {}", regressions.display());
}

#[test]
fn fuzz_targets_pass_seeds() {
    for (target, _) in targets::TARGETS {
        let seeds = targets::seeds(target);
        assert!(seeds.len() > 30, "{target}");
        for (index, seed) in seeds.iter().enumerate() {
            println!("{target} {index}");
            targets::run(target, seed);
        }
    }
}
