//! The layers of `src/` hold: a module knows lower layers and its own folder, and only one folder
//! names each of the big libraries.

#![expect(
    clippy::expect_used,
    reason = "a source that cannot be read fails the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [(&str, u8); 21] = [
    ("model", 0),
    ("error", 0),
    ("config", 1),
    ("auth", 1),
    ("metrics", 1),
    ("qr_code", 1),
    ("desktop", 1),
    ("store", 2),
    ("fetch", 2),
    ("objects", 2),
    ("telegram", 3),
    ("events", 4),
    ("session", 5),
    ("guests", 5),
    ("hub", 6),
    ("ops", 7),
    ("http", 8),
    ("cli", 10),
    ("daemon", 9),
    ("lib", 10),
    ("main", 10),
];

/// Lower layers that a folder does not need all the same: doors speak to operations, in the words
/// of `model`.
const APART: [(&str, &[&str]); 1] = [("http", &["telegram", "session", "guests", "store"])];

/// Libraries that one folder alone may name.
const OWNERS: [(&str, &str); 6] = [
    ("grammers_", "telegram"),
    ("diesel", "store"),
    ("reqwest", "fetch"),
    ("object_store", "objects"),
    ("actix_", "http"),
    ("utoipa", "http"),
];

struct Source {
    path: PathBuf,
    /// The folder or file below `src/`.
    module: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(&root).expect("below src").to_owned();
                let first = below.components().next().expect("a component");
                let module = first
                    .as_os_str()
                    .to_string_lossy()
                    .trim_end_matches(".rs")
                    .to_owned();
                let text = fs::read_to_string(&path).expect("a source");
                found.push(Source {
                    path: below,
                    module,
                    text,
                });
            }
        }
    }
    found
}

/// Every `crate::name` of a source, grouped imports among them; comments and doc links are not.
fn crate_edges(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut edges = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let group = rest
            .strip_prefix('{')
            .and_then(|rest| rest.split_once("};"));
        let heads: Vec<&str> = match group {
            Some((inside, _)) => top_level(inside),
            None => vec![rest],
        };
        edges.extend(heads.into_iter().map(|head| {
            head.trim_start()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect()
        }));
    }
    edges.retain(|edge: &String| !edge.is_empty());
    edges
}

/// Splits `a::{b, c}, d` at the commas that stand outside braces.
fn top_level(inside: &str) -> Vec<&str> {
    let mut depth = 0;
    inside
        .split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        })
        .collect()
}

#[test]
fn a_module_imports_from_lower_layers_and_its_own_folder() {
    let layers: BTreeMap<_, _> = LAYERS.into_iter().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let own = layers.get(source.module.as_str());
        let own = own.unwrap_or_else(|| panic!("{} has no layer", source.path.display()));
        for edge in crate_edges(&source.text) {
            let Some(other) = layers.get(edge.as_str()) else {
                continue;
            };
            if edge != source.module && other >= own {
                wrong.push(format!("{} imports crate::{edge}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn who_speaks_to_operations_knows_nothing_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let apart = APART.iter().filter(|(module, _)| *module == source.module);
        let others: Vec<&str> = apart
            .flat_map(|(_, others)| others.iter().copied())
            .collect();
        for edge in crate_edges(&source.text) {
            let tests = source
                .path
                .iter()
                .any(|part| part == "tests" || part == "tests.rs");
            if others.contains(&edge.as_str()) && !tests {
                wrong.push(format!("{} imports crate::{edge}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What an account at Telegram is made of is kept in the database; all else of it is not known there.
#[test]
fn telegram_needs_the_store_for_the_keeping_of_a_session_alone() {
    const KEEPERS: [&str; 3] = [
        "telegram/storage.rs",
        "telegram/storage/kept.rs",
        "telegram/data_centres.rs",
    ];
    let mut wrong = Vec::new();
    for source in sources() {
        let keeps = KEEPERS
            .iter()
            .any(|keeper| source.path == Path::new(keeper));
        let names = crate_edges(&source.text).contains(&"store".to_owned());
        if source.module == "telegram" && names && !keeps {
            wrong.push(source.path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// How a row looks is the store's own business: it makes types of the model of rows and rows of these,
/// and nobody else can name what Diesel fills or takes.
#[test]
fn no_row_can_be_named_outside_the_store() {
    const OF_ROWS: [&str; 4] = ["Queryable", "Selectable", "Insertable", "AsChangeset"];
    let mut wrong = Vec::new();
    for source in sources() {
        let path = source.path.display();
        if source.module != "store" {
            let lines = source.text.lines();
            let code = lines.filter(|line| !line.trim_start().starts_with("//"));
            let words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
            let rows = words.filter(|word| word.ends_with("Row"));
            wrong.extend(rows.map(|word| format!("{path} names {word}")));
            continue;
        }
        for derived in source.text.split("#[derive(").skip(1) {
            let (traits, item) = derived.split_once(")]").expect("the end of a list");
            let (before, name) = item.split_once("struct ").unwrap_or((item, ""));
            let is_public = ["pub", "pub(crate)"]
                .iter()
                .any(|visibility| before.trim_end().ends_with(visibility));
            if is_public && OF_ROWS.iter().any(|of_rows| traits.contains(of_rows)) {
                let name = name.split_whitespace().next();
                wrong.push(format!("{path} lets others name {name:?}"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let store = fs::read_to_string(root.join("src/store/mod.rs")).expect("the store");
    if !store.lines().any(|line| line == "mod schema;") {
        wrong.push("the tables are not the store's own".to_owned());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_big_library_is_named_in_one_folder_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (library, owner) in OWNERS {
            let names = |line: &&str| {
                let line = line.trim_start();
                !line.starts_with("//") && line.contains(library) && line.contains("::")
            };
            // The names of the libraries' log targets are data.
            let lines = source
                .text
                .lines()
                .filter(names)
                .filter(|line| !line.contains('"'));
            if source.module != owner && lines.count() > 0 {
                wrong.push(format!("{} names {library}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_door_imports_no_other_door() {
    for source in sources() {
        let Ok(below) = source.path.strip_prefix("http/doors") else {
            continue;
        };
        let own = below
            .components()
            .next()
            .expect("a component")
            .as_os_str()
            .to_string_lossy();
        for (at, text) in source.text.match_indices("doors::") {
            let other: String = source.text[at + text.len()..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let allowed = own == "mod.rs" || other == own || other.is_empty();
            assert!(allowed, "{} names the door {other}", source.path.display());
        }
    }
}
