//! Whose sessions there are for somebody.

use crate::model::{SessionName, TenantId};
use std::collections::BTreeSet;

/// Whose sessions there are for a caller. Every query that lists something carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Only those of this tenant; everybody's when `None`.
    pub tenant: Option<TenantId>,
    /// Only those of these names; all when `None`.
    pub names: Option<BTreeSet<SessionName>>,
}

impl Reach {
    /// Whether it leaves nothing out.
    pub const fn is_whole(&self) -> bool {
        self.tenant.is_none() && self.names.is_none()
    }

    /// Whether it has a session of this name and owner.
    pub fn includes(&self, name: &SessionName, owner: Option<TenantId>) -> bool {
        self.names(name) && self.tenant.is_none_or(|tenant| owner == Some(tenant))
    }

    /// Whether it has the name, whoever owns that.
    pub fn names(&self, name: &SessionName) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(name))
    }
}
