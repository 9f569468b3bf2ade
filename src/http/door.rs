//! What a door says of itself, and the words in which it does.
//!
//! Owns the description of a door; whoever needs to know something of the doors asks the list of
//! them (`doors::ALL`), and each entry answers for itself. It must not know which doors there are.

use crate::auth::{ApiKey, Limits};
use crate::config::{AnySetting, Config};
use crate::error::Error;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// A door: a set of paths with shapes of its own.
pub(crate) struct Door {
    /// Its name, as `HUB_DOORS` has it.
    pub(crate) name: &'static str,
    /// Whether it is open where `HUB_DOORS` is not set.
    pub(crate) by_default: bool,
    /// The paths that are its own, also those that lead nowhere.
    pub(crate) areas: &'static [Area],
    /// The paths to start with, each with its name on the front page.
    pub(crate) starts: &'static [(&'static str, &'static str)],
    /// Registers its routes. Those that describe themselves are in the OpenAPI document, and have
    /// [`Self::entrance`] for their rule.
    pub(crate) routes: fn(&mut ServiceConfig<'_>),
    /// The rule of the routes that describe themselves.
    pub(crate) entrance: Rule,
    /// The rules of its other patterns, or other rules.
    pub(crate) rules: fn() -> Vec<(&'static str, Rule)>,
    /// Its part of the OpenAPI document beside what the routes say of themselves.
    pub(crate) document: fn() -> Part,
    /// What can be set of it.
    pub(crate) settings: &'static [&'static dyn AnySetting],
    /// What opens it beside the hub's own key.
    pub(crate) lock: fn(&Config) -> Lock,
    /// What its handlers share.
    pub(crate) state: fn(&Config) -> State,
    /// How an error leaves, whatever has failed: a check of the request, the gate, the router, the
    /// reading of the body, an operation, or a handler by a panic.
    pub(crate) render: fn(&Error) -> HttpResponse,
}

/// Paths that belong together. Of several that fit, the longest decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    /// This path alone.
    Only(&'static str),
    /// This path, and all that follow it after a slash.
    Below(&'static str),
    /// The same, and they are left to others.
    Except(&'static str),
}

impl Area {
    /// How many bytes of a path it decides about; `None` when it does not fit.
    pub(crate) fn fits(self, path: &str) -> Option<usize> {
        let (Self::Only(own) | Self::Below(own) | Self::Except(own)) = self;
        let rest = path.strip_prefix(own)?;
        let whole = own.ends_with('/') || rest.starts_with('/');
        let fits = rest.is_empty() || (whole && !matches!(self, Self::Only(_)));
        fits.then_some(own.len())
    }
}

/// What a route belongs to, which decides who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    /// Open to anyone: the front page, the health of the hub, its documentation.
    Public,
    /// What the hub's own key guards.
    Operator,
    /// What a door's own key opens as well.
    Door(Guard),
    /// Everything else: paths without a route, and routes that the table does not name. Nothing
    /// is asked for more.
    Closed,
}

impl Rule {
    /// The guard of the door that it belongs to.
    pub(crate) const fn guard(self) -> Option<Guard> {
        match self {
            Self::Door(guard) => Some(guard),
            Self::Public | Self::Operator | Self::Closed => None,
        }
    }
}

/// How a door with a key of its own looks at requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Guard {
    /// The door's name.
    pub(crate) door: &'static str,
    /// Whether clients may leave the word Bearer out.
    pub(crate) bare_key: bool,
    /// Whether the `Origin` is looked at also when a key is shown.
    pub(crate) checks_origin: bool,
}

/// What opens a door beside the hub's own key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lock {
    /// A key that opens this door and nothing else.
    pub(crate) key: Option<ApiKey>,
    /// Origins of web pages that may use the door; `*` stands for all.
    pub(crate) origins: Vec<String>,
    /// What limits everybody who comes through the door, whatever opened it.
    pub(crate) limits: Arc<Limits>,
    /// Whether callers get in without a key who bring the credentials of an account of their own.
    pub(crate) open_to_bearers: bool,
}

impl Lock {
    /// A door that has no key of its own.
    pub(crate) fn none(_config: &Config) -> Self {
        Self::default()
    }
}

/// Gives every worker what the handlers share.
pub(crate) type State = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// Handlers that share nothing.
pub(crate) fn no_state(_config: &Config) -> State {
    Arc::new(|_app| ())
}

/// A door's part of the OpenAPI document.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// The tags of its operations, each with a description.
    pub(crate) tags: Vec<(&'static str, &'static str)>,
    /// Paths whose routes do not describe themselves.
    pub(crate) paths: Map<String, Value>,
    /// Schemas that these refer to, and that of its errors.
    pub(crate) schemas: Map<String, Value>,
    /// The name of the schema of its errors.
    pub(crate) error: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_ends_at_a_slash() {
        for (area, path, fits) in [
            (Area::Only("/a"), "/a", true),
            (Area::Only("/a"), "/a/", false),
            (Area::Only("/a"), "/ab", false),
            (Area::Below("/a"), "/a", true),
            (Area::Below("/a"), "/a/", true),
            (Area::Below("/a"), "/a/b/c", true),
            (Area::Below("/a"), "/ab", false),
            (Area::Below("/a"), "/A", false),
            (Area::Below("/"), "/", true),
            (Area::Below("/"), "/a", true),
            (Area::Except("/a/b"), "/a/b/c", true),
            (Area::Except("/a/b"), "/a", false),
        ] {
            assert_eq!(area.fits(path).is_some(), fits, "{area:?} {path}");
        }
    }
}
