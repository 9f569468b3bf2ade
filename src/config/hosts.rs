//! The host names that requests may be addressed to.

use crate::config::text;
use std::net::IpAddr;

/// Reads names and addresses as the gate compares them: in lower case, without port, brackets and
/// the dot of the root.
pub(super) fn read(list: &str) -> Result<Vec<String>, String> {
    text::list(list)
        .map(|host| {
            name(host).map_err(|why| {
                format!(
                    "must be a list of host names such as hub.example, separated by commas; \
                     {host:?} would never match: {why}."
                )
            })
        })
        .collect()
}

fn name(host: &str) -> Result<String, &'static str> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(host).parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    if host.contains("://") {
        return Err("leave the scheme out");
    }
    if host.contains('*') {
        return Err("write every name out, there are no wildcards");
    }
    if host.contains(['/', '?', '#']) {
        return Err("leave the path out");
    }
    if host.contains('@') {
        return Err("leave the user name out");
    }
    if host.contains(':') {
        return Err("leave the port out");
    }
    if !host.is_ascii() {
        return Err("write it as it goes over the wire, in the form xn--…");
    }
    let labels = host.strip_suffix('.').unwrap_or(host);
    if labels.split('.').any(str::is_empty) {
        return Err("there is an empty part between its dots");
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !labels.bytes().all(fits) {
        return Err("a name has letters, digits, hyphens and dots");
    }
    Ok(labels.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_can_never_match_is_refused() {
        for host in [
            "https://hub.example",
            "hub.example/x",
            "hub.example:8000",
            "*",
            "*.example",
            "a..b",
            ".example",
            ".",
            "a b",
            "a\tb",
            "user@hub.example",
            "[::1",
            "[hub.example]",
            "bücher.example",
            "hub.example?x",
            "hub.example#x",
            "\"hub.example\"",
            "[::1]:80",
            "a%2eb",
        ] {
            let error = read(host).expect_err(host);
            assert!(error.starts_with("must be a list of host names"), "{error}");
        }
        let hosts = "Hub.Example, my_hub,hub.example.,10.0.0.1,[2001:DB8:0::1],2001:db8::2,,xn--bcher-kva.example";
        assert_eq!(
            read(hosts).expect("valid"),
            [
                "hub.example",
                "my_hub",
                "hub.example",
                "10.0.0.1",
                "2001:db8::1",
                "2001:db8::2",
                "xn--bcher-kva.example"
            ]
        );
        assert_eq!(read("").expect("none"), Vec::<String>::new());
    }
}
