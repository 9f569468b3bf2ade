//! The JSON of what was done to heal a session.

use crate::model::{self, UtcTime};
use serde::Serialize;
use utoipa::ToSchema;

/// Steps taken to bring a session back, since the hub started it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Healing {
    /// How often Telegram was asked for updates that had not arrived.
    difference: u32,
    /// How often the connection was made anew.
    reconnect: u32,
    /// How often everything of the account was made anew from the database.
    rebuild: u32,
    /// How often Telegram refused the key.
    needs_login: u32,
    /// The last step.
    #[schema(required)]
    last: Option<LastStep>,
}

/// One step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastStep {
    /// `difference`, `reconnect`, `rebuild` or `needs_login`.
    step: &'static str,
    /// Why it was taken.
    reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: UtcTime,
}

impl From<model::Healing> for Healing {
    fn from(healing: model::Healing) -> Self {
        let [difference, reconnect, rebuild, needs_login] = healing.counts;
        Self {
            difference,
            reconnect,
            rebuild,
            needs_login,
            last: healing.last.map(|last| LastStep {
                step: last.step.name(),
                reason: last.reason,
                at: last.at,
            }),
        }
    }
}
