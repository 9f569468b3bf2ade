//! Callers and scopes.

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
}

/// Who calls an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    origin: Origin,
}

impl Caller {
    /// A caller who got in this way.
    pub const fn new(origin: Origin) -> Self {
        Self { origin }
    }

    /// How the caller got in.
    pub const fn origin(self) -> Origin {
        self.origin
    }

    /// Whether the caller may do what asks for `scope`.
    pub const fn may(self, scope: Scope) -> bool {
        match self.origin {
            Origin::Anonymous => matches!(scope, Scope::Public),
            Origin::Door(_) => !matches!(scope, Scope::Manage),
            Origin::Loopback | Origin::Operator => true,
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
            assert!(caller.may(Scope::Public));
            for scope in [Scope::Read, Scope::Send, Scope::Manage] {
                assert_eq!(caller.may(scope), others, "{origin:?} {scope:?}");
            }
        }
    }

    #[test]
    fn a_caller_of_the_tools_manages_no_sessions() {
        let caller = Caller::new(Origin::Door("tools"));
        assert!(caller.may(Scope::Read) && caller.may(Scope::Send));
        assert!(!caller.may(Scope::Manage));
    }
}
