//! Who gets in: the key, the `Host` and the origin of a request.
//!
//! Owns the list of public paths and the refusal of requests that a web page of another site
//! makes a browser send. It must not know what the paths do.

use crate::auth::{ApiKey, Caller, Origin};
use crate::error::{Code, Error};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use std::net::IpAddr;

/// Decides about every request before anything reads it.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    key: Option<ApiKey>,
    tools_key: Option<ApiKey>,
    hosts: Vec<String>,
    origins: Vec<String>,
    exposed: bool,
}

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a path is open to anyone: the front page, the hub's health and its documentation.
pub(super) fn is_public(path: &str) -> bool {
    matches!(
        path,
        "/" | "/health" | "/healthz" | "/docs" | "/openapi.json"
    ) || path.starts_with("/docs/")
}

/// Whether a path belongs to the tools door, which has a key of its own.
pub(super) fn is_tools(path: &str) -> bool {
    let below = |root: &str| path == root || path.strip_prefix(root).is_some_and(starts_segment);
    (below("/api") && !below("/api/v3")) || is_mcp(path)
}

/// Whether agents are served there. The protocol asks its servers to look at every `Origin`.
/// Source: <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning>.
fn is_mcp(path: &str) -> bool {
    path == "/mcp" || path.strip_prefix("/mcp").is_some_and(starts_segment)
}

fn starts_segment(rest: &str) -> bool {
    rest.starts_with('/')
}

impl Gate {
    /// A gate that asks for `key`, and answers for `hosts` beside the loopback names.
    pub(crate) fn new(key: Option<ApiKey>, hosts: Vec<String>) -> Self {
        Self {
            key,
            tools_key: None,
            hosts,
            origins: Vec::new(),
            exposed: false,
        }
    }

    /// The same gate with a key that opens the tools door alone.
    #[must_use]
    pub(crate) fn with_tools_key(mut self, key: Option<ApiKey>) -> Self {
        self.tools_key = key;
        self
    }

    /// The same gate, with origins whose pages may use the tools door; `*` stands for all.
    #[must_use]
    pub(crate) fn with_origins(mut self, origins: Vec<String>) -> Self {
        self.origins = origins;
        self
    }

    /// The same gate where other machines reach it: what no key guards stays shut.
    #[must_use]
    pub(crate) const fn exposed(mut self, exposed: bool) -> Self {
        self.exposed = exposed;
        self
    }

    /// Whether callers of a path must show a key.
    pub(crate) fn asks_for_key(&self, path: &str) -> bool {
        !is_public(path) && self.guards(path)
    }

    /// Whether some key opens the path, or none does.
    fn guards(&self, path: &str) -> bool {
        self.key.is_some() || self.exposed || (is_tools(path) && self.tools_key.is_some())
    }

    /// Lets a request in as a caller.
    ///
    /// # Errors
    /// `host_not_allowed`, `cross_site_request`, `invalid_key`.
    pub(crate) fn admit(&self, path: &str, headers: &HeaderMap) -> Result<Caller, Error> {
        let guarded = self.guards(path);
        self.check_host(guarded, headers)?;
        if is_mcp(path) {
            self.check_site(path, headers)?;
        }
        if Self::shows(self.key.as_ref(), path, headers) {
            return Ok(Caller::new(Origin::Operator));
        }
        if is_tools(path) && Self::shows(self.tools_key.as_ref(), path, headers) {
            return Ok(Caller::new(Origin::Tools));
        }
        match (guarded, is_public(path)) {
            (true, true) => Ok(Caller::new(Origin::Anonymous)),
            (true, false) => Err(Error::new(
                Code::InvalidKey,
                "Could not validate credentials",
            )),
            (false, public) => {
                if !public {
                    self.check_site(path, headers)?;
                }
                Ok(Caller::new(Origin::Loopback))
            }
        }
    }

    /// Whether a request shows the key. Clients of the tools door may leave the word Bearer out.
    fn shows(key: Option<&ApiKey>, path: &str, headers: &HeaderMap) -> bool {
        let raw = headers.get(AUTHORIZATION).filter(|_| is_tools(path));
        let raw = raw.map(|value| value.as_bytes().trim_ascii());
        key.is_some_and(|key| {
            presented(headers)
                .chain(raw)
                .any(|shown| key.matches(shown))
        })
    }

    /// Where no key is asked for, only the `Host` tells a local client from a page whose name was
    /// rebound to this address.
    fn check_host(&self, guarded: bool, headers: &HeaderMap) -> Result<(), Error> {
        if guarded && self.hosts.is_empty() {
            return Ok(());
        }
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        match host.map(host_name) {
            Some(name) if self.answers_for(&name) => Ok(()),
            _ => Err(Error::new(
                Code::HostNotAllowed,
                "The Host header is not allowed; add it to HUB_ALLOWED_HOSTS",
            )),
        }
    }

    /// An `Origin` says more than `Sec-Fetch-Site`: a page on another loopback port is welcome.
    fn check_site(&self, path: &str, headers: &HeaderMap) -> Result<(), Error> {
        let foreign = match headers.get(ORIGIN) {
            Some(origin) => !origin.to_str().is_ok_and(|origin| {
                (is_tools(path) && self.lists(origin))
                    || origin
                        .split_once("://")
                        .is_some_and(|(_, authority)| self.answers_for(&host_name(authority)))
            }),
            None => headers
                .get(SEC_FETCH_SITE)
                .is_some_and(|site| site == "cross-site"),
        };
        if foreign {
            return Err(Error::new(
                Code::CrossSiteRequest,
                "Requests from pages of other sites are refused",
            ));
        }
        Ok(())
    }

    fn lists(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|listed| listed == "*" || listed.eq_ignore_ascii_case(origin))
    }

    fn answers_for(&self, name: &str) -> bool {
        is_loopback(name) || self.hosts.iter().any(|host| host == name)
    }
}

/// The keys a request shows: `X-API-Key`, and `Authorization: Bearer` (RFC 6750).
fn presented(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.as_bytes().split_at_checked(7)?;
        scheme
            .eq_ignore_ascii_case(b"bearer ")
            .then(|| token.trim_ascii())
    });
    headers
        .get(X_API_KEY)
        .map(HeaderValue::as_bytes)
        .into_iter()
        .chain(bearer)
}

/// The name of an authority without its port, in lower case; an IPv6 address without brackets.
fn host_name(authority: &str) -> String {
    let name = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    };
    name.unwrap_or(authority)
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
