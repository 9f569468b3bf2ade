//! Who gets in: the key, the host and the origin of a request.
//!
//! Owns what each rule asks for, and the refusal of requests that a web page of another site makes
//! a browser send. It must not know which paths there are: it is told the rule of the route.

use crate::auth::{ApiKey, Caller, Origin};
use crate::error::{Code, Error};
use crate::http::door::{Lock, Rule};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use std::net::IpAddr;
use std::sync::Arc;

/// Decides about every request before anything reads it.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    key: Option<ApiKey>,
    hosts: Vec<String>,
    /// What opens each door beside that key, by the door's name.
    locks: Vec<(&'static str, Lock)>,
    exposed: bool,
}

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Gate {
    /// A gate that asks for `key`, and answers for `hosts` beside the loopback names.
    pub(crate) fn new(key: Option<ApiKey>, hosts: Vec<String>) -> Self {
        Self {
            key,
            hosts,
            locks: Vec::new(),
            exposed: false,
        }
    }

    /// The same gate with what opens a door beside the hub's key.
    #[must_use]
    pub(crate) fn with_lock(mut self, door: &'static str, lock: Lock) -> Self {
        self.locks.push((door, lock));
        self
    }

    /// The same gate where other machines reach it: what no key guards stays shut.
    #[must_use]
    pub(crate) const fn exposed(mut self, exposed: bool) -> Self {
        self.exposed = exposed;
        self
    }

    /// Whether callers must show a key under a rule.
    pub(crate) fn asks_for_key(&self, rule: Rule) -> bool {
        rule != Rule::Public && self.guards(rule) && !self.is_open_to_bearers(rule)
    }

    /// Whether the door of a rule takes callers who bring an account of their own.
    fn is_open_to_bearers(&self, rule: Rule) -> bool {
        self.lock_of(rule).is_some_and(|lock| lock.open_to_bearers)
    }

    /// Whether some key opens what stands under a rule, or none does.
    fn guards(&self, rule: Rule) -> bool {
        self.guards_hub() || self.keys_of(rule).next().is_some()
    }

    /// The keys of doors that have to do with a rule: that of its door, and all where nothing is.
    fn keys_of(&self, rule: Rule) -> impl Iterator<Item = (&'static str, &ApiKey)> {
        let own = rule.guard().map(|guard| guard.door);
        let wanted = move |door| rule == Rule::Closed || own == Some(door);
        self.keys().filter(move |(door, _)| wanted(*door))
    }

    fn keys(&self) -> impl Iterator<Item = (&'static str, &ApiKey)> {
        let keys = self.locks.iter();
        keys.filter_map(|(door, lock)| Some((*door, lock.key.as_ref()?)))
    }

    const fn guards_hub(&self) -> bool {
        self.key.is_some() || self.exposed
    }

    /// Lets a request in as a caller, who is limited as everybody is behind its door.
    ///
    /// # Errors
    /// `host_not_allowed`, `cross_site_request`, `invalid_key`.
    pub(crate) fn admit(&self, asked: &Asked<'_>) -> Result<Caller, Error> {
        let caller = Caller::new(self.origin(asked)?);
        Ok(match self.lock_of(asked.rule) {
            Some(lock) => caller.within(Arc::clone(&lock.limits)),
            None => caller,
        })
    }

    /// How a request gets in.
    fn origin(&self, asked: &Asked<'_>) -> Result<Origin, Error> {
        let rule = asked.rule;
        let guarded = self.guards(rule);
        // What no key of the hub guards is for local clients, and so is what is not there.
        let host_says_all = !guarded || (rule == Rule::Closed && !self.guards_hub());
        if host_says_all || !self.hosts.is_empty() {
            self.check_host(asked)?;
        }
        if rule.guard().is_some_and(|guard| guard.checks_origin) {
            self.check_site(asked)?;
        }
        if self.key.as_ref().is_some_and(|key| asked.shows(key)) {
            return Ok(Origin::Operator);
        }
        if let Some(door) = self.opened(asked) {
            return Ok(Origin::Door(door));
        }
        match (guarded, rule) {
            (true, Rule::Public) => Ok(Origin::Anonymous),
            (true, rule) if self.is_open_to_bearers(rule) => {
                self.check_site(asked)?;
                Ok(Origin::Bearer)
            }
            (true, _) => Err(Error::new(
                Code::InvalidKey,
                "Could not validate credentials",
            )),
            (false, Rule::Public) => Ok(Origin::Loopback),
            (false, _) => {
                self.check_site(asked)?;
                Ok(Origin::Loopback)
            }
        }
    }

    /// Whether a request shows a key, and none that there is.
    pub(crate) fn is_guess(&self, asked: &Asked<'_>) -> bool {
        let mut keys = self.key.iter().chain(self.keys().map(|(_, key)| key));
        asked.presented().any(|shown| !shown.is_empty()) && !keys.any(|key| asked.shows(key))
    }

    /// The door whose key a request shows, where that key counts. It opens its own door, and says
    /// of a path that it is not there where no other key could.
    fn opened(&self, asked: &Asked<'_>) -> Option<&'static str> {
        if asked.rule == Rule::Closed && self.guards_hub() {
            return None;
        }
        let mut keys = self.keys_of(asked.rule);
        keys.find(|(_, key)| asked.shows(key)).map(|(door, _)| door)
    }

    /// Only the host tells a local client from a page whose name was rebound to this address.
    ///
    /// A target in absolute form names the host as well, and counts before the header (RFC 9112,
    /// section 3.2.2); here both must be right.
    fn check_host(&self, asked: &Asked<'_>) -> Result<(), Error> {
        let header = asked.headers.get(HOST).and_then(|host| host.to_str().ok());
        let right = |host: &str| self.answers_for(host);
        if header.is_some_and(right) && asked.authority.is_none_or(right) {
            return Ok(());
        }
        Err(Error::new(
            Code::HostNotAllowed,
            "The Host header is not allowed; add it to HUB_ALLOWED_HOSTS",
        ))
    }

    /// An `Origin` says more than `Sec-Fetch-Site`: a page on another loopback port is welcome.
    fn check_site(&self, asked: &Asked<'_>) -> Result<(), Error> {
        let foreign = match asked.headers.get(ORIGIN) {
            Some(origin) => !origin.to_str().is_ok_and(|origin| {
                self.lists(asked.rule, origin)
                    || origin
                        .split_once("://")
                        .is_some_and(|(_, authority)| self.answers_for(authority))
            }),
            None => asked
                .headers
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

    /// Whether the door of a rule is open to pages of an origin.
    fn lists(&self, rule: Rule, origin: &str) -> bool {
        let mut origins = self
            .lock_of(rule)
            .into_iter()
            .flat_map(|lock| &lock.origins);
        origins.any(|listed| listed == "*" || listed.eq_ignore_ascii_case(origin))
    }

    /// The lock of the door of a rule.
    fn lock_of(&self, rule: Rule) -> Option<&Lock> {
        let own = rule.guard()?.door;
        let mut locks = self.locks.iter();
        locks.find(|(door, _)| *door == own).map(|(_, lock)| lock)
    }

    fn answers_for(&self, authority: &str) -> bool {
        host_name(authority).is_some_and(|name| is_loopback(&name) || self.hosts.contains(&name))
    }
}

/// A request as the gate sees it.
pub(crate) struct Asked<'a> {
    /// The rule of the route that it reaches.
    pub(crate) rule: Rule,
    /// The authority of a target in absolute form.
    pub(crate) authority: Option<&'a str>,
    /// Its headers.
    pub(crate) headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// Whether it shows the key.
    fn shows(&self, key: &ApiKey) -> bool {
        self.presented().any(|shown| key.matches(shown))
    }

    /// The keys that it shows: `X-API-Key`, and `Authorization: Bearer` (RFC 6750). Clients of some
    /// doors may leave the word Bearer out.
    fn presented(&self) -> impl Iterator<Item = &[u8]> {
        let authorization = self.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let bearer = authorization.and_then(|value| {
            let (scheme, token) = value.split_at_checked(7)?;
            scheme
                .eq_ignore_ascii_case(b"bearer ")
                .then(|| token.trim_ascii())
        });
        let takes_bare = self.rule.guard().is_some_and(|guard| guard.bare_key);
        let bare = authorization.filter(|_| takes_bare);
        let header = self.headers.get(X_API_KEY).map(HeaderValue::as_bytes);
        let all = [header, bearer, bare.map(<[u8]>::trim_ascii)];
        all.into_iter().flatten()
    }
}

/// The name of an authority without its port, in lower case; an IPv6 address without brackets.
///
/// What is no host with perhaps a port is nothing: `localhost:x@evil.example` is another's.
fn host_name(authority: &str) -> Option<String> {
    let (name, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return None;
    }
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let address = name.parse::<IpAddr>().map(|address| address.to_string());
    Some(address.unwrap_or(name))
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
