//! Callers and scopes.

use crate::auth::Limits;
use std::sync::Arc;

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Nothing: open to anyone who reaches the port.
    Public,
    /// Reading sessions, chats and captured messages.
    Read,
    /// Writing as an account.
    Send,
    /// Logging accounts in and out, and taking sessions up and down.
    Manage,
}

impl Scope {
    /// Whether what asks for it leaves everything as it was.
    pub const fn only_reads(self) -> bool {
        matches!(self, Self::Public | Self::Read)
    }
}

/// How a caller got in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Showed nothing; only public paths are open.
    Anonymous,
    /// Came over loopback to a hub that asks for no key.
    Loopback,
    /// Showed the key of a door, which has this name.
    Door(&'static str),
    /// Showed the hub's key.
    Operator,
    /// Showed no key, and brings the credentials of an account of its own, which is all that it
    /// may call with.
    Bearer,
}

/// Who calls an operation, and how far that reaches: the one principal, of whichever door.
#[derive(Clone, Debug)]
pub struct Caller {
    origin: Origin,
    limits: Arc<Limits>,
}

impl Caller {
    /// A caller who got in this way, limited by nothing else.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            limits: Arc::default(),
        }
    }

    /// The same caller within limits.
    #[must_use]
    pub fn within(self, limits: Arc<Limits>) -> Self {
        Self { limits, ..self }
    }

    /// How the caller got in.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// What limits the caller beside that.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether the way in gives the caller a scope.
    pub const fn has(&self, scope: Scope) -> bool {
        match self.origin {
            Origin::Anonymous => matches!(scope, Scope::Public),
            Origin::Door(_) => !matches!(scope, Scope::Manage),
            // Whose account it is, is what limits a bearer.
            Origin::Loopback | Origin::Operator | Origin::Bearer => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anonymous_caller_may_use_public_operations_only() {
        for (origin, others) in [
            (Origin::Anonymous, false),
            (Origin::Loopback, true),
            (Origin::Operator, true),
        ] {
            let caller = Caller::new(origin);
            assert!(caller.has(Scope::Public));
            for scope in [Scope::Read, Scope::Send, Scope::Manage] {
                assert_eq!(caller.has(scope), others, "{origin:?} {scope:?}");
            }
        }
    }

    #[test]
    fn a_caller_of_the_tools_manages_no_sessions() {
        let caller = Caller::new(Origin::Door("tools"));
        assert!(caller.has(Scope::Read) && caller.has(Scope::Send));
        assert!(!caller.has(Scope::Manage));
    }
}
