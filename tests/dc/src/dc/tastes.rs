//! What scripts let an account set up for itself: its folders, and how loud all of a kind are.
//!
//! Owns nothing: each call takes the world's lock for itself. Accounts are named as everywhere.

use grammers_tl_types::enums;

use super::folders::muted;
use super::{Dc, find};
use crate::world::refusal::Refusal;
use crate::world::settings::Scope;

impl Dc {
    /// Gives an account these folders, unchecked, in the place of those it had.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn set_filters(
        &self,
        account: &str,
        filters: Vec<enums::DialogFilter>,
    ) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        if let Some(settings) = world.settings_mut(account) {
            settings.filters = filters;
        }
        Ok(())
    }

    /// Lets all chats of a kind be silent until then for an account, in seconds since 1970.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn mute_all(&self, account: &str, scope: Scope, until: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        if let Some(settings) = world.settings_mut(account) {
            settings.notify.insert(scope, muted(until));
        }
        Ok(())
    }
}
