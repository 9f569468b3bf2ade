//! The one principal: who calls, of which tenant, with which scopes, and within which limits.

use crate::auth::{Limits, Scope, Scopes};
use crate::model::{KeyId, Reach, SessionName, TenantId, TenantUserId};
use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// Showed a key that the hub has made.
    Key(KeyId),
    /// Logged in as a user of a tenant.
    User(TenantUserId),
    /// Showed no key, and brings the credentials of an account of its own, which is all that it
    /// may call with.
    Bearer,
}

/// What a user of a tenant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Has an account of its own.
    User,
    /// Administers the users as well.
    Admin,
}

/// Who calls an operation, and how far that reaches: the one principal, of whichever door.
#[derive(Clone, Debug)]
pub struct Caller {
    origin: Origin,
    scopes: Scopes,
    tenant: Option<TenantId>,
    /// Each limits the caller: a key's own, and those of the door that it came through.
    limits: Vec<Arc<Limits>>,
}

impl Caller {
    /// A caller who got in this way, with what that gives, and limited by nothing else.
    pub fn new(origin: Origin) -> Self {
        let used = Scopes::NONE.with(Scope::Read).with(Scope::Send);
        let scopes = match origin {
            // What a key or a user may is not said by having one.
            Origin::Anonymous | Origin::Key(_) | Origin::User(_) => Scopes::NONE,
            Origin::Door(_) => used,
            // Whose account it is, is what limits a bearer.
            Origin::Bearer => used.with(Scope::Manage),
            Origin::Loopback | Origin::Operator => Scopes::ALL,
        };
        Self {
            origin,
            scopes,
            tenant: None,
            limits: Vec::new(),
        }
    }

    /// Who shows a key that the hub has made.
    pub fn with_key(key: KeyId, scopes: Scopes, tenant: Option<TenantId>, limits: Limits) -> Self {
        Self {
            scopes,
            tenant,
            ..Self::new(Origin::Key(key)).within(Arc::new(limits))
        }
    }

    /// A user of a tenant, who has its accounts.
    pub fn user(user: TenantUserId, tenant: TenantId, role: Role) -> Self {
        let own = [Scope::Read, Scope::Send, Scope::Manage];
        Self {
            scopes: match role {
                Role::User => own.into_iter().collect(),
                Role::Admin => Scopes::ALL,
            },
            tenant: Some(tenant),
            ..Self::new(Origin::User(user))
        }
    }

    /// The same caller within limits, beside those it has.
    #[must_use]
    pub fn within(mut self, limits: Arc<Limits>) -> Self {
        self.limits.push(limits);
        self
    }

    /// How the caller got in.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// Whose accounts it has; all when `None`.
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// What it may do.
    pub const fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// What limits the caller beside that. It must keep within each.
    pub fn limits(&self) -> impl Iterator<Item = &Limits> {
        self.limits.iter().map(AsRef::as_ref)
    }

    /// Whether the caller has a scope.
    pub const fn has(&self, scope: Scope) -> bool {
        self.scopes.allow(scope)
    }

    /// Whose sessions there are for the caller.
    pub fn reach(&self) -> Reach {
        let lists = self.limits().filter_map(|limits| limits.sessions.as_ref());
        let both = |one: BTreeSet<SessionName>, other: BTreeSet<SessionName>| &one & &other;
        Reach {
            tenant: self.tenant,
            names: lists.cloned().reduce(both),
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
            (Origin::Key(KeyId(1)), false),
            (Origin::Loopback, true),
            (Origin::Operator, true),
        ] {
            let caller = Caller::new(origin);
            assert!(caller.has(Scope::Public));
            for scope in Scope::GIVEN {
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

    #[test]
    fn a_user_has_the_accounts_of_its_tenant_and_an_admin_no_others() {
        for (role, administers) in [(Role::User, false), (Role::Admin, true)] {
            let caller = Caller::user(TenantUserId(1), TenantId(7), role);
            assert_eq!(caller.has(Scope::Admin), administers);
            assert!(caller.has(Scope::Manage));
            assert_eq!(caller.reach().tenant, Some(TenantId(7)));
        }
    }

    #[test]
    fn a_session_must_be_on_every_list() {
        let name = |name: &str| SessionName::parse(name).expect("a name");
        let only = |names: &[&str]| {
            let sessions = Some(names.iter().map(|listed| name(listed)).collect());
            Arc::new(Limits {
                sessions,
                ..Limits::default()
            })
        };
        let caller = Caller::new(Origin::Operator);
        assert!(caller.reach().is_whole());
        let caller = caller.within(only(&["a", "b"])).within(Arc::default());
        let caller = caller.within(only(&["b", "c"]));
        let reach = caller.reach();
        assert_eq!(reach.names, Some([name("b")].into()));
        assert!(reach.includes(&name("b"), None) && !reach.includes(&name("a"), None));
    }
}
