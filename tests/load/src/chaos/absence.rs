//! Who was away from which channel, and what nobody could tell them meanwhile.
//!
//! Owns the times between going and coming back. Telegram tells nothing of a channel to those who
//! are not in it; whoever has come back can read everything again, so that only an absence that
//! lasts to the end of a run excuses anything. Basic groups are told of in the accounts' own
//! sequences and know no absence.

use super::chats::{Chat, Kind};

use std::collections::HashMap;

/// Since when accounts are away from channels, by account and marked chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Absences(HashMap<(usize, i64), i64>);

impl Absences {
    /// `gone`, if anybody, has left the chat; `began` is an instant just before.
    pub(super) fn begin(&mut self, gone: Option<usize>, chat: &Chat, began: i64) {
        if let (Some(account), Some(channel)) = (gone, channel(chat)) {
            self.0.insert((account, channel), began);
        }
    }

    /// `came`, if anybody, is in the chat now.
    pub(super) fn end(&mut self, came: Option<usize>, chat: &Chat) {
        if let (Some(account), Some(channel)) = (came, channel(chat)) {
            self.0.remove(&(account, channel));
        }
    }

    /// Since when an account is away from a channel, to the end of the run.
    pub(super) fn since(&self, account: usize, chat: i64) -> Option<i64> {
        self.0.get(&(account, chat)).copied()
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
    fn only_an_absence_from_a_channel_that_lasts_is_known() {
        let chat = |kind| Chat {
            kind,
            name: "-1002400000001".to_owned(),
            members: Vec::new(),
            former: Vec::new(),
        };
        let mut absences = Absences::default();
        absences.begin(Some(1), &chat(Kind::Group), 6);
        absences.begin(Some(2), &chat(Kind::Supergroup), 7);
        absences.begin(Some(3), &chat(Kind::Broadcast), 8);
        absences.end(Some(3), &chat(Kind::Broadcast));
        let since = |account| absences.since(account, -1_002_400_000_001);
        assert_eq!([1, 2, 3].map(since), [None, Some(7), None]);
    }
}
