//! Who gets in and who does not.

use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

fn outcome(
    gate: &Gate,
    path: &str,
    pairs: &[(&'static str, &'static str)],
) -> Result<Origin, Code> {
    gate.admit(path, &headers(pairs))
        .map(Caller::origin)
        .map_err(|error| error.code)
}

fn keyed() -> Gate {
    Gate::new(Some(ApiKey::new(&"secret".into())), Vec::new())
}

fn open() -> Gate {
    Gate::new(None, vec!["hub.example".to_owned()])
}

#[test]
fn the_key_is_taken_from_either_header() {
    for pair in [
        ("x-api-key", "secret"),
        ("authorization", "Bearer secret"),
        ("authorization", "bearer  secret"),
    ] {
        assert_eq!(
            outcome(&keyed(), "/sessions", &[pair]),
            Ok(Origin::Operator),
            "{pair:?}"
        );
    }
    let both = [("x-api-key", "wrong"), ("authorization", "Bearer secret")];
    assert_eq!(outcome(&keyed(), "/sessions", &both), Ok(Origin::Operator));
}

#[test]
fn a_missing_or_wrong_key_opens_public_paths_only() {
    for pairs in [
        &[][..],
        &[("x-api-key", "")],
        &[("x-api-key", "Secret")],
        &[("authorization", "secret")],
        &[("authorization", "Basic secret")],
        &[("authorization", "Bearer")],
    ] {
        for path in [
            "/",
            "/health",
            "/healthz",
            "/docs",
            "/docs/",
            "/docs/index.css",
            "/openapi.json",
        ] {
            assert_eq!(
                outcome(&keyed(), path, pairs),
                Ok(Origin::Anonymous),
                "{path} {pairs:?}"
            );
        }
        for path in ["/sessions", "/metrics", "/docsx", "/no/such/path"] {
            assert_eq!(
                outcome(&keyed(), path, pairs),
                Err(Code::InvalidKey),
                "{path} {pairs:?}"
            );
        }
    }
}

#[test]
fn without_a_key_the_host_must_be_a_loopback_name_or_an_allowed_one() {
    for host in [
        "localhost",
        "LocalHost:8000",
        "localhost.:80",
        "api.localhost",
        "127.0.0.1:8000",
        "127.1.2.3",
        "[::1]:8000",
        "hub.example:443",
        "Hub.Example",
    ] {
        assert_eq!(
            outcome(&open(), "/sessions", &[("host", host)]),
            Ok(Origin::Loopback),
            "{host}"
        );
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "[::2]",
        "xlocalhost",
    ] {
        for path in ["/sessions", "/health"] {
            assert_eq!(
                outcome(&open(), path, &[("host", host)]),
                Err(Code::HostNotAllowed),
                "{host}"
            );
        }
    }
    assert_eq!(outcome(&open(), "/", &[]), Err(Code::HostNotAllowed));
}

#[test]
fn with_a_key_the_host_is_checked_once_hosts_are_listed() {
    let key = ("x-api-key", "secret");
    assert!(outcome(&keyed(), "/sessions", &[key, ("host", "any.example")]).is_ok());
    let listed = Gate::new(
        Some(ApiKey::new(&"secret".into())),
        vec!["hub.example".to_owned()],
    );
    assert!(outcome(&listed, "/sessions", &[key, ("host", "hub.example")]).is_ok());
    assert_eq!(
        outcome(&listed, "/sessions", &[key, ("host", "any.example")]),
        Err(Code::HostNotAllowed)
    );
}

#[test]
fn a_page_of_another_site_is_refused_where_no_key_is_asked_for() {
    let host = ("host", "localhost:8000");
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost.evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(
            outcome(&open(), "/message/send", &[host, foreign]),
            Err(Code::CrossSiteRequest),
            "{foreign:?}"
        );
        assert!(outcome(&open(), "/docs/", &[host, foreign]).is_ok());
    }
    for own in [
        ("origin", "http://localhost:3000"),
        ("origin", "http://[::1]:8000"),
        ("origin", "https://hub.example"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ] {
        assert!(
            outcome(&open(), "/message/send", &[host, own]).is_ok(),
            "{own:?}"
        );
    }
}
