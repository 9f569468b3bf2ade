//! Whether the store can be written, as the last writes have shown.
//!
//! While it cannot, writes are refused at once for a while: each would wait for as long as the one
//! before, and whoever downloads files would stand still.

use crate::objects::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long writes are refused after one has failed.
const PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Option<Known>>);

/// What the last failure was, and when.
#[derive(Debug)]
struct Known {
    why: String,
    at: Instant,
}

impl Trouble {
    /// Takes note of how a write has ended. What it would be written to may be missing, such as the
    /// bucket.
    pub(super) fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        let result = result.map_err(|error| match error {
            Error::Missing => Error::Away("the place for objects is not there".to_owned()),
            error => error,
        });
        match &result {
            Ok(_) => self.ended(),
            Err(error) => self.began(&error.to_string()),
        }
        result
    }

    fn ended(&self) {
        if self.lock().take().is_some() {
            log::info!("the media store can be written again");
        }
    }

    fn began(&self, why: &str) {
        let known = Known {
            why: why.to_owned(),
            at: Instant::now(),
        };
        if self.lock().replace(known).is_none() {
            log::warn!("the media store cannot be written, and files are not kept: {why}");
        }
    }

    pub(super) fn is_there(&self) -> bool {
        self.lock().is_some()
    }

    /// Refuses a write that would only fail.
    pub(super) fn refuse(&self) -> Result<(), Error> {
        match &*self.lock() {
            Some(known) if known.at.elapsed() < PAUSE => Err(Error::Away(known.why.clone())),
            Some(_) | None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_refused_after_a_failure_until_one_succeeds_or_time_has_passed() {
        let trouble = Trouble::default();
        let fails = || Err::<(), _>(Error::Away("full".to_owned()));
        assert!(!trouble.is_there() && trouble.refuse().is_ok());
        let missing = trouble.note(Err::<(), _>(Error::Missing));
        assert!(matches!(missing, Err(Error::Away(_))));
        assert!(trouble.note(fails()).is_err());
        assert!(trouble.is_there() && trouble.refuse().is_err());
        let long_ago = Instant::now().checked_sub(PAUSE);
        if let (Some(known), Some(at)) = (trouble.lock().as_mut(), long_ago) {
            known.at = at;
        }
        assert!(trouble.is_there() && trouble.refuse().is_ok());
        assert!(trouble.note(Ok(())).is_ok());
        assert!(!trouble.is_there());
    }
}
