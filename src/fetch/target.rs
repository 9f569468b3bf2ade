//! The check of a URL before anything is sent to it.
//!
//! Owns the rules for scheme, credentials, host and addresses, and the exceptions that the
//! settings name. It must not know what is requested there, so that everything which goes out to
//! URLs of clients can pass through it.

use crate::config::AllowedAddresses;
use crate::fetch::FetchError;
use crate::fetch::address::is_public;
use crate::fetch::lookup::{Lookup, Pinned};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// More than browsers and servers agree on; the rest is an attack or a slip.
const LONGEST_URL: usize = 8192;

/// Enough for every honest name. A list without end would only spread the time thinner.
const MOST_ADDRESSES: usize = 16;

/// Decides where connections may go.
#[derive(Clone)]
pub(super) struct Guard {
    /// Addresses that may be connected to although they are not public.
    allow: Vec<AllowedAddresses>,
    lookup: Arc<dyn Lookup>,
}

/// A URL that may be requested, with the only addresses to connect to.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The URL: http or https, with a host and without credentials.
    pub(super) url: Url,
    /// Its checked addresses.
    pub(super) pinned: Pinned,
}

/// Reads a URL and checks all of it that needs no look-up.
pub(super) fn parse(text: &str) -> Result<Url, FetchError> {
    if text.len() > LONGEST_URL {
        let reason = format!("it is longer than {LONGEST_URL} bytes");
        return Err(FetchError::InvalidUrl(reason));
    }
    let url = Url::parse(text).map_err(|error| FetchError::InvalidUrl(error.to_string()))?;
    check(url)
}

/// Where a redirect from `from` with this `Location` goes (RFC 9110, section 10.2.2).
pub(super) fn redirected(from: &Url, location: &[u8]) -> Result<Url, FetchError> {
    let location = str::from_utf8(location).or(Err(FetchError::InvalidRedirect))?;
    let url = from.join(location).or(Err(FetchError::InvalidRedirect))?;
    if url.as_str().len() > LONGEST_URL {
        return Err(FetchError::InvalidRedirect);
    }
    let url = check(url)?;
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(FetchError::Downgrade);
    }
    Ok(url)
}

fn check(url: Url) -> Result<Url, FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Credentials);
    }
    Ok(url)
}

/// The host as the URL names it, for texts.
pub(super) fn shown_host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

impl Guard {
    pub(super) fn new(allow: Vec<AllowedAddresses>, lookup: Arc<dyn Lookup>) -> Self {
        Self { allow, lookup }
    }

    /// Looks the host up, once, and refuses it if even one of its addresses may not be
    /// connected to.
    pub(super) async fn admit(&self, url: Url) -> Result<Target, FetchError> {
        let no_host = || FetchError::InvalidUrl("it names no host and port".to_owned());
        let port = url.port_or_known_default().filter(|port| *port != 0);
        let port = port.ok_or_else(no_host)?;
        let ips = match url.host().ok_or_else(no_host)? {
            Host::Ipv4(ip) => vec![IpAddr::V4(ip)],
            Host::Ipv6(ip) => vec![IpAddr::V6(ip)],
            Host::Domain(name) => self.resolve(name).await?,
        };
        let mut addresses: Vec<SocketAddr> = ips.into_iter().map(|ip| (ip, port).into()).collect();
        let host = shown_host(&url);
        if !addresses.iter().all(|address| self.may_connect(*address)) {
            return Err(FetchError::ForbiddenAddress { host });
        }
        addresses.truncate(MOST_ADDRESSES);
        let pinned = Pinned {
            name: host,
            addresses,
        };
        Ok(Target { url, pinned })
    }

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, FetchError> {
        let unknown = |source| FetchError::UnknownHost {
            host: name.to_owned(),
            source,
        };
        match self.lookup.lookup(name.to_owned()).await {
            Ok(addresses) if addresses.is_empty() => Err(unknown(None)),
            Ok(addresses) => Ok(addresses),
            Err(error) => Err(unknown(Some(error.into()))),
        }
    }

    fn may_connect(&self, address: SocketAddr) -> bool {
        let allowed = self.allow.iter().any(|some| some.contains(address));
        allowed || is_public(address.ip())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::SystemLookup;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn a_redirect_may_lead_from_http_to_https_but_not_back() {
        let secure = redirected(&url("http://example.org/a/b"), b"https://example.org/c");
        assert_eq!(secure.expect("a URL").as_str(), "https://example.org/c");
        let relative = redirected(&url("https://example.org/a/b"), b"../c?d");
        assert_eq!(relative.expect("a URL").as_str(), "https://example.org/c?d");
        let back = redirected(&url("https://example.org/"), b"http://example.org/");
        assert!(matches!(back, Err(FetchError::Downgrade)));
    }

    proptest! {
        #[test]
        fn any_text_is_a_url_without_credentials_or_refused(text in "(https?:/{0,3})?.*") {
            if let Ok(url) = parse(&text) {
                prop_assert!(matches!(url.scheme(), "http" | "https"));
                prop_assert!(url.username().is_empty() && url.password().is_none());
                prop_assert!(url.host().is_some());
            }
        }

        #[test]
        fn any_redirect_leads_to_such_a_url_or_is_refused(location: Vec<u8>) {
            if let Ok(url) = redirected(&url("https://example.org/"), &location) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }

        #[test]
        fn any_ipv4_number_is_judged_as_the_address_that_it_stands_for(bits: u32) {
            let guard = Guard::new(Vec::new(), Arc::new(SystemLookup));
            let ip = std::net::Ipv4Addr::from_bits(bits);
            let mapped = ip.to_ipv6_mapped();
            let [a, b, c, d] = ip.octets();
            for host in [
                format!("{bits}"),
                format!("{bits:#x}"),
                format!("0{bits:o}"),
                format!("{a:#x}.0{b:o}.{}", u16::from_be_bytes([c, d])),
                format!("[{mapped}]"),
                format!("[64:ff9b::{:x}:{:x}]", bits >> 16, bits & 0xffff),
            ] {
                let admitted = futures_util::FutureExt::now_or_never(
                    guard.admit(url(&format!("http://{host}/"))),
                );
                let admitted = admitted.expect("no look-up");
                prop_assert_eq!(admitted.is_ok(), is_public(IpAddr::V4(ip)), "{}", host);
            }
        }
    }
}
