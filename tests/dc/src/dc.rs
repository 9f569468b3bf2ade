//! A running data centre and everything a test may do to it.
//!
//! Owns the listener's task and the world. Scripts act here as people with other devices would;
//! accounts are named by username, phone number or user id.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::link::{self, Links};
use crate::rpc::{Api, Outlet};
use crate::service::Service;
use crate::world::World;
use crate::world::account::Profile;
use crate::world::change::Reach;
use crate::world::clock::random;
use crate::world::faults::Fault;
use crate::world::ids::{KeyId, MessageId, UserId};
use crate::world::keys::KeyState;
use crate::world::ledger::Entry;
use crate::world::people::fixed;
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// How a data centre starts.
#[derive(Clone, Debug)]
pub struct DcOptions {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The accounts that exist from the start, beside the fleet's numbers.
    pub accounts: Vec<Profile>,
    /// Events in one slice of `updates.getDifference`, at least 1.
    pub slice: usize,
    /// How long a log-in code counts, in whole seconds.
    pub code_lifetime: Duration,
}

impl Default for DcOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            accounts: fixed(),
            slice: 100,
            code_lifetime: Duration::from_mins(5),
        }
    }
}

/// A running data centre. Clones share it; it stops with [`Dc::stop`] or with the last clone.
#[derive(Clone)]
pub struct Dc(Arc<Inner>);

struct Inner {
    api: Arc<Api>,
    links: Arc<Links>,
    address: SocketAddr,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The ids of one message on its two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SentIds {
    /// In the box of who sent it.
    pub sender: i32,
    /// In the box of who got it; the same in Saved Messages.
    pub receiver: i32,
}

/// What a script may know of an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AccountInfo {
    /// The account's id.
    pub user_id: i64,
    /// Its number, without the plus sign.
    pub phone: String,
    /// Its username, without the at sign.
    pub username: String,
    /// Its pts now.
    pub pts: i32,
    /// Keys logged in to it.
    pub keys: usize,
}

impl Outlet for Links {
    fn push(&self, key: KeyId, except_session: Option<i64>, updates: Bytes) {
        Self::push(self, key.0, except_session, updates);
    }
}

impl Dc {
    /// Starts listening. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(options: DcOptions) -> io::Result<Self> {
        let listener = link::listen(options.listen)?;
        let address = listener.local_addr()?;
        let mut world = World::new(options.accounts);
        world.slice = options.slice.max(1);
        world.code_lifetime = i32::try_from(options.code_lifetime.as_secs()).unwrap_or(i32::MAX);
        let links = Arc::new(Links::new());
        let outlet: Arc<dyn Outlet> = Arc::<Links>::clone(&links);
        let api = Arc::new(Api::new(world, outlet, address));
        let stop = CancellationToken::new();
        let service: Arc<dyn Service> = Arc::<Api>::clone(&api);
        let serving = link::serve(listener, service, Arc::clone(&links), stop.clone());
        let task = Mutex::new(Some(tokio::spawn(serving)));
        Ok(Self(Arc::new(Inner {
            api,
            links,
            address,
            stop,
            task,
        })))
    }

    /// Stops listening, closes every link and waits until all tasks have ended.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        let task = self
            .0
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            log::error!("the data centre's listener failed: {error}");
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.0.address
    }

    /// The RSA key that clients must trust, as PKCS#1 PEM.
    pub fn public_key_pem(&self) -> String {
        link::rsa::public_key_pem()
    }

    /// Makes an authorisation key that is as good as one from a key exchange, and spares the
    /// exchange. 256 bytes.
    pub fn new_key(&self) -> [u8; 256] {
        self.make_key().0
    }

    /// A key as of [`Dc::new_key`] that is logged in to an account already.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn log_in(&self, account: &str) -> Result<[u8; 256], Refusal> {
        let user = self.user(account)?;
        let (key, id) = self.make_key();
        self.0.api.world().authorise(id, user, false);
        Ok(key)
    }

    fn make_key(&self) -> ([u8; 256], KeyId) {
        let key = random();
        let salt = i64::from_le_bytes(random());
        (key, KeyId(self.0.links.insert_key(key, salt)))
    }

    /// What is known of an account; one of the fleet's is made by asking.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn account(&self, name: &str) -> Result<AccountInfo, Refusal> {
        let mut world = self.0.api.world();
        let id = find(&mut world, name)?;
        let account = world.account(id).ok_or_else(|| unknown(name))?;
        Ok(AccountInfo {
            user_id: id.0,
            phone: account.phone.clone(),
            username: account.username.clone(),
            pts: account.events.pts(),
            keys: account.keys.len(),
        })
    }

    /// The id of an account.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn user(&self, name: &str) -> Result<UserId, Refusal> {
        find(&mut self.0.api.world(), name)
    }

    /// Sends a plain text from one account to another, as from a device that is not connected here.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, and what `messages.sendMessage` answers.
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
        let to = find(&mut world, to)?;
        let sent = world.send(from, to, draft, None)?;
        let receiver = world.post(sent.post).map_or(sent.id, |post| post.to.id);
        Ok(SentIds {
            sender: sent.id.0,
            receiver: receiver.0,
        })
    }

    /// Replaces the text of a message; `message_id` is the author's.
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

    /// Deletes messages from the box of `account`, with [`Reach::Everybody`] from the other side's
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

    /// Marks everything that `account` got from `peer` as read.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn read(&self, account: &str, peer: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let peer = find(&mut world, peer)?;
        world.read(account, peer, MessageId(0), None);
        Ok(())
    }

    /// Makes something go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        self.0.api.world().faults.add(fault);
    }

    /// Ends all faults, also refused keys.
    pub fn clear_faults(&self) {
        self.0.api.world().faults.clear();
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

    fn end(&self, account: &str, state: fn(UserId) -> KeyState) -> Result<usize, Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        Ok(world.end_account(user, state(user)).len())
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

    fn each_key(&self, account: &str, act: impl Fn(&Links, KeyId)) -> Result<usize, Refusal> {
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

    /// How often a method was called, such as `messages.sendMessage`, faults included.
    pub fn calls(&self, method: &str) -> u64 {
        self.0.api.world().calls.get(method).copied().unwrap_or(0)
    }

    /// How often each method was called.
    pub fn all_calls(&self) -> BTreeMap<&'static str, u64> {
        self.0.api.world().calls.clone()
    }

    /// Every message, in the order of sending.
    pub fn ledger(&self) -> Vec<Entry> {
        self.ledger_part(0, usize::MAX)
    }

    /// At most `limit` messages from number `from` on.
    pub fn ledger_part(&self, from: usize, limit: usize) -> Vec<Entry> {
        self.0.api.world().ledger(from, limit)
    }

    /// How many messages there are.
    pub fn ledger_len(&self) -> usize {
        self.0.api.world().ledger_len()
    }

    /// What the links count: how many are open, key exchanges, messages.
    pub fn link_counts(&self) -> link::LinkCounts {
        self.0.links.counts()
    }

    /// How many links are open now.
    pub fn connections(&self) -> u64 {
        self.link_counts().open
    }
}

fn draft(text: String) -> Draft {
    Draft {
        content: Content {
            text,
            entities: Vec::new(),
        },
        ..Draft::default()
    }
}

fn find(world: &mut World, name: &str) -> Result<UserId, Refusal> {
    world.user_by_name(name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Refusal {
    // Not one of Telegram's: scripts name accounts in ways that Telegram has no error for.
    Refusal::bad(&format!("USER_NOT_FOUND: {name}"))
}
