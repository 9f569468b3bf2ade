//! Settings of fetching files from URLs that clients name.
//!
//! Owns the list of addresses that may be fetched although they are not public, and the time
//! limit. It must not know how an address is reached, nor which addresses are public.

use crate::config::{AnySetting, List, Setting, Time, Values};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[&FETCH_ALLOW, &FETCH_TIMEOUT];

static FETCH_ALLOW: Setting<List<AllowedAddresses>> = Setting {
    name: "HUB_FETCH_ALLOW",
    former: &[],
    what: "Addresses and networks, separated by commas, whose files may be fetched although they \
           are not public",
    more: "They are `10.1.2.3`, `10.1.2.3:8080` for one port alone, `[fd00::1]:8080`, \
           `10.0.0.0/8` and the like. Whoever may send files can then read what is served there.",
    kind: List {
        of: "addresses or networks such as 10.1.2.3, 10.1.2.3:8080 or 10.0.0.0/8",
        item: |text| text.parse().ok(),
        empty: "none",
    },
};

static FETCH_TIMEOUT: Setting<Time> = Setting {
    name: "HUB_FETCH_TIMEOUT",
    former: &[],
    what: "Seconds that a file may take to arrive from a URL",
    more: "Look-ups, redirects and all waiting for its bytes count, but not the time in which \
           Telegram takes them in.",
    kind: Time::seconds(1..=3600, 60),
};

/// Fetching files from URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchConfig {
    /// Addresses that may be fetched although they are not public.
    pub allow: Vec<AllowedAddresses>,
    /// How long a file may take to arrive.
    pub timeout: Duration,
}

impl FetchConfig {
    pub(super) fn from_values(values: &Values) -> Self {
        Self {
            allow: FETCH_ALLOW.of(values),
            timeout: FETCH_TIMEOUT.of(values),
        }
    }
}

impl Default for FetchConfig {
    /// What holds when nothing is set.
    fn default() -> Self {
        Self::from_values(&Values::default())
    }
}

/// An address or a network, with one port or all of them.
///
/// Written `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`, `192.0.2.1:8080` or `[2001:db8::1]:8080`
/// (RFC 4632, section 3.1; RFC 4291, section 2.3; RFC 3986, section 3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowedAddresses {
    network: IpAddr,
    /// Leading bits that an address must share with the network: up to 32 or 128.
    prefix: u8,
    /// The only port, or any.
    port: Option<u16>,
}

impl AllowedAddresses {
    /// Whether the address is among these. IPv4-mapped IPv6 addresses count as IPv4.
    pub fn contains(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        let same_family = ip.is_ipv4() == self.network.is_ipv4();
        let port = self.port.is_none_or(|port| port == address.port());
        same_family && port && masked(ip, self.prefix) == masked(self.network, self.prefix)
    }
}

/// The address as a number with only its leading bits kept.
fn masked(ip: IpAddr, prefix: u8) -> u128 {
    // A shift by the whole width, which a prefix of 0 asks for, is the one that Rust refuses.
    match ip {
        IpAddr::V4(ip) => {
            let dropped = 32 - u32::from(prefix.min(32));
            u128::from(ip.to_bits().checked_shr(dropped).unwrap_or(0))
        }
        IpAddr::V6(ip) => {
            let dropped = 128 - u32::from(prefix.min(128));
            ip.to_bits().checked_shr(dropped).unwrap_or(0)
        }
    }
}

/// A text that is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an address nor a network")]
pub struct AllowedAddressesError;

impl FromStr for AllowedAddresses {
    type Err = AllowedAddressesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            let scoped = matches!(address, SocketAddr::V6(v6) if v6.scope_id() != 0);
            return match address.port() {
                0 => Err(AllowedAddressesError),
                _ if scoped => Err(AllowedAddressesError),
                port => Ok(Self::single(address.ip(), Some(port))),
            };
        }
        let Some((network, prefix)) = text.split_once('/') else {
            let ip = text.parse().or(Err(AllowedAddressesError))?;
            return Ok(Self::single(ip, None));
        };
        let network: IpAddr = network.parse().or(Err(AllowedAddressesError))?;
        let prefix = prefix.parse().or(Err(AllowedAddressesError))?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let kept = (
            masked(network, prefix),
            u32::from(width - prefix.min(width)),
        );
        // Bits beyond the prefix are a slip: was the address meant, or the whole network?
        let whole = kept.0.checked_shl(kept.1).unwrap_or(0) == masked(network, width);
        // An IPv4-mapped network would never match: addresses are compared as IPv4.
        let plain = network == network.to_canonical();
        (prefix <= width && whole && plain)
            .then_some(Self {
                network,
                prefix,
                port: None,
            })
            .ok_or(AllowedAddressesError)
    }
}

impl AllowedAddresses {
    fn single(ip: IpAddr, port: Option<u16>) -> Self {
        let network = ip.to_canonical();
        Self {
            network,
            prefix: if network.is_ipv4() { 32 } else { 128 },
            port,
        }
    }
}

impl fmt::Display for AllowedAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.network, port).fmt(f),
            None => write!(f, "{}/{}", self.network, self.prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str) -> AllowedAddresses {
        text.parse().expect("addresses")
    }

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_contains_its_addresses_at_any_port() {
        let net = allowed("10.1.0.0/16");
        assert!(net.contains(at("10.1.0.0:1")) && net.contains(at("10.1.255.255:65535")));
        assert!(net.contains(at("[::ffff:10.1.2.3]:80")));
        assert!(!net.contains(at("10.2.0.0:1")) && !net.contains(at("[::a01:203]:80")));
        assert!(allowed("0.0.0.0/0").contains(at("203.0.113.9:80")));
        assert!(!allowed("0.0.0.0/0").contains(at("[::1]:80")));
        assert!(allowed("fd00::/8").contains(at("[fdff::1]:80")));
        assert!(allowed("::/0").contains(at("[2001:db8::1]:80")));
    }

    #[test]
    fn an_address_is_alone_and_a_port_is_the_only_one() {
        let one = allowed("127.0.0.1");
        assert!(one.contains(at("127.0.0.1:9")) && !one.contains(at("127.0.0.2:9")));
        let port = allowed("127.0.0.1:8080");
        assert!(port.contains(at("127.0.0.1:8080")) && !port.contains(at("127.0.0.1:8081")));
        let six = allowed("[::1]:8080");
        assert!(six.contains(at("[::1]:8080")) && !six.contains(at("[::1]:80")));
        assert!(allowed("::ffff:127.0.0.1").contains(at("127.0.0.1:1")));
    }

    #[test]
    fn what_is_no_address_or_network_is_refused() {
        for text in [
            "",
            "10",
            "10.0.0",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "::1/0",
            "::/129",
            "localhost",
            "10.0.0.1:0",
            "[::1]",
            "[fe80::1%3]:80",
            "10.0.0.0/8:80",
            "1.2.3.4/",
            "::ffff:10.0.0.0/104",
        ] {
            assert!(text.parse::<AllowedAddresses>().is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_written_as_they_are_read() {
        for text in ["10.0.0.0/8", "127.0.0.1:80", "[::1]:80", "fd00::/8"] {
            assert_eq!(allowed(text).to_string(), text);
        }
    }
}
