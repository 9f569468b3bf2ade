//! The matrix of settings: defaults, wrong values, unsafe combinations.

mod keys;

use super::*;

/// A door that there is not, with a key.
fn with_shed() -> Given {
    const KEY: Setting<Key> = Setting {
        name: "HUB_SHED_KEY",
        former: Some(("old-key", "OLD_KEY")),
        what: "Key of the shed",
        more: "",
        kind: Key,
    };
    Given::new(vec![DoorSettings {
        door: "shed",
        settings: &[&KEY],
    }])
}

fn given() -> Flags {
    Flags {
        given: with_shed(),
        telegram_api_id: Some("12345".to_owned()),
        telegram_api_hash: Some("0123456789abcdef".into()),
        ..Flags::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every flag is an option")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn refusal(flags: Flags) -> String {
    Config::from_flags(flags)
        .expect_err("must be refused")
        .to_string()
}

#[test]
fn with_an_api_id_alone_everything_has_its_default() {
    use secrecy::ExposeSecret as _;
    let config = Config::from_flags(given()).expect("valid");
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
    assert_eq!(config.restore_concurrency, 50);
    assert_eq!(config.shutdown_timeout, Duration::from_secs(5));
    assert_eq!(config.fetch, FetchConfig::default());
    assert_eq!(config.limits.max_connections, None);
    assert_eq!(config.limits.max_connections_per_address, 256);
    assert_eq!(config.limits.stall_timeout, Duration::from_secs(20));
    assert_eq!(config.limits.least_upload_rate, 1024);
    assert_eq!(config.limits.search_timeout, Duration::from_secs(10));
}

#[test]
fn an_empty_value_counts_as_unset() {
    let config = Config::from_flags(Flags {
        listen: text(""),
        api_key: Some("".into()),
        database_url: Some(" ".into()),
        pool_size: text(" "),
        telegram_server: text(""),
        ..given()
    })
    .expect("valid");
    assert_eq!(config.http.listen.port(), 8000);
    assert!(config.http.api_key.is_none());
    assert_eq!(config.telegram.server, TelegramServer::Production);
}

#[test]
fn the_short_names_of_the_api_id_are_read_when_the_long_ones_are_unset() {
    let config = Config::from_flags(Flags {
        telegram_api_id: text(""),
        telegram_api_hash: None,
        fallback_api_id: text("7"),
        fallback_api_hash: Some("hash".into()),
        ..Flags::default()
    })
    .expect("valid");
    assert_eq!(config.telegram.api_id, 7);
    let both = Flags {
        fallback_api_id: text("7"),
        ..given()
    };
    assert_eq!(
        Config::from_flags(both).expect("valid").telegram.api_id,
        12345
    );
}

type Set = fn(&mut Flags, Option<String>);

/// A setting, how it is set, and values it refuses.
const WRONG: [(&str, Set, &[&str]); 13] = [
    (
        "HUB_DEFAULT_SESSION",
        |f, v| f.default_session = v,
        &["a/b", "a\nb"],
    ),
    (
        "HUB_LISTEN",
        |f, v| f.listen = v,
        &["8000", "example.org:80", "127.0.0.1", "1.2.3.4:x"],
    ),
    (
        "HUB_HTTP_WORKERS",
        |f, v| f.http_workers = v,
        &["0", "257", "two"],
    ),
    (
        "HUB_POOL_SIZE",
        |f, v| f.pool_size = v,
        &["0", "-1", "1001", "1.5"],
    ),
    (
        "HUB_RESTORE_CONCURRENCY",
        |f, v| f.restore_concurrency = v,
        &["0", "10001"],
    ),
    (
        "HUB_SHUTDOWN_TIMEOUT",
        |f, v| f.shutdown_timeout = v,
        &["0", "61", "5s"],
    ),
    (
        "TELEGRAM_API_ID",
        |f, v| f.telegram_api_id = v,
        &["0", "-5", "abc", "99999999999"],
    ),
    (
        "TELEGRAM_SERVER",
        |f, v| f.telegram_server = v,
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
        |f, v| f.fetch_allow = v,
        &["localhost", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1,x"],
    ),
    (
        "HUB_FETCH_TIMEOUT",
        |f, v| f.fetch_timeout = v,
        &["0", "3601", "1m"],
    ),
    ("HUB_LOG_FORMAT", |f, v| f.log_format = v, &["xml"]),
    (
        "HUB_LOG",
        |f, v| f.log = v,
        &[
            "trace",
            "grammers_client",
            "info,grammers_client::client=trace",
            "info,grammers=trace",
            "info,a=b",
            "a=b=c",
        ],
    ),
    (
        "TELEGRAM_SERVER_KEY",
        |f, v| {
            f.telegram_server = text("localhost:4430");
            f.telegram_server_key = v;
        },
        &["/no/such/file"],
    ),
];

#[test]
fn a_wrong_value_is_refused_in_a_sentence_that_names_the_setting() {
    for (name, set, values) in WRONG {
        for value in values {
            let mut flags = given();
            set(&mut flags, text(value));
            let sentence = refusal(flags);
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
    let no_id = refusal(Flags {
        telegram_api_id: None,
        ..given()
    });
    let no_hash = refusal(Flags {
        telegram_api_hash: None,
        ..given()
    });
    assert!(
        no_id.starts_with("TELEGRAM_API_ID") && no_id.contains("https://my.telegram.org"),
        "{no_id}"
    );
    assert!(no_hash.starts_with("TELEGRAM_API_HASH"), "{no_hash}");
}

#[test]
fn a_hub_that_others_can_reach_needs_a_key() {
    for address in ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:80"] {
        let open = Flags {
            listen: text(address),
            ..given()
        };
        assert!(refusal(open.clone()).contains("HUB_API_KEY"));
        let keyed = Flags {
            api_key: Some("9f86d081884c7d65".into()),
            ..open
        };
        assert!(Config::from_flags(keyed).is_ok());
    }
    for address in [
        "127.0.0.1:0",
        "127.9.9.9:8000",
        "[::1]:8000",
        "localhost:8000",
    ] {
        let flags = Flags {
            listen: text(address),
            ..given()
        };
        assert!(Config::from_flags(flags).is_ok(), "{address}");
    }
    let blank = Flags {
        api_key: Some("two words".into()),
        ..given()
    };
    assert!(refusal(blank).starts_with("HUB_API_KEY"));
}

#[test]
fn a_server_of_ones_own_needs_its_key_as_text_or_as_a_file() {
    const PEM: &str = "-----BEGIN RSA PUBLIC KEY-----\nAA==\n-----END RSA PUBLIC KEY-----\n";
    let server = Flags {
        telegram_server: text("localhost:4430"),
        ..given()
    };
    assert!(refusal(server.clone()).contains("TELEGRAM_SERVER_KEY"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().display().to_string();
    let keyed = |key: String| Flags {
        telegram_server_key: Some(key),
        ..server.clone()
    };
    assert!(refusal(keyed(path.clone())).contains("holds none"));
    std::fs::write(file.path(), PEM).expect("written");
    for key in [PEM.to_owned(), PEM.replace('\n', "\\n"), path] {
        let config = Config::from_flags(keyed(key)).expect("valid");
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
    let flags = Flags {
        telegram_server: text("[::1]:4430"),
        telegram_server_key: text("-----BEGIN RSA PUBLIC KEY-----"),
        ..given()
    };
    let config = Config::from_flags(flags).expect("valid");
    assert!(matches!(
        config.telegram.server,
        TelegramServer::Custom { address, .. } if address.to_string() == "[::1]:4430" && address.host == "::1"
    ));
}

#[test]
fn no_secret_is_in_the_debug_form() {
    let config = Config::from_flags(Flags {
        api_key: Some("s3cret-a".into()),
        master_key: Some("s3cret-b".into()),
        database_url: Some("postgres://u:s3cret-c@h/db".into()),
        telegram_api_hash: Some("s3cret-d".into()),
        given: with_shed().with("HUB_SHED_KEY", "s3cret-e"),
        telethon_session: Some("s3cret-f".into()),
        ..given()
    })
    .expect("valid");
    let shown = format!("{config:?}");
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
    use clap::CommandFactory as _;
    let page = include_str!("../../docs/configuration.md");
    for argument in Flags::command().get_arguments() {
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
