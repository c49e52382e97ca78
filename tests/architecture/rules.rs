//! The rules, and functions that list what breaks them.

use crate::workspace::{Dependency, Package};

/// Crates of ours that each crate is allowed to depend on, for whatever purpose (its own tests
/// included). Packages under `tests/` and [`MAINTENANCE`] are allowed to depend on all of them.
pub(crate) const ALLOWED: [(&str, &[&str]); 5] = [
    ("iam-policy", &[]),
    ("terraform-plugin", &[]),
    ("mlspace-core", &["iam-policy"]),
    ("mlspace-policy", &["mlspace-core", "iam-policy"]),
    (
        "terraform-provider-mlspace",
        &["terraform-plugin", "mlspace-core", "iam-policy"],
    ),
];

/// Commands for maintainers. Nothing depends on it.
const MAINTENANCE: &str = "xtask";

/// Features of our crates that a crate must not ask for: crate, dependency, feature.
const WITHOUT_FEATURE: [(&str, &str, &str); 1] = [("mlspace-policy", "mlspace-core", "aws")];

/// Published crates that must not appear in what a crate is built from, directly or indirectly. The
/// names are prefixes: `aws-sdk` stands for every client of the SDK.
pub(crate) const FORBIDDEN: [(&str, &[&str]); 3] = [
    ("iam-policy", &["aws-", "tokio", "tonic"]),
    (
        "terraform-plugin",
        // Not `aws-`: aws-lc-rs, a crypto library, is what rustls runs on.
        &[
            "aws-config",
            "aws-credential",
            "aws-sdk",
            "aws-sig",
            "aws-smithy",
            "aws-types",
        ],
    ),
    (
        "mlspace-policy",
        &["aws-config", "aws-sdk", "aws-smithy", "tokio"],
    ),
];

/// Dependencies between crates of ours that [`ALLOWED`] does not list.
pub(crate) fn wrong_arrows(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in packages {
        if package.is_test() || package.name == MAINTENANCE {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
            wrong.push(format!(
                "`{}` is a new crate: list in tests/architecture/rules.rs which crates it is \
                 allowed to depend on",
                package.name
            ));
            continue;
        };
        for dependency in ours(package, packages) {
            if !allowed.contains(&dependency.name.as_str()) {
                wrong.push(format!(
                    "`{}` must not depend on `{}` ({}); allowed: {allowed:?}",
                    package.name,
                    dependency.name,
                    dependency.section()
                ));
            }
        }
    }
    wrong
}

/// The dependencies of a package that are packages of this workspace.
fn ours<'a>(package: &'a Package, packages: &'a [Package]) -> impl Iterator<Item = &'a Dependency> {
    let is_ours = |name: &str| packages.iter().any(|each| each.name == name);
    package
        .dependencies
        .iter()
        .filter(move |dependency| is_ours(&dependency.name))
}

/// Features that a crate asks for although [`WITHOUT_FEATURE`] excludes them. A default feature
/// counts as asked for.
pub(crate) fn wrong_features(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, dependency, feature) in WITHOUT_FEATURE {
        let Some(package) = packages.iter().find(|package| package.name == name) else {
            wrong.push(format!("there is no crate `{name}`"));
            continue;
        };
        for found in package
            .dependencies
            .iter()
            .filter(|each| each.name == dependency)
        {
            if found.uses_default_features || found.features.iter().any(|each| each == feature) {
                wrong.push(format!(
                    "`{name}` must depend on `{dependency}` without the feature `{feature}`: set \
                     `default-features = false` and leave `{feature}` out"
                ));
            }
        }
    }
    wrong
}

/// Names in a dependency tree that a crate must not have.
pub(crate) fn forbidden_in(name: &str, forbidden: &[&str], tree: &[String]) -> Vec<String> {
    tree.iter()
        .filter(|found| forbidden.iter().any(|prefix| found.starts_with(prefix)))
        .map(|found| {
            format!(
                "`{name}` must not depend on `{found}`, directly or indirectly; \
                 `cargo tree --package {name} --edges normal,build --invert {found}` shows why it does"
            )
        })
        .collect()
}
