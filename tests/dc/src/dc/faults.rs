//! What scripts let go wrong in a data centre.
//!
//! Owns nothing: faults of calls, differences and pushes are the world's, those of links the
//! registry's. Accounts and chats are named as everywhere.

use grammers_tl_types::{Serializable as _, enums, types};

use super::{Dc, find, find_chat, find_peer};
use crate::link::Links;
use crate::world::faults::{Fault, Struck};
use crate::world::ids::{ChannelId, KeyId};
use crate::world::news::News;
use crate::world::push_faults::Shuffle;
use crate::world::refusal::Refusal;

fn nonsense() -> Vec<u8> {
    let update = types::UpdateReadHistoryInbox {
        folder_id: None,
        peer: types::PeerChannel { channel_id: 1 }.into(),
        top_msg_id: None,
        max_id: 1,
        still_unread_count: 0,
        pts: 1,
        pts_count: 1,
    };
    let update = enums::Update::ReadHistoryInbox(update);
    enums::Updates::UpdateShort(types::UpdateShort { update, date: 1 }).to_bytes()
}

impl Dc {
    /// Makes something go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        self.0.api.world().faults.add(fault);
    }

    /// The faults of methods that have struck, oldest first.
    pub fn faults_struck(&self) -> Vec<Struck> {
        self.0.api.world().faults.struck().to_vec()
    }

    /// Ends all faults, also refused keys.
    pub fn clear_faults(&self) {
        self.0.api.world().faults.clear();
    }

    /// Answers the next `count` differences of an account that are not empty with
    /// `updates.differenceTooLong`.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn too_long(&self, account: &str, count: u32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        world.faults.too_long.demand(account, count);
        Ok(())
    }

    /// Answers the next `count` differences of a channel that are not empty with
    /// `updates.channelDifferenceTooLong`, for one account or for whoever asks.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, `CHANNEL_INVALID`.
    pub fn channel_too_long(
        &self,
        channel: &str,
        account: Option<&str>,
        count: u32,
    ) -> Result<(), Refusal> {
        let channel = self.channel(channel)?;
        let mut world = self.0.api.world();
        let account = account.map(|name| find(&mut world, name)).transpose()?;
        world
            .faults
            .too_long
            .demand_channel(account, channel, count);
        Ok(())
    }

    /// Answers all differences of more than `events` events, of accounts and of channels, with
    /// "too long" from now on; `None` ends that.
    pub fn too_long_beyond(&self, events: Option<usize>) {
        self.0.api.world().faults.too_long.beyond = events;
    }

    /// Pushes `updatesTooLong` to an account.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn push_too_long(&self, account: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        world.tell(account, News::TooLong, None);
        Ok(())
    }

    /// Pushes `updateChannelTooLong` to all members of a channel, with the channel's pts or
    /// without. Some clients take a pts that comes with it for one that they have reached.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, `CHANNEL_INVALID`.
    pub fn push_channel_too_long(&self, channel: &str, with_pts: bool) -> Result<(), Refusal> {
        let channel = self.channel(channel)?;
        let mut world = self.0.api.world();
        let found = world.channel(channel).filter(|_| with_pts);
        let pts = found.map(|found| found.events.pts());
        world.tell_members(channel, News::ChannelTooLong { channel, pts }, None);
        Ok(())
    }

    /// Pushes what no data centre should: that a private chat which is a channel was read. Some
    /// clients fail over it. Nothing of it is kept.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn push_nonsense(&self, account: &str) -> Result<usize, Refusal> {
        self.each_key(account, |links, key| {
            links.push(key.0, None, nonsense());
        })
    }

    /// Loses the next `count` pushes to an account, or to anybody.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn lose_pushes(&self, account: Option<&str>, count: u32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = account.map(|name| find(&mut world, name)).transpose()?;
        world.faults.pushes.lose(account, count);
        Ok(())
    }

    /// Loses, repeats and re-orders pushes by chance from now on; `None` ends that.
    pub fn shuffle_pushes(&self, shuffle: Option<Shuffle>) {
        self.0.api.world().faults.pushes.shuffle(shuffle);
    }

    /// Puts up to `bundle` news that are told at once into one `updates` from now on, at least 1.
    pub fn bundle_pushes(&self, bundle: usize) {
        self.0.api.world().bundle = bundle.max(1);
    }

    /// Sets the data centre's clock so many seconds ahead of the machine's; negative for behind.
    pub fn skew_clock(&self, seconds: i64) {
        self.0.api.world().clock.skew(seconds);
    }

    /// Moves an account to data centre `dc`, 1 to 5: its keys' calls answer 303 `USER_MIGRATE_n`
    /// until they come over a link that was opened after they were told.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `DC_ID_INVALID`.
    pub fn migrate(&self, account: &str, dc: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        world.move_account(account, dc)
    }

    /// Loses what the data centre knows of an account's MTProto sessions: updates on their way are
    /// gone, and the sessions are told `new_session_created`. Answers how many keys that were.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn renew_sessions(&self, account: &str) -> Result<usize, Refusal> {
        self.each_key(account, |links, key| links.renew_sessions(key.0))
    }

    /// Moves the pts of an account or channel by something that no difference tells of: the place
    /// that is told is ahead of a difference that is empty.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`; `PEER_ID_INVALID` for basic groups.
    pub fn phantom_pts(&self, of: &str, count: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let of = find_peer(&mut world, of)?;
        world.move_pts(of, count)
    }

    fn channel(&self, name: &str) -> Result<ChannelId, Refusal> {
        find_chat(&self.0.api.world(), name)?
            .channel()
            .ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))
    }

    /// Closes every link of an account's keys. Answers how many keys that were.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn drop_links(&self, account: &str) -> Result<usize, Refusal> {
        self.each_key(account, |links, key| links.close_key(key.0))
    }

    /// Closes every link there is.
    pub fn drop_all_links(&self) {
        self.0.links.close_all();
    }

    /// Stops, or starts again, reading and writing on an account's links without closing them.
    /// Answers how many keys that were.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn stall(&self, account: &str, stalled: bool) -> Result<usize, Refusal> {
        self.each_key(account, |links, key| links.stall_key(key.0, stalled))
    }

    /// Refuses an account's keys with a transport error such as -404 from now on, and closes their
    /// links; `None` lets them in again. Answers how many keys that were.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn refuse(&self, account: &str, code: Option<i32>) -> Result<usize, Refusal> {
        for key in self.keys(account)? {
            self.0.api.world().faults.refuse(key, code);
        }
        self.each_key(account, |links, key| {
            if code.is_some() {
                links.close_key(key.0);
            }
        })
    }

    pub(super) fn each_key(
        &self,
        account: &str,
        act: impl Fn(&Links, KeyId),
    ) -> Result<usize, Refusal> {
        let keys = self.keys(account)?;
        for key in &keys {
            act(&self.0.links, *key);
        }
        Ok(keys.len())
    }

    fn keys(&self, account: &str) -> Result<Vec<KeyId>, Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        Ok(world.account(user).map_or(Vec::new(), |a| a.keys.clone()))
    }
}
