//! The way through all dialogs, page by page, whatever a page holds.
//!
//! It owns where the next page begins. It must not know what a dialog is for.

use crate::model::{ChatId, UtcTime};
use crate::telegram::calls::dialogs::{Dialog, DialogList, DialogOffset, DialogPage, Told};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;
use std::collections::HashSet;

/// Dialogs in a page.
const A_PAGE: usize = 100;

/// Whose list it is, as far as that is known.
#[derive(Clone, Copy, Debug)]
struct Viewer(Option<ChatId>);

/// A list of dialogs on its way. What has come stays when a page is refused.
#[derive(Debug, Default)]
pub struct DialogWalk {
    /// What has come so far.
    pub list: DialogList,
    offset: DialogOffset,
    listed: HashSet<ChatId>,
    /// Whether the list is for its owner's eyes as well, and who that is.
    viewer: Option<Viewer>,
    /// How often the page has been halved, because what it holds cannot be told apart.
    halvings: u32,
    /// How often in a row a place had to be guessed.
    guesses: u32,
    /// Something may have been passed over.
    incomplete: bool,
    ended: bool,
}

impl DialogWalk {
    /// Whether no page is left.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    fn take(&mut self, page: DialogPage, asked: usize) {
        let short = page.dialogs.len() < asked;
        let before = self.listed.len();
        for dialog in &page.dialogs {
            let tl::enums::Dialog::Dialog(raw) = dialog else {
                continue;
            };
            // A dialog may be told twice, when it is pinned or the list moves meanwhile.
            if self.listed.insert(convert::chat_id(&raw.peer)) {
                let read = page.read(dialog);
                if let (Some(Viewer(own)), Some(_)) = (self.viewer, read) {
                    self.list.shown.extend(page.shown(own, raw));
                }
                self.list.dialogs.extend(read);
            }
        }
        if self.listed.len() > before {
            self.guesses = 0;
        }
        let counted = short && self.listed.len() >= page.total;
        let all = page.complete || page.dialogs.is_empty() || counted;
        let next = page.next();
        self.list.peers.extend(page.peers);
        match next {
            _ if all => self.end(true),
            Some(next) if next.goes_on(&self.offset) => self.offset = next,
            // A server that does not go on would say the same for ever.
            Some(_) => self.end(short),
            None if short => self.end(true),
            None => self.step_over(),
        }
    }

    fn end(&mut self, complete: bool) {
        self.list.complete = complete && !self.incomplete;
        self.ended = true;
    }

    /// Nobody knows where the page after this one begins: its dialogs stand where they do not
    /// belong by age, or tell none, or cannot be read. Those that are pinned are left out, and
    /// after that the place is guessed by age, ever farther on.
    fn step_over(&mut self) {
        if self.offset.is_first() && !self.offset.past_pinned {
            self.offset.past_pinned = true;
            return;
        }
        // Whoever stands between may have been passed over.
        self.incomplete = true;
        let now = i32::try_from(UtcTime::now().as_datetime().timestamp()).unwrap_or(i32::MAX);
        let from = Some(self.offset.date).filter(|date| *date > 0);
        let step = 1_i32.checked_shl(self.guesses).unwrap_or(i32::MAX);
        self.guesses = (self.guesses + 1).min(30);
        let date = from.unwrap_or(now).saturating_sub(step);
        if date <= 0 {
            return self.end(false);
        }
        self.offset = DialogOffset {
            date,
            id: 0,
            peer: tl::enums::InputPeer::Empty,
            past_pinned: true,
        };
    }
}

impl Link {
    /// A walk whose list shows each dialog as the account's owner sees it.
    pub fn shown_dialogs(&self) -> DialogWalk {
        DialogWalk {
            viewer: Some(Viewer(self.own())),
            ..DialogWalk::default()
        }
    }

    /// The newest dialogs of all folders, 100 a call, at most `pages` calls.
    pub async fn dialogs(&self, pages: u32) -> Result<DialogList, Error> {
        let mut walk = DialogWalk::default();
        for _ in 0..pages {
            if walk.has_ended() {
                break;
            }
            self.next_dialogs(&mut walk).await?;
        }
        Ok(walk.list)
    }

