use crate::rules::{ALLOWED, FORBIDDEN, forbidden_in, wrong_arrows, wrong_features};
use crate::workspace::{Dependency, Package, packages, root, tree};

#[test]
fn arrows_between_crates_are_allowed() {
    let wrong = wrong_arrows(&packages());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn features_of_crates_are_allowed() {
    let wrong = wrong_features(&packages());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dependency_trees_hold_nothing_forbidden() {
    let mut wrong = Vec::new();
    for (package, forbidden) in FORBIDDEN {
        let mut tree = tree(package);
        tree.sort();
        tree.dedup();
        assert!(
            tree.len() > 10,
            "the tree of `{package}` is empty: {tree:?}"
        );
        wrong.extend(forbidden_in(package, forbidden, &tree));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule about a crate that was renamed checks nothing.
#[test]
fn rules_name_existing_crates() {
    let packages = packages();
    let named = ALLOWED
        .iter()
        .flat_map(|(name, allowed)| [&[*name], *allowed].concat())
        .chain(FORBIDDEN.iter().map(|(name, _)| *name));
    for name in named {
        let exists = packages.iter().any(|package| package.name == name);
        assert!(
            exists,
            "tests/architecture/rules.rs names `{name}`, which is not a crate"
        );
    }
}

fn package(name: &str, folder: &str, dependencies: Vec<Dependency>) -> Package {
    Package {
        name: name.to_owned(),
        manifest_path: root().join(folder).join("Cargo.toml"),
        dependencies,
    }
}

fn dependency(name: &str, kind: Option<&str>, features: &[&str]) -> Dependency {
    Dependency {
        name: name.to_owned(),
        kind: kind.map(str::to_owned),
        uses_default_features: false,
        features: features.iter().map(|each| (*each).to_owned()).collect(),
    }
}

#[test]
fn wrong_arrows_names_crate_and_dependency() {
    let packages = [
        package(
            "iam-policy",
            "crates/iam-policy",
            vec![dependency("mlspace-core", Some("dev"), &[])],
        ),
        package(
            "mlspace-core",
            "mlspace-core",
            vec![dependency("iam-policy", None, &[])],
        ),
        package(
            "conformance",
            "tests/conformance",
            vec![dependency("mlspace-core", None, &[])],
        ),
        package("mlspace-extra", "mlspace-extra", Vec::new()),
    ];
    let wrong = wrong_arrows(&packages);
    let [arrow, unlisted] = wrong.as_slice() else {
        panic!("{wrong:?}");
    };
    assert!(
        arrow.contains("`iam-policy` must not depend on `mlspace-core` (dev-dependencies)"),
        "{arrow}"
    );
    assert!(
        unlisted.contains("`mlspace-extra` is a new crate"),
        "{unlisted}"
    );
}

#[test]
fn wrong_features_finds_explicit_and_default_features() {
    let mut by_default = dependency("mlspace-core", None, &[]);
    by_default.uses_default_features = true;
    for (found, expected) in [
        (dependency("mlspace-core", None, &["aws"]), 1),
        (by_default, 1),
        (dependency("mlspace-core", None, &[]), 0),
    ] {
        let packages = [package("mlspace-policy", "mlspace-policy", vec![found])];
        assert_eq!(wrong_features(&packages).len(), expected);
    }
}

#[test]
fn forbidden_in_matches_prefixes() {
    let tree = ["serde", "aws-sdk-iam", "aws-lc-rs"].map(str::to_owned);
    let wrong = forbidden_in("mlspace-policy", &["aws-sdk"], &tree);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        wrong.iter().all(|text| text.contains("`aws-sdk-iam`")),
        "{wrong:?}"
    );
}
