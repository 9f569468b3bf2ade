//! An account's own folders of the list of chats: which there are, in which order, who is told.
//!
//! Owns how many there may be. What is in a folder is worked out by clients.
//! Source: <https://core.telegram.org/api/folders>.

use grammers_tl_types::enums::DialogFilter;
use grammers_tl_types::types;

use super::World;
use super::ids::UserId;
use super::news::{News, Origin};
use super::refusal::Refusal;

/// The numbers that a folder may have; 0 is the list of all chats, 1 the archive.
const IDS: std::ops::RangeInclusive<i32> = 2..=255;
/// Folders of an account without Premium.
const MAX: usize = 10;

/// The number of a folder, 0 for the list of all chats.
pub fn id_of(filter: &DialogFilter) -> i32 {
    match filter {
        DialogFilter::Default => 0,
        DialogFilter::Filter(filter) => filter.id,
        DialogFilter::Chatlist(list) => list.id,
    }
}

impl World {
    /// Makes or changes the folder of this number; without one deletes it.
    ///
    /// # Errors
    /// 400 `FILTER_ID_INVALID`, `DIALOG_FILTERS_TOO_MUCH`.
    pub fn put_filter(
        &mut self,
        user: UserId,
        id: i32,
        filter: Option<DialogFilter>,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        if !IDS.contains(&id) {
            return Err(Refusal::bad("FILTER_ID_INVALID"));
        }
        let Some(settings) = self.settings_mut(user) else {
            return Ok(());
        };
        let filters = &mut settings.filters;
        let at = filters.iter().position(|one| id_of(one) == id);
        match (at, &filter) {
            (Some(at), Some(filter)) => {
                if let Some(kept) = filters.get_mut(at) {
                    kept.clone_from(filter);
                }
            }
            (None, Some(_)) if filters.iter().filter(|one| id_of(one) != 0).count() >= MAX => {
                return Err(Refusal::bad("DIALOG_FILTERS_TOO_MUCH"));
            }
            (None, Some(filter)) => filters.push(filter.clone()),
            (Some(at), None) => {
                filters.remove(at);
            }
            (None, None) => return Err(Refusal::bad("FILTER_ID_INVALID")),
        }
        let update = types::UpdateDialogFilter { id, filter };
        let news = News::Aside(Box::new(update.into()), Vec::new());
        self.tell(user, news, origin);
        Ok(())
    }

    /// Puts the folders into this order; those that are not named come last.
    pub fn order_filters(&mut self, user: UserId, order: Vec<i32>, origin: Option<Origin>) {
        if let Some(settings) = self.settings_mut(user) {
            let filters = &mut settings.filters;
            if order.contains(&0) && !filters.contains(&DialogFilter::Default) {
                filters.push(DialogFilter::Default);
            }
            let place = |one: &DialogFilter| order.iter().position(|id| *id == id_of(one));
            filters.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
        }
        let update = types::UpdateDialogFilterOrder { order };
        let news = News::Aside(Box::new(update.into()), Vec::new());
        self.tell(user, news, origin);
    }
}