    /// Adds the next page to a list, in one call. A refusal leaves the list as it was. After a page
    /// in which the unreadable cannot be told apart the next call asks for half as much; one dialog
    /// that cannot be read is stepped over.
    pub async fn next_dialogs(&self, walk: &mut DialogWalk) -> Result<(), Error> {
        let asked = (A_PAGE >> walk.halvings.min(usize::BITS - 1)).max(1);
        let limit = i32::try_from(asked).unwrap_or(i32::MAX);
        match self.dialog_page(&walk.offset, None, limit).await {
            Ok(Told::Page(page)) => {
                walk.halvings = 0;
                walk.take(page, asked);
            }
            Ok(Told::Torn(dialogs)) => {
                walk.list
                    .beside
                    .extend(dialogs.iter().filter_map(Dialog::bare));
                walk.halvings += 1;
            }
            Ok(Told::Unchanged) => walk.ended = true,
            Err(error) if error.is_unreadable() => {
                log::warn!("a dialog is stepped over: {error}");
                walk.halvings = 0;
                walk.step_over();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Peer;

    fn dialog(user_id: i64, pinned: bool) -> tl::enums::Dialog {
        let notify_settings = tl::types::PeerNotifySettings {
            show_previews: None,
            silent: None,
            mute_until: None,
            ios_sound: None,
            android_sound: None,
            other_sound: None,
            stories_muted: None,
            stories_hide_sender: None,
            stories_ios_sound: None,
            stories_android_sound: None,
            stories_other_sound: None,
        };
        let dialog = tl::types::Dialog {
            pinned,
            unread_mark: false,
            view_forum_as_messages: false,
            peer: tl::types::PeerUser { user_id }.into(),
            top_message: i32::try_from(user_id).expect("small"),
            read_inbox_max_id: 0,
            read_outbox_max_id: 0,
            unread_count: 0,
            unread_mentions_count: 0,
            unread_reactions_count: 0,
            unread_poll_votes_count: 0,
            notify_settings: notify_settings.into(),
            pts: None,
            draft: None,
            folder_id: None,
            ttl_period: None,
        };
        dialog.into()
    }

    fn top(user_id: i64, date: i32) -> tl::enums::Message {
        let message = tl::types::MessageService {
            date,
            id: i32::try_from(user_id).expect("small"),
            peer_id: tl::types::PeerUser { user_id }.into(),
            action: tl::enums::MessageAction::Empty,
            out: false,
            mentioned: false,
            media_unread: false,
            reactions_are_possible: false,
            silent: false,
            post: false,
            legacy: false,
            from_id: None,
            saved_peer_id: None,
            reply_to: None,
            reactions: None,
            ttl_period: None,
        };
        message.into()
    }

    /// A page of dialogs with these users, each with whether it is pinned and when it last spoke.
    fn page(dialogs: &[(i64, bool, Option<i32>)], total: usize) -> DialogPage {
        let each = dialogs.iter();
        let tops = each
            .clone()
            .filter_map(|(id, _, date)| Some((*id, (*date)?)));
        DialogPage {
            dialogs: each
                .clone()
                .map(|(id, pinned, _)| dialog(*id, *pinned))
                .collect(),
            messages: tops.map(|(id, date)| top(id, date)).collect(),
            unreadable: Vec::new(),
            users: Vec::new(),
            chats: Vec::new(),
            peers: each.map(|(id, ..)| Peer::new(ChatId::user(*id))).collect(),
            complete: false,
            total,
        }
    }

    #[test]
    fn pinned_ones_alone_end_no_list() {
        let mut walk = DialogWalk::default();
        walk.take(page(&[(1, true, Some(50))], 3), 1);
        assert!(!walk.has_ended() && walk.offset.is_first() && walk.offset.past_pinned);
        walk.take(page(&[(2, false, Some(40))], 3), 1);
        assert_eq!((walk.offset.date, walk.has_ended()), (40, false));
        // One that comes twice does not end it either.
        walk.take(page(&[(2, false, Some(39))], 3), 1);
        assert_eq!((walk.offset.date, walk.has_ended()), (39, false));
        walk.take(page(&[(3, false, Some(30))], 3), 1);
        walk.take(page(&[], 3), 1);
        assert!(walk.has_ended() && walk.list.complete && walk.list.dialogs.len() == 3);
    }

    #[test]
    fn one_that_tells_no_place_is_stepped_over_and_the_list_is_not_all_of_them() {
        let mut walk = DialogWalk::default();
        walk.take(page(&[(1, false, Some(1_000))], 9), 1);
        let mut dates = Vec::new();
        for _ in 0..3 {
            walk.take(page(&[(2, false, None)], 9), 1);
            dates.push(walk.offset.date);
        }
        assert_eq!(dates, [999, 997, 993]);
        walk.take(page(&[(3, false, Some(900))], 9), 1);
        walk.take(page(&[], 9), 1);
        assert!(walk.has_ended() && !walk.list.complete);
    }

    #[test]
    fn a_server_that_says_the_same_for_ever_ends_the_list() {
        let mut walk = DialogWalk::default();
        for _ in 0..2 {
            walk.take(page(&[(1, false, Some(50))], 3), 1);
        }
        assert!(walk.has_ended() && !walk.list.complete);
        let mut walk = DialogWalk::default();
        let mut pages = 0;
        while !walk.has_ended() {
            walk.take(page(&[(1, false, None)], 3), 1);
            pages += 1;
        }
        assert!(pages < 40, "{pages}");
    }
}
