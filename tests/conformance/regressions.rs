//! The bodies of the fuzz targets over inputs that once failed, and some of those that fuzzing starts from. `make fuzz` looks for new ones.

#[expect(unreachable_pub, reason = "a library in its own workspace")]
#[path = "fuzz/src/targets/mod.rs"]
mod targets;

use std::path::Path;

#[test]
fn inputs_that_once_failed_do_no_more() {
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
fn what_fuzzing_starts_from_passes() {
    for (target, _) in targets::TARGETS {
        let seeds = targets::seeds(target);
        assert!(seeds.len() > 30, "{target}");
        for (index, seed) in seeds.iter().enumerate() {
            println!("{target} {index}");
            targets::run(target, seed);
        }
    }
}
