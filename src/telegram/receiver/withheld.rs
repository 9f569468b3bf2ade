//! Messages that pushes have told, new or edited, and that the library keeps to itself.
//!
//! A push behind a hole in its sequence waits in the library for half a second, and is dropped when
//! a difference is asked for, which is to bring it again. It brings no message that is gone by then.
//! This picks such messages out of pushes. It must not know what becomes of them.

use crate::model::MessageBox;
use crate::telegram::received::told_message;
use grammers_client::session::types::UpdatesState;
use grammers_client::session::updates::{MessageBox as Place, MessageBoxes, State, UpdatesLike};
use grammers_client::tl::enums::{Update, Updates};
use std::collections::HashMap;

/// Where each sequence of one account has got to, as far as is known here.
#[derive(Debug, Default)]
pub(super) struct Withheld(HashMap<MessageBox, i32>);

impl Withheld {
    /// The messages of a push that may not be let through.
    pub(super) fn before(&mut self, pushed: &UpdatesLike) -> Vec<Update> {
        let UpdatesLike::Updates(pushed) = pushed else {
            return Vec::new();
        };
        let updates = match pushed {
            Updates::Updates(pushed) => pushed.updates.as_slice(),
            Updates::Combined(pushed) => pushed.updates.as_slice(),
            Updates::UpdateShort(pushed) => std::slice::from_ref(&pushed.update),
            Updates::UpdateShortMessage(short) => {
                return self.short(pushed, (short.pts, short.pts_count));
            }
            Updates::UpdateShortChatMessage(short) => {
                return self.short(pushed, (short.pts, short.pts_count));
            }
            Updates::TooLong | Updates::UpdateShortSentMessage(_) => return Vec::new(),
        };
        let behind = updates.iter().filter(|update| {
            let (Some((place, _)), Some(pts)) = (told_message(update), pts(update)) else {
                return false;
            };
            !self.follows(place, pts)
        });
        behind.cloned().collect()
    }

    /// A message in one of the short forms, which the library alone knows how to write out.
    fn short(&mut self, pushed: &Updates, pts: (i32, i32)) -> Vec<Update> {
        if self.follows(MessageBox::ACCOUNT, pts) {
            return Vec::new();
        }
        let pushed = UpdatesLike::Updates(pushed.clone());
        // One that knows no place lets everything through.
        let written = MessageBoxes::new().process_updates(pushed);
        let updates = written.map(|(updates, ..)| updates).unwrap_or_default();
        updates.into_iter().map(|(update, _)| update).collect()
    }

    /// Whether an update is the next one, or no news.
    fn follows(&mut self, place: MessageBox, (pts, count): (i32, i32)) -> bool {
        let known = self.0.get_mut(&place);
        let Some(known) = known.filter(|known| pts - count <= **known) else {
            return false;
        };
        *known = pts.max(*known);
        true
    }

    /// A difference has led to a place.
    pub(super) fn reached(&mut self, place: MessageBox, position: &UpdatesState) {
        let pts = match place.chat() {
            None => Some(position.pts),
            Some(chat) => {
                let channels = position.channels.iter();
                let mut here = channels.filter(|channel| channel.id == chat.bare());
                here.next().map(|channel| channel.pts)
            }
        };
        match pts {
            Some(pts) => self.0.insert(place, pts),
            None => self.0.remove(&place),
        };
    }

    /// Takes note of what was let through.
    pub(super) fn after(&mut self, through: &[(Update, State)]) {
        for (_, state) in through {
            let (place, pts) = match state.message_box {
                Some(Place::Common { pts }) => (MessageBox::ACCOUNT, pts),
                Some(Place::Channel { channel_id, pts }) => (MessageBox::channel(channel_id), pts),
                _ => continue,
            };
            self.0.insert(place, pts);
        }
    }
}

/// An update with the place that it leads to, beside what else the position says.
pub(super) fn placed(update: Update, position: &UpdatesState) -> Option<(Update, State)> {
    let (place, _) = told_message(&update)?;
    let (pts, _) = pts(&update)?;
    let message_box = match place.chat() {
        None => Place::Common { pts },
        Some(chat) => Place::Channel {
            channel_id: chat.bare(),
            pts,
        },
    };
    let state = State {
        date: position.date,
        seq: position.seq,
        message_box: Some(message_box),
    };
    Some((update, state))
}

fn pts(update: &Update) -> Option<(i32, i32)> {
    match update {
        Update::NewMessage(new) => Some((new.pts, new.pts_count)),
        Update::NewChannelMessage(new) => Some((new.pts, new.pts_count)),
        Update::EditMessage(edit) => Some((edit.pts, edit.pts_count)),
        Update::EditChannelMessage(edit) => Some((edit.pts, edit.pts_count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grammers_client::tl::types;

    fn short(pts: i32) -> UpdatesLike {
        let short = types::UpdateShortMessage {
            out: false,
            mentioned: false,
            media_unread: false,
            silent: false,
            id: pts,
            user_id: 5,
            message: "told".to_owned(),
            pts,
            pts_count: 1,
            date: 7,
            fwd_from: None,
            via_bot_id: None,
            reply_to: None,
            entities: None,
            ttl_period: None,
        };
        UpdatesLike::Updates(short.into())
    }

    #[test]
    fn what_stands_behind_a_hole_is_picked_out_of_pushes_in_every_form() {
        let mut withheld = Withheld::default();
        let at = |pts| UpdatesState {
            pts,
            ..UpdatesState::default()
        };
        withheld.reached(MessageBox::ACCOUNT, &at(10));
        assert!(withheld.before(&short(11)).is_empty());
        assert!(withheld.before(&short(12)).is_empty());
        let behind = withheld.before(&short(14));
        assert_eq!(told_message(&behind[0]), Some((MessageBox::ACCOUNT, 14)));
        let pushed = types::UpdateShort {
            update: behind[0].clone(),
            date: 7,
        };
        let pushed = UpdatesLike::Updates(pushed.into());
        assert_eq!(withheld.before(&pushed), behind);
        withheld.reached(MessageBox::ACCOUNT, &at(13));
        assert!(withheld.before(&pushed).is_empty());
        let (_, state) = placed(behind[0].clone(), &at(13)).expect("a message");
        withheld.reached(MessageBox::ACCOUNT, &at(10));
        withheld.after(&[(behind[0].clone(), state)]);
        assert!(withheld.before(&short(15)).is_empty());
    }
}
