//! `docs/configuration.md` has the row of every declared setting, word for word, and no others.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};
use telegram_hub::config::{self, AnySetting, Section};
use telegram_hub::http;

const PAGE: &str = include_str!("../../docs/configuration.md");

fn sections() -> Vec<Section> {
    config::sections(http::of_doors())
}

fn settings() -> impl Iterator<Item = &'static dyn AnySetting> {
    let sections = sections().into_iter();
    sections.flat_map(|section| section.settings).copied()
}

/// The rows below a heading of the page.
fn rows_below(title: &str) -> Vec<&str> {
    let mut parts = PAGE.split("\n## ");
    let part = parts.find(|part| part.lines().next() == Some(title));
    let lines = part.unwrap_or_default().lines();
    lines.filter(|line| line.starts_with("| `")).collect()
}

#[test]
fn the_page_has_the_rows_of_every_section() {
    let sections = sections();
    let mut rows = 0;
    for section in &sections {
        let declared: Vec<_> = section.settings.iter().map(|one| one.row()).collect();
        assert_eq!(rows_below(&section.title), declared, "{}", section.title);
        rows += declared.len();
    }
    let on_page = PAGE.lines().filter(|line| line.starts_with("| `"));
    assert_eq!(on_page.count(), rows, "rows below no section's heading");
}

#[test]
fn the_page_names_the_file_of_every_secret() {
    for secret in settings().filter(|setting| setting.is_secret()) {
        for (name, _) in secret.names() {
            let file = format!("`{name}_FILE`");
            assert!(PAGE.contains(&file), "{file}");
        }
    }
}

/// A setting that no section lists would always have its default.
#[test]
fn every_declaration_is_in_a_section() {
    let mut declared = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect(&root, &mut declared).expect("sources");
    let listed: BTreeSet<_> = settings().map(|one| one.name().to_owned()).collect();
    assert_eq!(declared, listed);
}

/// The names in all declarations below a folder, but those of tests and of the door for tests.
fn collect(folder: &Path, names: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.ends_with("tests") || path.ends_with("tests.rs") || path.ends_with("probe") {
            continue;
        }
        if path.is_dir() {
            collect(&path, names)?;
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for declaration in text.split(": Setting<").skip(1) {
            let name = declaration.split("    name: \"").nth(1);
            let name = name.and_then(|rest| rest.split('"').next());
            names.extend(name.map(str::to_owned));
        }
    }
    Ok(())
}
