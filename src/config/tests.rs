//! The matrix of settings: defaults, wrong values, unsafe combinations.

mod keys;

use super::*;
use clap::CommandFactory as _;
use std::time::Duration;

/// The key of a door that there is not.
static SHED_KEY: Setting<Key> = Setting {
    name: "HUB_SHED_KEY",
    former: &[("old-key", "OLD_KEY")],
    what: "Key of the shed",
    more: "",
    kind: Key,
};

/// Nothing, where there is that door.
fn nothing() -> Given {
    static SETTINGS: &[&dyn AnySetting] = &[&SHED_KEY];
    Given::new(vec![Section::of_door("shed", SETTINGS)])
}

/// The least that has to be set.
fn given() -> Given {
    nothing()
        .with("TELEGRAM_API_ID", "12345")
        .with("TELEGRAM_API_HASH", "0123456789abcdef")
}

fn valid(given: &Given) -> Config {
    Config::from_given(given).expect("valid")
}

fn refusal(given: &Given) -> String {
    Config::from_given(given)
        .expect_err("must be refused")
        .to_string()
}

#[test]
fn with_an_api_id_alone_everything_has_its_default() {
    use secrecy::ExposeSecret as _;
    let config = valid(&given());
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8000");
    assert!(config.http.api_key.is_none());
    assert_eq!(config.http.workers, 2);
    assert_eq!(config.http.doors, Doors::All);
    assert_eq!(
        config.store.database_url.expose_secret(),
        "sqlite://./data/hub.db"
    );
    assert_eq!(config.store.pool_size, 8);
    assert_eq!(config.telegram.api_id, 12345);
    assert_eq!(config.telegram.server, TelegramServer::Production);
    assert_eq!(config.log.format, LogFormat::Human);
    assert_eq!(config.pace.restore_concurrency, 50);
    assert_eq!(config.http.shutdown_timeout, Duration::from_secs(5));
    assert_eq!(config.fetch, FetchConfig::default());
    assert_eq!(config.limits.max_connections, None);
    assert_eq!(config.limits.max_connections_per_address, 256);
    assert_eq!(config.limits.stall_timeout, Duration::from_secs(20));
    assert_eq!(config.limits.least_upload_rate, 1024);
    assert_eq!(config.limits.search_timeout, Duration::from_secs(10));
}

#[test]
fn an_empty_value_counts_as_unset() {
    let config = valid(
        &given()
            .with("HUB_LISTEN", "")
            .with("HUB_API_KEY", "")
            .with("DATABASE_URL", " ")
            .with("HUB_POOL_SIZE", " ")
            .with("TELEGRAM_SERVER", ""),
    );
    assert_eq!(config.http.listen.port(), 8000);
    assert!(config.http.api_key.is_none());
    assert_eq!(config.telegram.server, TelegramServer::Production);
}

#[test]
fn the_short_names_of_the_api_id_are_read_when_the_long_ones_are_unset() {
    let short = nothing().with("API_ID", "7").with("API_HASH", "hash");
    let config = valid(&short.with("TELEGRAM_API_ID", ""));
    assert_eq!(config.telegram.api_id, 7);
    let both = given().with("API_ID", "7");
    assert_eq!(valid(&both).telegram.api_id, 12345);
}

