//! What scripts do as the accounts of a data centre.
//!
//! Owns nothing: each call takes the world's lock for itself. Accounts are named by username, phone
//! number or user id; messages by their id in the named account's box.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;

use super::{Dc, SentIds, find, find_peer};
use crate::world::change::Reach;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::keys::KeyState;
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

impl Dc {
    /// Sends a plain text from an account to another, or to a group or channel by its marked id or
    /// username, as from a device that is not connected here.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND` or `CHAT_NOT_FOUND`, and what `messages.sendMessage` answers.
    pub fn send(&self, from: &str, to: &str, text: &str) -> Result<SentIds, Refusal> {
        self.send_draft(from, to, draft(text.to_owned()))
    }

    /// Sends `count` texts in a row; `{n}` in the text becomes the number of each, from 1.
    ///
    /// # Errors
    /// As [`Dc::send`]; those sent before stay sent.
    pub fn send_many(
        &self,
        from: &str,
        to: &str,
        text: &str,
        count: u32,
    ) -> Result<Vec<SentIds>, Refusal> {
        (1..=count)
            .map(|n| self.send(from, to, &text.replace("{n}", &n.to_string())))
            .collect()
    }

    /// Sends a message with everything it may carry; ids in it are the sender's.
    ///
    /// # Errors
    /// As [`Dc::send`].
    pub fn send_draft(&self, from: &str, to: &str, draft: Draft) -> Result<SentIds, Refusal> {
        let mut world = self.0.api.world();
        let from = find(&mut world, from)?;
        let to = find_peer(&mut world, to)?;
        let sent = world.send(from, to, draft, None)?;
        let receiver = match (to, world.post(sent.post)) {
            (Peer::User(to), Some(post)) => post.id_for(to),
            _ => None,
        };
        Ok(SentIds {
            n: sent.post.0,
            sender: sent.id.0,
            receiver: receiver.unwrap_or(sent.id).0,
        })
    }

    /// Replaces the text of a message of a private chat or basic group; `message_id` is the
    /// author's.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, and what `messages.editMessage` answers.
    pub fn edit(&self, author: &str, message_id: i32, text: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let author = find(&mut world, author)?;
        let content = draft(text.to_owned()).content;
        world
            .edit(author, None, MessageId(message_id), content, None)
            .map(drop)
    }

    /// Deletes messages from the box of `account`, with [`Reach::Everybody`] from the other sides'
    /// too. Answers how many were there.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn delete(&self, account: &str, ids: &[i32], reach: Reach) -> Result<i32, Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let ids: Vec<MessageId> = ids.iter().copied().map(MessageId).collect();
        Ok(world.delete(account, &ids, reach, None).1)
    }

    /// Ends every log-in of an account, as somebody does from another device. Its links stay;
    /// calls answer 401 `SESSION_REVOKED`. Answers how many keys that were.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn revoke(&self, account: &str) -> Result<usize, Refusal> {
        self.end(account, KeyState::Revoked)
    }

    /// As [`Dc::revoke`], but calls answer 401 `USER_DEACTIVATED`.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn deactivate(&self, account: &str) -> Result<usize, Refusal> {
        self.end(account, KeyState::Deactivated)
    }

    /// Lets an account scan a QR code, by its link `tg://login?token=…` or the token in it.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, and what `auth.acceptLoginToken` answers.
    pub fn scan(&self, account: &str, code: &str) -> Result<(), Refusal> {
        let user = self.user(account)?;
        let token = code.strip_prefix("tg://login?token=").unwrap_or(code);
        let token = URL_SAFE_NO_PAD.decode(token.trim_end_matches('='));
        let token = token.map_err(|_not_base64| Refusal::bad("AUTH_TOKEN_INVALID"))?;
        self.0.api.accept_login_token(user, &token).map(drop)
    }

    fn end(&self, account: &str, state: fn(UserId) -> KeyState) -> Result<usize, Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        Ok(world.end_account(user, state(user)).len())
    }
}

fn draft(text: String) -> Draft {
    Draft {
        content: Content::plain(text),
        ..Draft::default()
    }
}
