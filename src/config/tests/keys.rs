//! Keys that are weak, the same, blank or not there.

use super::*;

const GOOD: &str = "kGm3x-Zq9_wB7tRv";

fn keyed(listen: &str, api_key: Option<&str>, shed_key: Option<&str>) -> Given {
    let given = given().with("HUB_LISTEN", listen);
    let keys = [("HUB_API_KEY", api_key), ("HUB_SHED_KEY", shed_key)];
    keys.into_iter()
        .fold(given, |given, (name, key)| match key {
            Some(key) => given.with(name, key),
            None => given,
        })
}

fn warnings(given: &Given) -> Vec<String> {
    valid(given).warnings
}

#[test]
fn a_weak_key_is_refused_beyond_loopback_and_warned_of_on_it() {
    for weak in [
        "a",
        "changeme",
        "shorter-than-16",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        let hub = refusal(&keyed("0.0.0.0:8000", Some(weak), None));
        assert!(
            hub.starts_with("HUB_API_KEY ") && hub.contains("keygen"),
            "{hub}"
        );
        assert!(!hub.contains(weak) || weak == "a", "{hub}");
        let shed = refusal(&keyed("[::]:8000", Some(GOOD), Some(weak)));
        assert!(shed.starts_with("HUB_SHED_KEY "), "{shed}");
        let alone = refusal(&keyed("[::]:8000", None, Some(weak)));
        assert!(alone.starts_with("HUB_SHED_KEY "), "{alone}");
        let warned = warnings(&keyed("127.0.0.1:0", Some(weak), None));
        assert!(
            warned.len() == 1 && warned[0].starts_with("HUB_API_KEY "),
            "{warned:?}"
        );
        let warned = warnings(&keyed("127.0.0.1:0", Some(GOOD), Some(weak)));
        assert!(
            warned.len() == 1 && warned[0].starts_with("HUB_SHED_KEY "),
            "{warned:?}"
        );
    }
    assert!(warnings(&keyed("0.0.0.0:8000", Some(GOOD), None)).is_empty());
    assert!(warnings(&keyed("0.0.0.0:8000", None, Some(GOOD))).is_empty());
}

#[test]
fn one_key_is_not_taken_under_two_names() {
    for listen in ["127.0.0.1:0", "0.0.0.0:8000"] {
        let same = refusal(&keyed(listen, Some(GOOD), Some(GOOD)));
        assert!(
            same.contains("HUB_SHED_KEY") && same.contains("HUB_API_KEY"),
            "{same}"
        );
        let old_name = keyed(listen, Some(GOOD), None).with("OLD_KEY", GOOD);
        assert!(refusal(&old_name).contains("HUB_API_KEY"));
    }
}

#[test]
fn a_start_without_a_key_says_so_in_one_line() {
    let none = warnings(&given());
    assert!(
        none.len() == 1 && none[0].contains("HUB_API_KEY is not set"),
        "{none:?}"
    );
    for blank in ["", " ", "\t"] {
        let said = warnings(&keyed("127.0.0.1:0", Some(blank), None));
        assert!(
            said.len() == 1 && said[0].contains("HUB_API_KEY is set but blank"),
            "{said:?}"
        );
        let said = warnings(&keyed("127.0.0.1:0", Some(GOOD), Some(blank)));
        assert!(
            said.len() == 1 && said[0].contains("HUB_SHED_KEY is set but blank"),
            "{said:?}"
        );
        let said = warnings(&keyed("0.0.0.0:8000", Some(blank), Some(GOOD)));
        assert!(
            said.len() == 1 && said[0].contains("HUB_API_KEY is set but blank"),
            "{said:?}"
        );
        assert!(refusal(&keyed("0.0.0.0:8000", Some(blank), None)).contains("HUB_API_KEY"));
    }
    let hosts = given().with("HUB_ALLOWED_HOSTS", "hub.example");
    let said = warnings(&hosts);
    assert!(
        said.len() == 2 && said[1].contains("HUB_ALLOWED_HOSTS"),
        "{said:?}"
    );
    assert!(said[1].contains("hub.example"), "{said:?}");
    let with_key = hosts.with("HUB_API_KEY", GOOD);
    assert!(warnings(&with_key).is_empty());
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
        let given = given().with("HUB_ALLOWED_HOSTS", host);
        assert!(refusal(&given).starts_with("HUB_ALLOWED_HOSTS"), "{host}");
    }
}
