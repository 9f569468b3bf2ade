//! Which rule each route stands under: the one table that the gate, the document and the refusals
//! read.
//!
//! Owns the rules by the patterns that the router itself matches with. A path is never looked at:
//! whoever spells it otherwise either reaches the same pattern, or none. It must not know what a
//! rule asks for.

use crate::http::doors::tools;
use crate::http::{openapi, pages};
use std::collections::HashMap;

/// What a route belongs to, which decides who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    /// Open to anyone: the front page, the health of the hub, its documentation.
    Public,
    /// The REST half of the tools door, which has a key of its own.
    Tools,
    /// Where agents are served, with the same key. The protocol asks its servers to look at every
    /// `Origin`.
    /// Source: <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning>.
    Mcp,
    /// What the hub's own key guards.
    Hub,
    /// Everything else: paths without a route, and routes that the table does not name. Nothing
    /// is asked for more.
    Closed,
}

impl Rule {
    /// Whether the key of the tools door opens it, and refusals have that door's shape.
    pub(crate) const fn is_of_tools(self) -> bool {
        matches!(self, Self::Tools | Self::Mcp)
    }
}

/// The rule of every route, by its pattern.
pub(crate) struct Rules(HashMap<String, Rule>);

impl Rules {
    /// The rules of all doors. A pattern of a door that is closed is matched by no request.
    pub(crate) fn new() -> Self {
        let hub = openapi::paths().into_iter().map(|path| (path, Rule::Hub));
        let public = pages::PUBLIC.into_iter().map(|path| (path, Rule::Public));
        let others = tools::rules().chain(public);
        let others = others.map(|(path, rule)| (path.to_owned(), rule));
        Self(hub.chain(others).collect())
    }

    /// The rule of the route with this pattern; the strongest when there is none, or one that
    /// nobody has thought of here.
    pub(crate) fn of(&self, pattern: Option<&str>) -> Rule {
        pattern
            .and_then(|pattern| self.0.get(pattern).copied())
            .unwrap_or(Rule::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_that_nobody_has_thought_of_is_closed() {
        let rules = Rules::new();
        for (pattern, rule) in [
            (Some("/"), Rule::Public),
            (Some("/health"), Rule::Public),
            (Some("/healthz"), Rule::Public),
            (Some("/openapi.json"), Rule::Public),
            (Some("/docs"), Rule::Public),
            (Some("/docs/{page:.*}"), Rule::Public),
            (Some("/metrics"), Rule::Hub),
            (Some("/session/{session_id}/status"), Rule::Hub),
            (Some("/api/me"), Rule::Tools),
            (Some("/api/messages/{message_id}"), Rule::Tools),
            (Some("/api/{rest:.*}"), Rule::Tools),
            (Some("/mcp"), Rule::Mcp),
            (Some("/mcp/{rest:.*}"), Rule::Mcp),
            (Some("/api/v3/{rest:.*}"), Rule::Closed),
            (Some("/new/route"), Rule::Closed),
            (None, Rule::Closed),
        ] {
            assert_eq!(rules.of(pattern), rule, "{pattern:?}");
        }
    }
}
