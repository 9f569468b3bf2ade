//! Who gets in and who does not.

use super::*;
use crate::http::door::Guard;

/// A door with a key of its own, whose clients leave the word Bearer out.
const TOOLS: Rule = Rule::Door(GUARD);

/// The part of it that looks at every origin.
const MCP: Rule = Rule::Door(Guard {
    checks_origin: true,
    ..GUARD
});

const GUARD: Guard = Guard {
    door: "tools",
    bare_key: true,
    checks_origin: false,
};

const TOOLS_KEY_SHOWN: Origin = Origin::Door("tools");

fn lock(key: Option<&str>, origins: &[&str]) -> Lock {
    Lock {
        key: key.map(|key| ApiKey::new(&key.into())),
        origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
        limits: Arc::default(),
        open_to_bearers: false,
    }
}

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
    rule: Rule,
    pairs: &[(&'static str, &'static str)],
) -> Result<Origin, Code> {
    outcome_at(gate, rule, None, pairs)
}

/// The same for a target in absolute form.
fn outcome_at(
    gate: &Gate,
    rule: Rule,
    authority: Option<&str>,
    pairs: &[(&'static str, &'static str)],
) -> Result<Origin, Code> {
    let asked = Asked {
        rule,
        authority,
        headers: &headers(pairs),
    };
    gate.admit(&asked)
        .map(|caller| caller.origin())
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
            outcome(&keyed(), Rule::Operator, &[pair]),
            Ok(Origin::Operator),
            "{pair:?}"
        );
    }
    let both = [("x-api-key", "wrong"), ("authorization", "Bearer secret")];
    assert_eq!(
        outcome(&keyed(), Rule::Operator, &both),
        Ok(Origin::Operator)
    );
}

