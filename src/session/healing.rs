//! The account of what was done to bring a session back: counts, and the last step with its reason.
//!
//! It owns that no step goes unseen: each is logged, counted in the metrics and kept for whoever
//! looks at the session. It must not know when a step is due.

use crate::metrics::HEALS;
use crate::model::{HealStep, Healed, Healing, SessionName, UtcTime};
use log::warn;
use std::sync::{Mutex, PoisonError};

/// The same, shared by the session's task and whoever reports on it.
#[derive(Debug, Default)]
pub(super) struct HealingLog(Mutex<Healing>);

impl HealingLog {
    /// Takes note of a step, wherever steps are looked for.
    pub(super) fn note(&self, session: &SessionName, step: HealStep, reason: &str) {
        warn!(
            session = session.as_str(), step = step.name(), reason = reason;
            "the session is being healed by the step {}: {reason}", step.name()
        );
        metrics::counter!(HEALS, "step" => step.name()).increment(1);
        let mut healing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = HealStep::ALL.into_iter().zip(&mut healing.counts);
        for (_, count) in counts.filter(|(each, _)| *each == step) {
            *count = count.saturating_add(1);
        }
        healing.last = Some(Box::new(Healed {
            step,
            reason: reason.to_owned(),
            at: UtcTime::now(),
        }));
    }

    /// What has been done so far.
    pub(super) fn snapshot(&self) -> Healing {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
