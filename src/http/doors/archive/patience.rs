//! How long this door waits for Telegram.

use std::time::Duration;

/// How long a request sleeps altogether when Telegram asks for waits.
pub(super) const FLOOD_PATIENCE: Duration = Duration::from_mins(2);