#[test]
fn a_missing_or_wrong_key_opens_public_routes_only() {
    for pairs in [
        &[][..],
        &[("x-api-key", "")],
        &[("x-api-key", "Secret")],
        &[("authorization", "secret")],
        &[("authorization", "Basic secret")],
        &[("authorization", "Bearer")],
    ] {
        let public = outcome(&keyed(), Rule::Public, pairs);
        assert_eq!(public, Ok(Origin::Anonymous), "{pairs:?}");
        for rule in [Rule::Operator, Rule::Closed] {
            let refused = outcome(&keyed(), rule, pairs);
            assert_eq!(refused, Err(Code::InvalidKey), "{rule:?} {pairs:?}");
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
        "hub.example:",
        "Hub.Example",
    ] {
        assert_eq!(
            outcome(&open(), Rule::Operator, &[("host", host)]),
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
        "localhost:x@evil.example",
        "localhost@evil.example",
        "localhost:80:80",
        "[::1]x",
        "[::1",
    ] {
        for rule in [Rule::Operator, Rule::Public, Rule::Closed] {
            assert_eq!(
                outcome(&open(), rule, &[("host", host)]),
                Err(Code::HostNotAllowed),
                "{host}"
            );
        }
    }
    assert_eq!(
        outcome(&open(), Rule::Public, &[]),
        Err(Code::HostNotAllowed)
    );
}

#[test]
fn with_a_key_the_host_is_checked_once_hosts_are_listed() {
    let key = ("x-api-key", "secret");
    assert!(outcome(&keyed(), Rule::Operator, &[key, ("host", "any.example")]).is_ok());
    let listed = Gate::new(
        Some(ApiKey::new(&"secret".into())),
        vec!["hub.example".to_owned()],
    );
    assert!(outcome(&listed, Rule::Operator, &[key, ("host", "hub.example")]).is_ok());
    assert_eq!(
        outcome(&listed, Rule::Operator, &[key, ("host", "any.example")]),
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
            outcome(&open(), Rule::Operator, &[host, foreign]),
            Err(Code::CrossSiteRequest),
            "{foreign:?}"
        );
        assert!(outcome(&open(), Rule::Public, &[host, foreign]).is_ok());
    }
    for own in [
        ("origin", "http://localhost:3000"),
        ("origin", "http://[::1]:8000"),
        ("origin", "https://hub.example"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ] {
        assert!(
            outcome(&open(), Rule::Operator, &[host, own]).is_ok(),
            "{own:?}"
        );
    }
}

fn with_tools_key(key: Option<&str>) -> Gate {
    let key = key.map(|key| ApiKey::new(&key.into()));
    Gate::new(key, Vec::new()).with_lock("tools", lock(Some("tools"), &[]))
}

const OF_TOOLS: [Rule; 2] = [TOOLS, MCP];

#[test]
fn the_key_of_the_tools_opens_the_tools_alone() {
    let gate = with_tools_key(Some("secret"));
    for shown in ["Bearer tools", "bearer  tools", "tools", " tools "] {
        let pairs = [("authorization", shown)];
        for rule in OF_TOOLS {
            assert_eq!(outcome(&gate, rule, &pairs), Ok(TOOLS_KEY_SHOWN), "{shown}");
        }
        for rule in [Rule::Operator, Rule::Closed] {
            let refused = outcome(&gate, rule, &pairs);
            assert_eq!(refused, Err(Code::InvalidKey), "{rule:?} {shown}");
        }
    }
    for pair in [
        ("x-api-key", "secret"),
        ("authorization", "Bearer secret"),
        ("authorization", "secret"),
    ] {
        let opened = outcome(&gate, TOOLS, &[pair]);
        assert_eq!(opened, Ok(Origin::Operator), "{pair:?}");
    }
    for pairs in [
        &[][..],
        &[("authorization", "Bearer tool")],
        &[("authorization", "Bearer")],
        &[("authorization", "Basic tools")],
    ] {
        let refused = outcome(&gate, TOOLS, pairs);
        assert_eq!(refused, Err(Code::InvalidKey), "{pairs:?}");
    }
}

#[test]
fn with_a_key_for_the_tools_alone_the_rest_stays_local() {
    let gate = with_tools_key(None);
    let far = ("host", "far.example");
    let key = ("authorization", "Bearer tools");
    for rule in OF_TOOLS {
        assert_eq!(outcome(&gate, rule, &[far, key]), Ok(TOOLS_KEY_SHOWN));
        assert_eq!(outcome(&gate, rule, &[far]), Err(Code::InvalidKey));
    }
    for rule in [Rule::Operator, Rule::Closed] {
        let refused = outcome(&gate, rule, &[far, key]);
        assert_eq!(refused, Err(Code::HostNotAllowed));
    }
    let near = ("host", "localhost");
    assert_eq!(
        outcome(&gate, Rule::Operator, &[near]),
        Ok(Origin::Loopback)
    );
    assert!(gate.asks_for_key(TOOLS) && !gate.asks_for_key(Rule::Operator));

    let exposed = with_tools_key(None).exposed(true);
    assert_eq!(outcome(&exposed, TOOLS, &[far, key]), Ok(TOOLS_KEY_SHOWN));
    let public = outcome(&exposed, Rule::Public, &[far]);
    assert_eq!(public, Ok(Origin::Anonymous));
    for rule in [Rule::Operator, Rule::Closed] {
        let refused = outcome(&exposed, rule, &[near, key]);
        assert_eq!(refused, Err(Code::InvalidKey), "{rule:?}");
    }
}

#[test]
fn a_path_without_a_route_asks_for_a_key_once_there_is_any() {
    let near = ("host", "localhost");
    let key = ("authorization", "Bearer tools");
    let closed = |gate: &Gate, pairs: &[_]| outcome(gate, Rule::Closed, pairs);
    assert_eq!(closed(&open(), &[near]), Ok(Origin::Loopback));
    assert_eq!(closed(&keyed(), &[near]), Err(Code::InvalidKey));
    let tools = with_tools_key(None);
    assert_eq!(closed(&tools, &[near]), Err(Code::InvalidKey));
    assert_eq!(closed(&tools, &[near, key]), Ok(TOOLS_KEY_SHOWN));
    let both = with_tools_key(Some("secret"));
    assert_eq!(closed(&both, &[near, key]), Err(Code::InvalidKey));
    let hub = ("x-api-key", "secret");
    assert_eq!(closed(&both, &[near, hub]), Ok(Origin::Operator));
}

#[test]
fn a_target_in_absolute_form_names_a_host_that_is_checked_as_well() {
    let near = ("host", "localhost");
    let at = |authority, pairs: &[_]| outcome_at(&open(), Rule::Operator, Some(authority), pairs);
    for right in ["localhost", "hub.example:8000", "127.0.0.1:1"] {
        assert_eq!(at(right, &[near]), Ok(Origin::Loopback), "{right}");
    }
    for wrong in [
        "evil.example",
        "localhost@evil.example",
        "user@localhost",
        "",
    ] {
        assert_eq!(at(wrong, &[near]), Err(Code::HostNotAllowed), "{wrong}");
    }
    let far = ("host", "evil.example");
    assert_eq!(at("localhost", &[far]), Err(Code::HostNotAllowed));
    assert_eq!(at("localhost", &[]), Err(Code::HostNotAllowed));
}

#[test]
fn pages_of_other_sites_reach_no_agent_door_even_with_the_key() {
    let gate = keyed();
    let key = ("x-api-key", "secret");
    let from = |origin| [key, ("origin", origin)];
    let refused = Err(Code::CrossSiteRequest);
    let mcp = |pairs: &[_]| outcome(&gate, MCP, pairs);
    assert_eq!(mcp(&[key]), Ok(Origin::Operator));
    assert_eq!(mcp(&from("https://evil.example")), refused);
    assert_eq!(mcp(&from("null")), refused);
    assert_eq!(mcp(&from("http://localhost:6274")), Ok(Origin::Operator));
    let other = from("https://evil.example");
    assert_eq!(outcome(&gate, Rule::Operator, &other), Ok(Origin::Operator));
    let listed = lock(None, &["https://agent.example", "null"]);
    let gate = keyed().with_lock("tools", listed);
    for origin in ["https://agent.example", "HTTPS://Agent.example", "null"] {
        assert_eq!(outcome(&gate, MCP, &from(origin)), Ok(Origin::Operator));
    }
    for origin in ["https://agent.example:8443", "http://agent.example"] {
        assert_eq!(outcome(&gate, MCP, &from(origin)), refused, "{origin}");
    }
    let gate = keyed().with_lock("tools", lock(None, &["*"]));
    let any = from("https://evil.example");
    assert_eq!(outcome(&gate, MCP, &any), Ok(Origin::Operator));
}

#[test]
fn listed_origins_open_the_tools_alone_where_no_key_is_asked_for() {
    let gate = open().with_lock("tools", lock(None, &["https://agent.example"]));
    let page = [("host", "localhost"), ("origin", "https://agent.example")];
    for rule in OF_TOOLS {
        assert_eq!(outcome(&gate, rule, &page), Ok(Origin::Loopback));
    }
    let refused = Err(Code::CrossSiteRequest);
    assert_eq!(outcome(&gate, Rule::Operator, &page), refused);
}
