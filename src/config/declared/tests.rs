//! What follows from a declaration, whoever makes it.

use super::*;
use crate::config::{Config, Flags};
use secrecy::ExposeSecret as _;

const KEY: Setting<Key> = Setting {
    name: "HUB_SHED_KEY",
    former: Some(("old-key", "OLD_SHED_KEY")),
    what: "Key that opens the shed",
    more: "And nothing else.",
    kind: Key,
};

const TOOLS: Setting<List> = Setting {
    name: "HUB_SHED_TOOLS",
    former: None,
    what: "What is in it",
    more: "",
    kind: List {
        of: "words without a digit",
        fits: |word| !word.contains(char::is_numeric),
        empty: "all",
    },
};

const SIZE: Setting<Number> = Setting {
    name: "HUB_SHED_SIZE",
    former: None,
    what: "Metres that it is long",
    more: "",
    kind: Number {
        range: 1..=9,
        default: 3,
    },
};

const CLOSED: Setting<Switch> = Setting {
    name: "HUB_SHED_CLOSED",
    former: None,
    what: "Whether it is closed",
    more: "",
    kind: Switch,
};

fn shed() -> Vec<DoorSettings> {
    vec![DoorSettings {
        door: "shed",
        settings: &[&KEY, &TOOLS, &SIZE, &CLOSED],
    }]
}

fn loaded(args: &[&str]) -> Result<Config, ConfigError> {
    let needed = [
        "telegram-hub",
        "--telegram-api-id=1",
        "--telegram-api-hash=h",
    ];
    Config::load(needed.iter().chain(args).copied(), shed())
}

#[test]
fn a_setting_is_a_flag_with_a_checked_value() {
    let line = [
        "--shed-key=kGm3x-Zq9_wB7tRv",
        "--shed-tools",
        "rake, spade,,",
        "--shed-size=4",
        "--shed-closed=yes",
    ];
    let values = loaded(&line).expect("valid").doors;
    let key = KEY.of(&values).expect("a key");
    assert_eq!(key.expose_secret(), "kGm3x-Zq9_wB7tRv");
    assert_eq!(TOOLS.of(&values), ["rake", "spade"]);
    assert_eq!(SIZE.of(&values), 4);
    assert!(CLOSED.of(&values));
    assert!(!format!("{values:?}").contains("kGm3x"), "{values:?}");
}

#[test]
fn what_is_unset_or_empty_has_its_default() {
    for line in [&[][..], &["--shed-key= ", "--shed-size=", "--shed-closed="]] {
        let values = loaded(line).expect("valid").doors;
        assert!(KEY.of(&values).is_none());
        assert_eq!(TOOLS.of(&values), Vec::<String>::new());
        assert_eq!(SIZE.of(&values), 3);
        assert!(!CLOSED.of(&values));
    }
}

#[test]
fn a_wrong_value_is_refused_in_a_sentence_that_names_the_setting() {
    for (flag, name) in [
        ("--shed-key=a b", "HUB_SHED_KEY must consist of visible"),
        ("--old-key=ä", "HUB_SHED_KEY must consist of visible"),
        (
            "--shed-tools=rake,7",
            "HUB_SHED_TOOLS must be a list of words",
        ),
        (
            "--shed-size=10",
            "HUB_SHED_SIZE must be a whole number from 1",
        ),
        ("--shed-closed=2", "HUB_SHED_CLOSED must be true or false"),
        (
            "--shed-key-file=/none",
            "HUB_SHED_KEY_FILE must be the path",
        ),
        ("--old-key-file=/none", "OLD_SHED_KEY_FILE must be the path"),
    ] {
        let told = loaded(&[flag]).expect_err(flag).to_string();
        assert!(told.starts_with(name) && told.ends_with('.'), "{told}");
    }
}

#[test]
fn a_key_may_stand_in_a_file_and_be_called_as_before() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "kGm3x-Zq9_wB7tRv\n").expect("written");
    let path = file.path().display();
    for flag in ["--shed-key-file", "--old-key-file"] {
        let values = loaded(&[&format!("{flag}={path}")]).expect("valid").doors;
        let key = KEY.of(&values).expect("a key");
        assert_eq!(key.expose_secret(), "kGm3x-Zq9_wB7tRv");
    }
    let newer = loaded(&[
        "--old-key=of-the-old-door-17",
        "--shed-key=kGm3x-Zq9_wB7tRv",
    ]);
    let key = KEY.of(&newer.expect("valid").doors).expect("a key");
    assert_eq!(key.expose_secret(), "kGm3x-Zq9_wB7tRv");
}

#[test]
fn help_and_documentation_are_made_of_it() {
    let help = with_flags(Flags::command(), &shed())
        .render_help()
        .to_string();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "--shed-key <SHED_KEY> Key that opens the shed; `OLD_SHED_KEY` is read as well [env: HUB_SHED_KEY]",
        "--shed-key-file <SHED_KEY_FILE> File with the key that opens the shed [env: HUB_SHED_KEY_FILE]",
        "--shed-tools <SHED_TOOLS> What is in it [default: all] [env: HUB_SHED_TOOLS]",
        "--shed-size <SHED_SIZE> Metres that it is long, 1 to 9 [default: 3] [env: HUB_SHED_SIZE]",
        "Whether it is closed, true or false [default: false]",
    ] {
        assert!(help.contains(said), "{said}: {help}");
    }
    assert!(!help.contains("--old-key"), "{help}");
    assert_eq!(
        KEY.row(),
        "| `HUB_SHED_KEY` | none | Key that opens the shed. And nothing else. `OLD_SHED_KEY` is \
         read when it is unset. |"
    );
    assert_eq!(
        SIZE.row(),
        "| `HUB_SHED_SIZE` | `3` | Metres that it is long, 1 to 9. |"
    );
}
