//! `docs/dependencies.md` names every crate of the manifests, and no other.
//!
//! Owns the comparison of each package's section with what cargo itself reads from its manifest.
//! It must not know what the crates are for.

#![expect(
    clippy::expect_used,
    reason = "a page or a manifest that cannot be read fails the test"
)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

const PAGE: &str = include_str!("../../docs/dependencies.md");

#[test]
fn the_page_of_dependencies_names_each_and_no_other() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    assert!(!packages.is_empty());
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let dependencies = package["dependencies"].as_array().expect("a list");
        let declared: BTreeSet<&str> = dependencies
            .iter()
            .filter_map(|dependency| dependency["name"].as_str())
            .collect();
        assert_eq!(described(name), declared, "the section {name}");
    }
}

/// The crates in the first column of a section's tables.
fn described(package: &str) -> BTreeSet<&'static str> {
    let heading = format!("\n## {package}\n");
    let (_, section) = PAGE.split_once(&heading).expect("a section");
    let section = section.split("\n## ").next().unwrap_or(section);
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect()
}
