use telegram_hub::store::{DatabaseUrl, DatabaseUrlError};

#[test]
fn database_urls_are_read_as_their_writers_mean_them() {
    let path = |url: &str| {
        DatabaseUrl::parse(url).map(|url| url.sqlite_path().map(|p| p.display().to_string()))
    };
    for (url, expected) in [
        ("sqlite:hub.db", "hub.db"),
        ("sqlite://data/hub.db", "data/hub.db"),
        ("sqlite:///var/hub.db", "/var/hub.db"),
        ("sqlite:///./hub.db", "./hub.db"),
        ("sqlite:////var/hub.db", "/var/hub.db"),
    ] {
        assert_eq!(path(url), Ok(Some(expected.to_owned())), "{url}");
    }
    for (url, sentence) in [
        ("", "must start with sqlite:, postgres:// or postgresql://"),
        ("hub.db", "must start with"),
        ("mysql://hub:secret@localhost/hub", "not with mysql:"),
        ("postgres:hub", "must start with"),
        ("sqlite:", "names no file"),
        ("sqlite::memory:", "in memory"),
    ] {
        let error = DatabaseUrl::parse(url).expect_err(url).to_string();
        assert!(
            error.contains(sentence) && !error.contains("secret"),
            "{error}"
        );
    }
    let shown = |url: &str| DatabaseUrl::parse(url).map(|url| format!("{url} {url:?}"));
    for url in [
        "postgres://u:secret@h/db",
        "postgresql://u:se%3Fsecret@h:5432/db?sslmode=disable",
        "postgres:///db?user=u&password=secret",
    ] {
        assert!(
            shown(url).is_ok_and(|text| !text.contains("secret")),
            "{url}"
        );
    }
    assert!(matches!(
        DatabaseUrl::parse("sqlite:"),
        Err(DatabaseUrlError::NoPath)
    ));
}

/// A password of which each half would be a secret as well.
const LEFT: &str = "canaryleft";
const RIGHT: &str = "canaryright";

/// The ways in which people write a URL with a password, for each character that may be in it.
fn forms(between: &str) -> Vec<String> {
    let secret = format!("{LEFT}{between}{RIGHT}");
    let mut forms = Vec::new();
    for scheme in ["postgres", "postgresql"] {
        for url in [
            format!("{scheme}://u:{secret}@127.0.0.1:1/db"),
            format!("{scheme}://u:{secret}@127.0.0.1:1/db?sslmode=disable"),
            format!("{scheme}://u:{secret}@127.0.0.1:1"),
            format!("{scheme}://:{secret}@127.0.0.1:1/db"),
            format!("{scheme}://u:{secret}@127.0.0.1:1,127.0.0.2:1/db"),
            format!("{scheme}://127.0.0.1:1/db?user=u&password={secret}"),
            format!("{scheme}://127.0.0.1:1/db?password={secret}&user=u"),
            format!("{scheme}:///db?host=127.0.0.1&port=1&password={secret}"),
            format!("{scheme}://u@127.0.0.1:{secret}/db"),
            format!("{scheme}:u:{secret}@127.0.0.1/db"),
            format!("{scheme}+x://u:{secret}@127.0.0.1/db"),
            format!("mysql://u:{secret}@127.0.0.1/db"),
            format!("u:{secret}@127.0.0.1/db"),
            format!("{secret}://u@127.0.0.1/db"),
            format!("host=127.0.0.1 port=1 user=u password={secret} dbname=db"),
            format!("host=127.0.0.1 port=1 user=u password='{secret}' dbname=db"),
        ] {
            forms.push(url);
        }
        // With an @ of its own this would name a host.
        if !between.contains('@') {
            forms.push(format!("{scheme}://u:{secret}/db"));
            forms.push(format!("{scheme}://u:{secret}"));
        }
    }
    forms
}

const BETWEEN: [&str; 29] = [
    "", "@", "/", "#", "?", "%", "%4", "%zz", "%40", "%2F", "%25", "%00", "%ff", ":", "&", "=",
    "&x=", " ", "+", "'", "\"", "\\", "[", "]", ",", "\n", "ж", "@@", "@x:1/",
];

/// What anybody is told of a database that such a text names.
async fn told(url: &str) -> String {
    use telegram_hub::store::{Store, StoreSettings};
    let parsed = match DatabaseUrl::parse(url) {
        Ok(parsed) => parsed,
        Err(error) => return format!("{error} {error:?}"),
    };
    let mut told = vec![format!("{parsed} {parsed:?}")];
    let settings = StoreSettings {
        url: parsed,
        pool_size: 1,
        acquire_timeout: std::time::Duration::from_secs(1),
    };
    told.push(format!("{settings:?}"));
    match Store::open(&settings, crate::support::db::vault(7)).await {
        Ok(store) => store.close().await,
        Err(error) => {
            let mut cause: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = cause {
                told.push(format!("{error} {error:?}"));
                cause = error.source();
            }
        }
    }
    told.join(" ")
}

#[tokio::test]
async fn no_text_about_a_database_holds_a_part_of_its_password() {
    for between in BETWEEN {
        for url in forms(between) {
            let told = told(&url).await;
            for part in [LEFT, RIGHT] {
                assert!(!told.contains(part), "{url}: {told}");
            }
        }
    }
}

#[cfg(feature = "postgres-system")]
#[test]
fn a_password_that_is_not_encoded_is_refused_with_what_to_do() {
    for (between, sentence) in [
        ("@", "'@' where it ends a part or means nothing"),
        ("/", "an @ behind a / or a ?"),
        ("?", "an @ behind a / or a ?"),
        ("#", "write it percent-encoded (%23)"),
        ("%", "a % in a password is written %25"),
        (" ", "such as %20 for a space"),
        ("ж", "percent-encoded as UTF-8"),
    ] {
        let url = format!("postgres://u:{LEFT}{between}{RIGHT}@h/db");
        let error = DatabaseUrl::parse(&url).expect_err(&url).to_string();
        assert!(error.contains(sentence), "{between}: {error}");
    }
    let url = format!("postgres://h/db?password={LEFT}&{RIGHT}");
    let error = DatabaseUrl::parse(&url).expect_err("refused").to_string();
    assert!(
        error.contains("an & in a password is written %26"),
        "{error}"
    );
}

mod drawn {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever a password and the rest of a URL are made of, parsing shows neither half.
        #[test]
        fn no_drawn_url_shows_its_password(between in ".{0,6}", tail in "[@/?#:&=%a-c.]{0,12}") {
            for form in [
                format!("postgres://u:{LEFT}{between}{RIGHT}@h{tail}"),
                format!("postgres://h{tail}?password={LEFT}{between}{RIGHT}"),
                format!("postgres://h/db?password={LEFT}{between}{RIGHT}{tail}"),
            ] {
                let told = match DatabaseUrl::parse(&form) {
                    Ok(url) => format!("{url} {url:?}"),
                    Err(error) => format!("{error} {error:?}"),
                };
                prop_assert!(!told.contains(LEFT) && !told.contains(RIGHT), "{form}: {told}");
            }
        }
    }
}
