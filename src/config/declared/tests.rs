//! What follows from a declaration, whoever makes it.

use super::*;
use crate::config::Config;
use clap::Command;
use secrecy::ExposeSecret as _;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::time::Duration;

static KEY: Setting<Key> = Setting {
    name: "HUB_SHED_KEY",
    former: &[("old-key", "OLD_SHED_KEY")],
    what: "Key that opens the shed",
    more: "And nothing else.",
    kind: Key,
};

static TOOLS: Setting<List> = Setting {
    name: "HUB_SHED_TOOLS",
    former: &[],
    what: "What is in it",
    more: "",
    kind: List {
        of: "words without a digit",
        item: |word| (!word.contains(char::is_numeric)).then(|| word.to_owned()),
        empty: "all",
    },
};

static SIZE: Setting<Number> = Setting {
    name: "HUB_SHED_SIZE",
    former: &[],
    what: "Metres that it is long",
    more: "",
    kind: Number {
        range: 1..=9,
        default: 3,
    },
};

static CLOSED: Setting<Switch> = Setting {
    name: "HUB_SHED_CLOSED",
    former: &[],
    what: "Whether it is closed",
    more: "",
    kind: Switch,
};

static COLOUR: Setting<Choice<u8>> = Setting {
    name: "SHED_COLOUR",
    former: &[("shed-color", "SHED_COLOR"), ("shed-hue", "SHED_HUE")],
    what: "Colour of it",
    more: "",
    kind: Choice {
        default: ("red", 1),
        others: &[("blue", 2)],
    },
};

static REST: Setting<Time> = Setting {
    name: "HUB_SHED_REST",
    former: &[],
    what: "Milliseconds between two visits",
    more: "",
    kind: Time::milliseconds(0..=50, 7),
};

static VISITS: Setting<Limit> = Setting {
    name: "HUB_SHED_VISITS",
    former: &[],
    what: "Visits in a minute",
    more: "",
    kind: Limit {
        most: 9,
        default: 3,
    },
};

static PIN: Setting<Secret> = Setting {
    name: "SHED_PIN",
    former: &[],
    what: "Number of its lock, or a word",
    more: "",
    kind: Secret { unset: "required" },
};

static DOOR: Setting<Parsed<u8>> = Setting {
    name: "HUB_SHED_DOOR",
    former: &[],
    what: "Which way it opens",
    more: "",
    kind: Parsed {
        read: |text| text.parse().or(Err("must be a way.".to_owned())),
        default: 4,
    },
};

static OWNER: Setting<Optional<String>> = Setting {
    name: "HUB_SHED_OWNER",
    former: &[],
    what: "Whose it is",
    more: "",
    kind: Optional {
        read: as_it_is,
        unset: "nobody's",
    },
};

static SIGN: Setting<Text> = Setting {
    name: "HUB_SHED_SIGN",
    former: &[],
    what: "What stands on it",
    more: "",
    kind: Text::plain("Shed"),
};

static SETTINGS: &[&dyn AnySetting] = &[
    &KEY, &TOOLS, &SIZE, &CLOSED, &COLOUR, &REST, &VISITS, &PIN, &DOOR, &OWNER, &SIGN,
];

fn shed() -> Vec<Section> {
    vec![Section::of_door("shed", SETTINGS)]
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
        "--shed-colour= blue ",
        "--shed-rest=20",
        "--shed-visits=0",
        "--shed-pin= 12 ",
        "--shed-door=5",
        "--shed-owner=Ann",
        "--shed-sign=No entry",
    ];
    let values = loaded(&line).expect("valid").values;
    let key = KEY.of(&values).expect("a key");
    assert_eq!(key.expose_secret(), "kGm3x-Zq9_wB7tRv");
    assert_eq!(TOOLS.of(&values), ["rake", "spade"]);
    assert_eq!(SIZE.of(&values), 4);
    assert!(CLOSED.of(&values));
    assert_eq!(COLOUR.of(&values), 2);
    assert_eq!(REST.of(&values), Duration::from_millis(20));
    assert_eq!(VISITS.of(&values), None);
    let pin = PIN.of(&values).expect("a number");
    assert_eq!(pin.expose_secret(), " 12 ");
    assert_eq!(DOOR.of(&values), 5);
    assert_eq!(OWNER.of(&values).as_deref(), Some("Ann"));
    assert_eq!(SIGN.of(&values), "No entry");
    assert_eq!(SIZE.given(&values), Some(4));
    assert!(!format!("{values:?}").contains("kGm3x"), "{values:?}");
}

