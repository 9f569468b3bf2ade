//! Keys that are weak, the same, blank or not there.

use super::*;

const GOOD: &str = "kGm3x-Zq9_wB7tRv";

fn keyed(listen: &str, api_key: Option<&str>, shed_key: Option<&str>) -> Flags {
    let none = with_shed();
    Flags {
        listen: text(listen),
        api_key: api_key.map(Into::into),
        given: match shed_key {
            Some(key) => none.with("HUB_SHED_KEY", key),
            None => none,
        },
        ..given()
    }
}

fn warnings(flags: Flags) -> Vec<String> {
    Config::from_flags(flags).expect("valid").warnings
}

#[test]
fn a_weak_key_is_refused_beyond_loopback_and_warned_of_on_it() {
    for weak in [
        "a",
        "changeme",
        "shorter-than-16",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        let hub = refusal(keyed("0.0.0.0:8000", Some(weak), None));
        assert!(
            hub.starts_with("HUB_API_KEY ") && hub.contains("keygen"),
            "{hub}"
        );
        assert!(!hub.contains(weak) || weak == "a", "{hub}");
        let shed = refusal(keyed("[::]:8000", Some(GOOD), Some(weak)));
        assert!(shed.starts_with("HUB_SHED_KEY "), "{shed}");
        let alone = refusal(keyed("[::]:8000", None, Some(weak)));
        assert!(alone.starts_with("HUB_SHED_KEY "), "{alone}");
        let warned = warnings(keyed("127.0.0.1:0", Some(weak), None));
        assert!(
            warned.len() == 1 && warned[0].starts_with("HUB_API_KEY "),
            "{warned:?}"
        );
        let warned = warnings(keyed("127.0.0.1:0", Some(GOOD), Some(weak)));
        assert!(
            warned.len() == 1 && warned[0].starts_with("HUB_SHED_KEY "),
            "{warned:?}"
        );
    }
    assert!(warnings(keyed("0.0.0.0:8000", Some(GOOD), None)).is_empty());
    assert!(warnings(keyed("0.0.0.0:8000", None, Some(GOOD))).is_empty());
}

#[test]
fn one_key_is_not_taken_under_two_names() {
    for listen in ["127.0.0.1:0", "0.0.0.0:8000"] {
        let same = refusal(keyed(listen, Some(GOOD), Some(GOOD)));
        assert!(
            same.contains("HUB_SHED_KEY") && same.contains("HUB_API_KEY"),
            "{same}"
        );
        let old_name = Flags {
            given: with_shed().with("OLD_KEY", GOOD),
            ..keyed(listen, Some(GOOD), None)
        };
        assert!(refusal(old_name).contains("HUB_API_KEY"));
    }
}

#[test]
fn a_start_without_a_key_says_so_in_one_line() {
    let none = warnings(given());
    assert!(
        none.len() == 1 && none[0].contains("HUB_API_KEY is not set"),
        "{none:?}"
    );
    for blank in ["", " ", "\t"] {
        let said = warnings(keyed("127.0.0.1:0", Some(blank), None));
        assert!(
            said.len() == 1 && said[0].contains("HUB_API_KEY is set but blank"),
            "{said:?}"
        );
        let said = warnings(keyed("127.0.0.1:0", Some(GOOD), Some(blank)));
        assert!(
            said.len() == 1 && said[0].contains("HUB_SHED_KEY is set but blank"),
            "{said:?}"
        );
        let said = warnings(keyed("0.0.0.0:8000", Some(blank), Some(GOOD)));
        assert!(
            said.len() == 1 && said[0].contains("HUB_API_KEY is set but blank"),
            "{said:?}"
        );
        assert!(refusal(keyed("0.0.0.0:8000", Some(blank), None)).contains("HUB_API_KEY"));
    }
    let hosts = Flags {
        allowed_hosts: text("hub.example"),
        ..given()
    };
    let said = warnings(hosts.clone());
    assert!(
        said.len() == 2 && said[1].contains("HUB_ALLOWED_HOSTS"),
        "{said:?}"
    );
    assert!(said[1].contains("hub.example"), "{said:?}");
    let with_key = Flags {
        api_key: Some(GOOD.into()),
        ..hosts
    };
    assert!(warnings(with_key).is_empty());
}

#[test]
fn a_host_that_can_never_match_ends_the_start() {
    for host in [
        "https://hub.example",
        "*",
        "a..b",
        "hub.example:80",
        "hub.example/",
    ] {
        let flags = Flags {
            allowed_hosts: text(host),
            ..given()
        };
        assert!(refusal(flags).starts_with("HUB_ALLOWED_HOSTS"), "{host}");
    }
}
