//! Who was away from which channel, and so was not told of it.
//!
//! Owns the times between going and coming back. Everybody comes back before a run ends, and can
//! read then what is still there; what was deleted meanwhile is excused as under any other fault.
//! Basic groups are told of in the accounts' own sequences and know no absence.

use super::chats::{Chat, Kind};
use super::journal::{Disturbance, now};
use std::collections::HashMap;

/// Absences of accounts from channels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Absences {
    /// Since when, by account and marked chat.
    under_way: HashMap<(usize, i64), i64>,
    over: Vec<Disturbance>,
}

impl Absences {
    /// `gone`, if anybody, has left the chat; `began` is an instant just before.
    pub(super) fn begin(&mut self, gone: Option<usize>, chat: &Chat, began: i64) {
        if let (Some(account), Some(channel)) = (gone, channel(chat)) {
            self.under_way.insert((account, channel), began);
        }
    }

    /// `came`, if anybody, is in the chat now.
    pub(super) fn end(&mut self, came: Option<usize>, chat: &Chat) {
        let (Some(account), Some(channel)) = (came, channel(chat)) else {
            return;
        };
        if let Some(from) = self.under_way.remove(&(account, channel)) {
            self.over.push(Disturbance {
                account: Some(account),
                channel: Some(channel),
                from,
                until: now(),
                stopped_until: None,
            });
        }
    }

    /// Those that are over.
    pub(super) fn into_list(self) -> Vec<Disturbance> {
        self.over
    }
}

fn channel(chat: &Chat) -> Option<i64> {
    match chat.kind {
        Kind::Supergroup | Kind::Broadcast => chat.name.parse().ok(),
        Kind::Pair | Kind::Group => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absences_from_channels_are_known_and_only_once_they_are_over() {
        let chat = |kind| Chat {
            kind,
            name: "-1002400000001".to_owned(),
            members: Vec::new(),
            former: Vec::new(),
        };
        let mut absences = Absences::default();
        absences.begin(Some(1), &chat(Kind::Group), 6);
        absences.end(Some(1), &chat(Kind::Group));
        absences.begin(Some(2), &chat(Kind::Supergroup), 7);
        absences.end(Some(2), &chat(Kind::Supergroup));
        absences.begin(Some(3), &chat(Kind::Broadcast), 8);
        absences.end(None, &chat(Kind::Broadcast));
        let list = absences.into_list();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].account, list[0].from), (Some(2), 7));
        assert_eq!(list[0].channel, Some(-1_002_400_000_001));
    }
}
