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
        "postgresql://u:se?secret@h:5432/db?sslmode=disable",
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
