//! Which rule each route stands under: the one table that the gate and the document read.
//!
//! Owns the rules by the patterns that the router itself matches with. A path is never looked at:
//! whoever spells it otherwise either reaches the same pattern, or none. It must not know what a
//! rule asks for, nor which doors there are.

use crate::http::door::{Door, Rule};
use crate::http::pages::PAGES;
use crate::http::{doors, openapi};
use std::collections::HashMap;

/// The rule of every route, by its pattern.
pub(crate) struct Rules(HashMap<String, Rule>);

impl Rules {
    /// The rules of all doors. A pattern of a door that is closed is matched by no request.
    pub(crate) fn new() -> Self {
        let doors = doors::ALL.iter().copied().chain([&PAGES]);
        Self(doors.flat_map(of_door).collect())
    }

    /// The rule of the route with this pattern; the strongest when there is none, or one that
    /// nobody has thought of here.
    pub(crate) fn of(&self, pattern: Option<&str>) -> Rule {
        pattern
            .and_then(|pattern| self.0.get(pattern).copied())
            .unwrap_or(Rule::Closed)
    }
}

/// Every pattern of a door.
#[cfg(test)]
pub(super) fn patterns_of(door: &'static Door) -> impl Iterator<Item = String> {
    of_door(door).map(|(pattern, _)| pattern)
}

/// The rules of a door; what it says itself of a pattern comes last and counts.
fn of_door(door: &'static Door) -> impl Iterator<Item = (String, Rule)> {
    let described = openapi::patterns(door).into_iter();
    let said = (door.rules)().into_iter();
    described
        .map(|path| (path, door.entrance))
        .chain(said.map(|(path, rule)| (path.to_owned(), rule)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::door::Guard;

    #[test]
    fn a_route_that_nobody_has_thought_of_is_closed() {
        let rules = Rules::new();
        let tools = Guard {
            door: "tools",
            bare_key: true,
            checks_origin: false,
        };
        let mcp = Guard {
            checks_origin: true,
            ..tools
        };
        for (pattern, rule) in [
            (Some("/"), Rule::Public),
            (Some("/health"), Rule::Public),
            (Some("/healthz"), Rule::Public),
            (Some("/openapi.json"), Rule::Public),
            (Some("/docs"), Rule::Public),
            (Some("/docs/{page:.*}"), Rule::Public),
            (Some("/metrics"), Rule::Operator),
            (Some("/session/{session_id}/status"), Rule::Operator),
            (Some("/api/me"), Rule::Door(tools)),
            (Some("/api/messages/{message_id}"), Rule::Door(tools)),
            (Some("/api/{rest:.*}"), Rule::Door(tools)),
            (Some("/mcp"), Rule::Door(mcp)),
            (Some("/mcp/{rest:.*}"), Rule::Door(mcp)),
            (Some("/api/v3/{rest:.*}"), Rule::Closed),
            (Some("/new/route"), Rule::Closed),
            (None, Rule::Closed),
        ] {
            assert_eq!(rules.of(pattern), rule, "{pattern:?}");
        }
    }
}