/// A setting and values that it refuses.
const WRONG: [(&str, &[&str]); 13] = [
    ("HUB_DEFAULT_SESSION", &["a/b", "a\nb"]),
    (
        "HUB_LISTEN",
        &["8000", "example.org:80", "127.0.0.1", "1.2.3.4:x"],
    ),
    ("HUB_HTTP_WORKERS", &["0", "257", "two"]),
    ("HUB_POOL_SIZE", &["0", "-1", "1001", "1.5"]),
    ("HUB_RESTORE_CONCURRENCY", &["0", "10001"]),
    ("HUB_SHUTDOWN_TIMEOUT", &["0", "61", "5s"]),
    ("TELEGRAM_API_ID", &["0", "-5", "abc", "99999999999"]),
    (
        "TELEGRAM_SERVER",
        &[
            "prod",
            "host:",
            ":443",
            "host:0",
            "a b:1",
            "::1:443",
            "http://x:1",
        ],
    ),
    (
        "HUB_FETCH_ALLOW",
        &["localhost", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1,x"],
    ),
    ("HUB_FETCH_TIMEOUT", &["0", "3601", "1m"]),
    ("HUB_LOG_FORMAT", &["xml"]),
    (
        "HUB_LOG",
        &[
            "trace",
            "grammers_client",
            "info,grammers_client::client=trace",
            "info,grammers=trace",
            "info,a=b",
            "a=b=c",
        ],
    ),
    ("TELEGRAM_SERVER_KEY", &["/no/such/file"]),
];

#[test]
fn a_wrong_value_is_refused_in_a_sentence_that_names_the_setting() {
    for (name, values) in WRONG {
        for value in values {
            // Only a server of one's own has a key.
            let own = given().with("TELEGRAM_SERVER", "localhost:4430");
            let key = own.with("TELEGRAM_SERVER_KEY", "-----BEGIN RSA PUBLIC KEY-----");
            let sentence = refusal(&key.with(name, *value));
            assert!(sentence.starts_with(name), "{name}={value}: {sentence}");
            assert!(
                sentence.ends_with('.') && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }
}

#[test]
fn a_missing_api_id_says_where_to_get_one() {
    let no_id = refusal(&given().with("TELEGRAM_API_ID", ""));
    let no_hash = refusal(&given().with("TELEGRAM_API_HASH", ""));
    assert!(
        no_id.starts_with("TELEGRAM_API_ID") && no_id.contains("https://my.telegram.org"),
        "{no_id}"
    );
    assert!(no_hash.starts_with("TELEGRAM_API_HASH"), "{no_hash}");
}

#[test]
fn a_hub_that_others_can_reach_needs_a_key() {
    for address in ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:80"] {
        let open = given().with("HUB_LISTEN", address);
        assert!(refusal(&open).contains("HUB_API_KEY"));
        let keyed = open.with("HUB_API_KEY", "9f86d081884c7d65");
        assert!(Config::from_given(&keyed).is_ok());
    }
    for address in [
        "127.0.0.1:0",
        "127.9.9.9:8000",
        "[::1]:8000",
        "localhost:8000",
    ] {
        let given = given().with("HUB_LISTEN", address);
        assert!(Config::from_given(&given).is_ok(), "{address}");
    }
    let blank = given().with("HUB_API_KEY", "two words");
    assert!(refusal(&blank).starts_with("HUB_API_KEY"));
}

#[test]
fn a_server_of_ones_own_needs_its_key_as_text_or_as_a_file() {
    const PEM: &str = "-----BEGIN RSA PUBLIC KEY-----\nAA==\n-----END RSA PUBLIC KEY-----\n";
    let server = given().with("TELEGRAM_SERVER", "localhost:4430");
    assert!(refusal(&server).contains("TELEGRAM_SERVER_KEY"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().display().to_string();
    let keyed = |key: String| server.clone().with("TELEGRAM_SERVER_KEY", key);
    assert!(refusal(&keyed(path.clone())).contains("holds none"));
    std::fs::write(file.path(), PEM).expect("written");
    for key in [PEM.to_owned(), PEM.replace('\n', "\\n"), path] {
        let config = valid(&keyed(key));
        let TelegramServer::Custom {
            address,
            public_key,
        } = config.telegram.server
        else {
            panic!("a custom server");
        };
        assert_eq!(
            (address.to_string().as_str(), public_key.as_str()),
            ("localhost:4430", PEM)
        );
    }
}

#[test]
fn an_ipv6_server_is_written_with_brackets() {
    let own = given().with("TELEGRAM_SERVER", "[::1]:4430");
    let config = valid(&own.with("TELEGRAM_SERVER_KEY", "-----BEGIN RSA PUBLIC KEY-----"));
    assert!(matches!(
        config.telegram.server,
        TelegramServer::Custom { address, .. } if address.to_string() == "[::1]:4430" && address.host == "::1"
    ));
}

#[test]
fn no_secret_is_in_the_debug_form() {
    let given = given()
        .with("HUB_API_KEY", "s3cret-a")
        .with("HUB_MASTER_KEY", "s3cret-b")
        .with("DATABASE_URL", "postgres://u:s3cret-c@h/db")
        .with("TELEGRAM_API_HASH", "s3cret-d")
        .with("HUB_SHED_KEY", "s3cret-e")
        .with("TELETHON_SESSION", "s3cret-f");
    let config = valid(&given);
    let shown = format!("{given:?} {config:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn flags_are_read_from_the_command_line() {
    let line = [
        "telegram-hub",
        "--telegram-api-id=1",
        "--telegram-api-hash=h",
        "--listen",
        "127.0.0.1:9",
    ];
    let config = Config::load(line, Vec::new()).expect("valid");
    assert_eq!(config.http.listen.port(), 9);
    assert!(matches!(
        Config::load(["telegram-hub", "--no-such-flag"], Vec::new()),
        Err(ConfigError::Flags(_))
    ));
}

#[test]
fn the_documentation_names_every_setting() {
    let page = include_str!("../../docs/configuration.md");
    let command = with_flags(NoCommand::command(), &sections(Vec::new()));
    for argument in command.get_arguments() {
        let Some(variable) = argument.get_env() else {
            continue;
        };
        let name = format!("`{}`", variable.to_string_lossy());
        assert!(
            page.contains(&name),
            "docs/configuration.md does not name {name}"
        );
    }
}
