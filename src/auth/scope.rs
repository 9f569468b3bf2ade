//! Scopes: what operations ask for, and what a caller has.

use std::fmt;

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Nothing: open to anyone who reaches the port.
    Public,
    /// Any of the others: what only finds out whom a call is for.
    Any,
    /// Reading sessions, chats and captured messages.
    Read,
    /// Writing as an account.
    Send,
    /// Logging accounts in and out, and taking sessions up and down.
    Manage,
    /// Making and revoking keys. Whoever has it has all others.
    Admin,
}

impl Scope {
    /// Those that a caller can be given.
    pub const GIVEN: [Self; 4] = [Self::Read, Self::Send, Self::Manage, Self::Admin];

    /// Whether what asks for it leaves everything as it was.
    pub const fn only_reads(self) -> bool {
        matches!(self, Self::Public | Self::Any | Self::Read)
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Any => "any",
            Self::Read => "read",
            Self::Send => "send",
            Self::Manage => "manage",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name that a caller can be given.
    pub fn parse(name: &str) -> Option<Self> {
        Self::GIVEN.into_iter().find(|scope| scope.as_str() == name)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Public | Self::Any => 0,
            Self::Read => 1,
            Self::Send => 2,
            Self::Manage => 4,
            Self::Admin => 8,
        }
    }
}

/// The scopes that a caller has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// None: a stranger.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(15);

    /// The same and this one.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// Whether an operation that asks for the scope is open.
    pub const fn allow(self, scope: Scope) -> bool {
        match scope {
            Scope::Public => true,
            Scope::Any => self.0 != 0,
            Scope::Read | Scope::Send | Scope::Manage | Scope::Admin => {
                self.0 & (scope.bit() | Scope::Admin.bit()) != 0
            }
        }
    }

    /// Whether nothing is open to the others that is not open to these.
    pub fn cover(self, others: Self) -> bool {
        others.iter().all(|scope| self.allow(scope))
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        let all = Scope::GIVEN.into_iter();
        all.filter(move |scope| self.0 & scope.bit() != 0)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::NONE, Self::with)
    }
}

/// Their names, separated by blanks, as OAuth writes scopes (RFC 6749, section 3.3).
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_may_everything_and_others_what_they_were_given() {
        let admin = Scopes::NONE.with(Scope::Admin);
        let reader = Scopes::NONE.with(Scope::Read);
        for scope in [Scope::Public, Scope::Any, Scope::Read, Scope::Send] {
            assert!(admin.allow(scope), "{scope:?}");
        }
        assert!(reader.allow(Scope::Any) && reader.allow(Scope::Read));
        for scope in [Scope::Send, Scope::Manage, Scope::Admin] {
            assert!(!reader.allow(scope), "{scope:?}");
        }
        assert!(Scopes::NONE.allow(Scope::Public) && !Scopes::NONE.allow(Scope::Any));
        assert!(admin.cover(Scopes::ALL) && !reader.cover(admin));
        assert_eq!(Scopes::ALL.to_string(), "read send manage admin");
    }

    #[test]
    fn only_what_can_be_given_has_a_name_that_is_read() {
        for scope in Scope::GIVEN {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
        assert_eq!(Scope::parse("any"), None);
    }
}
