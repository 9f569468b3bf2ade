//! What is done to bring a session back.

use crate::model::UtcTime;
use serde::Serialize;

/// One step to bring an account back, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealStep {
    /// Telegram is asked for what has not arrived.
    Difference,
    /// The connection is made anew; what reads updates stays.
    Reconnect,
    /// Everything of the account is made anew from the database.
    Rebuild,
    /// Telegram refuses the key: only a login helps.
    NeedsLogin,
}

impl HealStep {
    /// Every step, in the order of the ladder.
    pub const ALL: [Self; 4] = [
        Self::Difference,
        Self::Reconnect,
        Self::Rebuild,
        Self::NeedsLogin,
    ];

    /// The step's name in logs, metrics and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Reconnect => "reconnect",
            Self::Rebuild => "rebuild",
            Self::NeedsLogin => "needs_login",
        }
    }
}

/// One step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healed {
    /// Which.
    pub step: HealStep,
    /// Why, in words.
    pub reason: String,
    /// When.
    pub at: UtcTime,
}

/// The steps taken since the session was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healing {
    /// How often each was taken, in the order of [`HealStep::ALL`].
    pub counts: [u32; 4],
    /// The last one.
    pub last: Option<Box<Healed>>,
}
