//! Which addresses are public.
//!
//! Owns the ranges that lead to this machine, its network, its cloud or nowhere, and the ways in
//! which IPv6 addresses carry IPv4 ones. It must not know what is fetched, nor who may have
//! exceptions.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network's first address and its prefix length in bits.
type V4 = (Ipv4Addr, u32);
type V6 = (Ipv6Addr, u32);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u32) -> V4 {
    (Ipv4Addr::new(a, b, c, d), prefix)
}

/// IPv4 that is not public: <https://www.iana.org/assignments/iana-ipv4-special-registry>.
const CLOSED_V4: [V4; 18] = [
    // "This network", of which 0.0.0.0 reaches the machine itself (RFC 791).
    v4(0, 0, 0, 0, 8),
    // Private (RFC 1918).
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    // Behind a provider's address translation (RFC 6598); metadata of Alibaba Cloud.
    v4(100, 64, 0, 0, 10),
    // Loopback (RFC 1122).
    v4(127, 0, 0, 0, 8),
    // Link-local (RFC 3927); 169.254.169.254 is the metadata service of most clouds.
    v4(169, 254, 0, 0, 16),
    // Azure's host agent, which looks public.
    v4(168, 63, 129, 16, 32),
    // Protocol assignments (RFC 6890); metadata of Oracle Cloud.
    v4(192, 0, 0, 0, 24),
    // Documentation (RFC 5737).
    v4(192, 0, 2, 0, 24),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // Delegated to whoever answers: AS112 (RFC 7534, RFC 7535), multicast relays (RFC 7450).
    v4(192, 31, 196, 0, 24),
    v4(192, 52, 193, 0, 24),
    // Relays to 6to4 (RFC 7526).
    v4(192, 88, 99, 0, 24),
    // Benchmarks (RFC 2544).
    v4(198, 18, 0, 0, 15),
    // Multicast (RFC 5771).
    v4(224, 0, 0, 0, 4),
    // Reserved, broadcast among it (RFC 1112, RFC 919).
    v4(240, 0, 0, 0, 4),
];

/// Global unicast, outside of which nothing is public (RFC 4291, section 2.4): neither loopback,
/// link-local, unique local (`fc00::/7`, and `fd00:ec2::254` in it) nor multicast.
const GLOBAL_V6: V6 = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Address translation for the public IPv4 that the last 32 bits carry (RFC 6052).
const TRANSLATED: V6 = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Exceptions from it: <https://www.iana.org/assignments/iana-ipv6-special-registry>.
const CLOSED_V6: [V6; 4] = [
    // Protocol assignments (RFC 2928): Teredo, which carries an IPv4 address, benchmarks, ORCHID.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4, which carries an IPv4 address (RFC 3056) and has no relays any more.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
];

/// Whether an address belongs to the public internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) if within_v6(ip, TRANSLATED) => {
            let [.., a, b, c, d] = ip.octets();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(ip) => {
            within_v6(ip, GLOBAL_V6) && !CLOSED_V6.iter().any(|net| within_v6(ip, *net))
        }
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|(network, prefix)| {
        let differing = ip.to_bits() ^ network.to_bits();
        differing.leading_zeros() >= *prefix
    })
}

fn within_v6(ip: Ipv6Addr, (network, prefix): V6) -> bool {
    (ip.to_bits() ^ network.to_bits()).leading_zeros() >= prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().expect("an address"))
    }

    #[test]
    fn public_addresses_are_public() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "168.63.129.17",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2a00:1450:4001::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(public(text), "{text}");
        }
    }

    #[test]
    fn addresses_of_this_machine_its_network_and_its_cloud_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "::",
            "::1",
            "fc00::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fe80::1",
            "fec0::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn reserved_ranges_are_not_public() {
        for text in [
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "100::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "ff02::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_looked_at() {
        for text in [
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "::127.0.0.1",
            "::1.1.1.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1.1.1.1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        ] {
            assert!(!public(text), "{text}");
        }
    }
}
