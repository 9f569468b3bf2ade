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

fn with_tools_key(key: Option<&str>) -> Gate {
    let key = key.map(|key| ApiKey::new(&key.into()));
    Gate::new(key, Vec::new()).with_tools_key(Some(ApiKey::new(&"tools".into())))
}

const TOOLS_PATHS: [&str; 5] = ["/api/me", "/api", "/api/no/such", "/mcp", "/mcp/"];

#[test]
fn the_key_of_the_tools_opens_the_tools_alone() {
    let gate = with_tools_key(Some("secret"));
    for shown in ["Bearer tools", "bearer  tools", "tools", " tools "] {
        for path in TOOLS_PATHS {
            let pairs = [("authorization", shown)];
            assert_eq!(
                outcome(&gate, path, &pairs),
                Ok(Origin::Tools),
                "{path} {shown}"
            );
        }
        for path in [
            "/sessions",
            "/api/v3/me",
            "/api/v3",
            "/apix",
            "/mcpx",
            "/metrics",
        ] {
            let pairs = [("authorization", shown)];
            assert_eq!(
                outcome(&gate, path, &pairs),
                Err(Code::InvalidKey),
                "{path} {shown}"
            );
        }
    }
    for pair in [
        ("x-api-key", "secret"),
        ("authorization", "Bearer secret"),
        ("authorization", "secret"),
    ] {
        assert_eq!(
            outcome(&gate, "/api/me", &[pair]),
            Ok(Origin::Operator),
            "{pair:?}"
        );
    }
    for pairs in [
        &[][..],
        &[("authorization", "Bearer tool")],
        &[("authorization", "Bearer")],
        &[("authorization", "Basic tools")],
    ] {
        assert_eq!(
            outcome(&gate, "/api/me", pairs),
            Err(Code::InvalidKey),
            "{pairs:?}"
        );
    }
}

#[test]
fn with_a_key_for_the_tools_alone_the_rest_stays_local() {
    let gate = with_tools_key(None);
    let far = ("host", "far.example");
    let key = ("authorization", "Bearer tools");
    assert_eq!(outcome(&gate, "/api/me", &[far, key]), Ok(Origin::Tools));
    assert_eq!(outcome(&gate, "/api/me", &[far]), Err(Code::InvalidKey));
    assert_eq!(
        outcome(&gate, "/sessions", &[far, key]),
        Err(Code::HostNotAllowed)
    );
    let near = ("host", "localhost");
    assert_eq!(outcome(&gate, "/sessions", &[near]), Ok(Origin::Loopback));
    assert!(gate.asks_for_key("/api/me") && !gate.asks_for_key("/sessions"));

    let exposed = with_tools_key(None).exposed(true);
    assert_eq!(outcome(&exposed, "/api/me", &[far, key]), Ok(Origin::Tools));
    assert_eq!(outcome(&exposed, "/healthz", &[far]), Ok(Origin::Anonymous));
    for path in ["/sessions", "/metrics", "/no/such/path"] {
        assert_eq!(
            outcome(&exposed, path, &[near, key]),
            Err(Code::InvalidKey),
            "{path}"
        );
    }
}

#[test]
fn pages_of_other_sites_reach_no_agent_door_even_with_the_key() {
    let gate = Gate::new(Some(ApiKey::new(&"secret".into())), Vec::new());
    let key = ("x-api-key", "secret");
    let from = |origin| [key, ("origin", origin)];
    let refused = Err(Code::CrossSiteRequest);
    for path in ["/mcp", "/mcp/"] {
        assert_eq!(outcome(&gate, path, &[key]), Ok(Origin::Operator));
        assert_eq!(outcome(&gate, path, &from("https://evil.example")), refused);
        assert_eq!(outcome(&gate, path, &from("null")), refused);
        let local = from("http://localhost:6274");
        assert_eq!(outcome(&gate, path, &local), Ok(Origin::Operator));
    }
    let other = from("https://evil.example");
    assert_eq!(outcome(&gate, "/sessions", &other), Ok(Origin::Operator));
    let listed = vec!["https://agent.example".to_owned(), "null".to_owned()];
    let gate = gate.with_origins(listed);
    for origin in ["https://agent.example", "HTTPS://Agent.example", "null"] {
        assert_eq!(outcome(&gate, "/mcp", &from(origin)), Ok(Origin::Operator));
    }
    for origin in ["https://agent.example:8443", "http://agent.example"] {
        assert_eq!(outcome(&gate, "/mcp", &from(origin)), refused, "{origin}");
    }
    let gate = gate.with_origins(vec!["*".to_owned()]);
    let any = from("https://evil.example");
    assert_eq!(outcome(&gate, "/mcp", &any), Ok(Origin::Operator));
}

#[test]
fn listed_origins_open_the_tools_alone_where_no_key_is_asked_for() {
    let gate = open().with_origins(vec!["https://agent.example".to_owned()]);
    let page = [("host", "localhost"), ("origin", "https://agent.example")];
    for path in ["/mcp", "/api/me"] {
        assert_eq!(outcome(&gate, path, &page), Ok(Origin::Loopback));
    }
    let refused = Err(Code::CrossSiteRequest);
    assert_eq!(outcome(&gate, "/sessions", &page), refused);
}
