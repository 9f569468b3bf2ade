//! `docs/dependencies.md` names every crate of the manifests, and no other; `deny.toml` is held; and
//! what a program is made of can be listed.
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

/// Runs a script of the checks and returns whether it was content, and what it wrote.
fn script(name: &str, arguments: &[&str]) -> (bool, String, String) {
    let done = Command::new("python3")
        .arg(format!(".ci/{name}"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("python3 runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        done.status.success(),
        text(&done.stdout),
        text(&done.stderr),
    )
}

#[test]
fn a_dependency_that_deny_toml_forbids_is_found_in_the_lock_file() {
    let (content, _, told) = script("deny", &[]);
    assert!(content, "{told}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Cargo.lock");
    let lock = path.to_str().expect("UTF-8");
    let index = "registry+https://github.com/rust-lang/crates.io-index";
    for (name, source, fault) in [
        (
            "openssl-sys",
            index,
            "openssl-sys 1.0.0 is banned: TLS is rustls",
        ),
        ("actix-governor", index, "it is under the GPL"),
        (
            "x",
            "git+https://example.org/x#1",
            "x 1.0.0 comes from git+https://example.org/x#1",
        ),
        (
            "x",
            "registry+https://example.org/index",
            "comes from registry+https://example.org",
        ),
    ] {
        let entry = format!(
            "[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\nchecksum = \"0\"\n"
        );
        std::fs::write(&path, entry).expect("written");
        let (content, _, told) = script("deny", &[lock]);
        assert!(!content && told.contains(fault), "{name}: {told}");
    }
}

#[test]
fn what_the_program_is_made_of_is_listed_with_checksums_and_without_what_tests_use() {
    let (content, listed, told) = script("sbom", &[]);
    assert!(content, "{told}");
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed["bomFormat"], "CycloneDX");
    assert_eq!(listed["metadata"]["component"]["name"], "telegram-hub");
    let components = listed["components"].as_array().expect("a list");
    let names: BTreeSet<&str> = components
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    for name in [
        "actix-web",
        "diesel",
        "grammers-client",
        "libsqlite3-sys",
        "pq-src",
    ] {
        assert!(names.contains(name), "{name}");
    }
    for name in ["local-dc", "proptest", "insta"] {
        assert!(!names.contains(name), "{name}");
    }
    for one in components {
        let checksum = one["hashes"][0]["content"].as_str().unwrap_or_default();
        assert_eq!(checksum.len(), 64, "{one}");
        assert!(one["licenses"][0]["expression"].is_string(), "{one}");
    }
}