#[test]
fn what_is_unset_or_empty_has_its_default() {
    for line in [
        &[][..],
        &[
            "--shed-key= ",
            "--shed-size=",
            "--shed-closed=",
            "--shed-pin=",
        ],
    ] {
        let values = loaded(line).expect("valid").values;
        assert!(KEY.of(&values).is_none());
        assert_eq!(TOOLS.of(&values), Vec::<String>::new());
        assert_eq!(SIZE.of(&values), 3);
        assert!(!CLOSED.of(&values));
        assert_eq!(COLOUR.of(&values), 1);
        assert_eq!(REST.of(&values), Duration::from_millis(7));
        assert_eq!(VISITS.of(&values).map(u32::from), Some(3));
        assert!(PIN.of(&values).is_none());
        assert_eq!(DOOR.of(&values), 4);
        assert_eq!(OWNER.of(&values), None);
        assert_eq!(SIGN.of(&values), "Shed");
        assert_eq!(SIZE.given(&values), None);
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
            "--shed-hue=green",
            "SHED_COLOUR must be red or blue, not \"green\".",
        ),
        (
            "--shed-rest=51",
            "HUB_SHED_REST must be a whole number from 0 to 50",
        ),
        (
            "--shed-visits=10",
            "HUB_SHED_VISITS must be a whole number from 0",
        ),
        ("--shed-door=out", "HUB_SHED_DOOR must be a way."),
        ("--shed-pin-file=/none", "SHED_PIN_FILE must be the path"),
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
        let values = loaded(&[&format!("{flag}={path}")]).expect("valid").values;
        let key = KEY.of(&values).expect("a key");
        assert_eq!(key.expose_secret(), "kGm3x-Zq9_wB7tRv");
    }
    let newer = loaded(&[
        "--old-key=of-the-old-door-17",
        "--shed-key=kGm3x-Zq9_wB7tRv",
    ]);
    let key = KEY.of(&newer.expect("valid").values).expect("a key");
    assert_eq!(key.expose_secret(), "kGm3x-Zq9_wB7tRv");
}

#[test]
fn help_and_documentation_are_made_of_it() {
    let help = with_flags(Command::new("hub"), &shed())
        .render_help()
        .to_string();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "--shed-key <SHED_KEY> Key that opens the shed; `OLD_SHED_KEY` is read as well [env: HUB_SHED_KEY]",
        "--shed-key-file <SHED_KEY_FILE> File with the key that opens the shed [env: HUB_SHED_KEY_FILE]",
        "--shed-tools <SHED_TOOLS> What is in it [default: all] [env: HUB_SHED_TOOLS]",
        "--shed-size <SHED_SIZE> Metres that it is long, 1 to 9 [default: 3] [env: HUB_SHED_SIZE]",
        "Whether it is closed, true or false [default: false]",
        "Door shed: --shed-key",
        "Colour of it, red or blue; `SHED_COLOR` and `SHED_HUE` are read as well [default: red]",
        "Milliseconds between two visits, 0 (no limit) to 50 [default: 7]",
        "Visits in a minute, 0 (no limit) to 9 [default: 3]",
        "Number of its lock, or a word [required] [env: SHED_PIN]",
        "--shed-pin-file <SHED_PIN_FILE> File with the number of its lock [env: SHED_PIN_FILE]",
        "Which way it opens [default: 4]",
        "Whose it is [default: nobody's]",
        "What stands on it [default: Shed]",
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
    assert_eq!(
        COLOUR.row(),
        "| `SHED_COLOUR` | `red` | Colour of it, red or blue. `SHED_COLOR` and `SHED_HUE` are read \
         when it is unset. |"
    );
    assert_eq!(
        PIN.row(),
        "| `SHED_PIN` | required | Number of its lock, or a word. |"
    );
}

#[test]
fn a_secret_is_read_once_as_it_may_come_through_a_pipe() {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(b"12\n").expect("written");
    drop(writer);
    let path = format!("--shed-pin-file=/dev/fd/{}", reader.as_raw_fd());
    let values = loaded(&[&path]).expect("valid").values;
    let pin = PIN.of(&values).expect("a number");
    assert_eq!(pin.expose_secret(), "12");
}
