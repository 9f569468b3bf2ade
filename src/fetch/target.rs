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
