//! One account's connection to Telegram: grammers' pool, its task, and calls with a time limit.
//!
//! A link owns the task that does the I/O and ends it when dropped, however stuck it is. It does
//! not reconnect by a plan of its own: whoever holds it drops it and opens another.

use crate::config::Device;
use crate::model::{ChatId, UtcTime};
use crate::telegram::budget::Budget;
use crate::telegram::caller::Caller;
use crate::telegram::error::Error;
use crate::telegram::handshake;
use crate::telegram::keys_in_use::KeysInUse;
use crate::telegram::lease::Lease;
use crate::telegram::lenient::{Read, Unread};
use crate::telegram::login_watch::LoginWatch;
use crate::telegram::patience::CallOptions;
use crate::telegram::receiver::{NUDGES, Nudge, Receiver};
use crate::telegram::repetition::Owner;
use crate::telegram::server::{Server, needs_ipv6};
use crate::telegram::storage::HubSession;
use crate::telegram::updates::Updates;
use crate::telegram::vitals::Vitals;
use grammers_client::sender::{ConnectionParams, NoRetries, SenderPool};
use grammers_client::session::Session as _;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl;
use std::num::NonZeroUsize;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// What all links have in common.
#[derive(Clone, Debug)]
pub struct LinkSettings {
    /// Whom to connect to.
    pub server: Server,
    /// How to introduce oneself. It must not change between the login and later links of an
    /// account.
    pub device: Device,
    /// The longest that one call may take, including making the connection.
    pub call_timeout: Duration,
    /// How many connections all accounts together make in a time.
    pub connects: Arc<Budget>,
    /// How many unread update packets grammers keeps for an account; it drops what comes above.
    pub updates_capacity: NonZeroUsize,
    /// Whether Telegram may be spoken to.
    pub lease: Lease,
    /// The keys that are connected.
    pub keys: KeysInUse,
}

/// One account's connection, and how patient calls over it are. Those that are patient in other
/// ways share the connection.
#[derive(Clone)]
pub struct Link {
    wire: Arc<Wire>,
    options: CallOptions,
}

/// The connection itself.
struct Wire {
    caller: Arc<Caller>,
    runner: std::sync::Mutex<JoinHandle<()>>,
    down: CancellationToken,
    updates: Mutex<Option<Source>>,
    nudges: mpsc::Sender<Nudge>,
}

/// What the reading of updates starts from.
struct Source {
    socket: mpsc::Receiver<UpdatesLike>,
    nudges: mpsc::Receiver<Nudge>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.runner().abort();
    }
}

impl Wire {
    fn runner(&self) -> std::sync::MutexGuard<'_, JoinHandle<()>> {
        self.runner
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Link {
    /// Prepares a link; the connection itself is made by the first call.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] when the account has no key and `keys` does not allow a new one;
    /// otherwise what the key exchange with a server of one's own runs into.
    pub async fn open(
        session: Arc<HubSession>,
        settings: &LinkSettings,
        api_id: i32,
        keys: Keys,
        vitals: Arc<Vitals>,
    ) -> Result<Self, Error> {
        if !session.has_key() {
            if keys == Keys::MustExist {
                return Err(Error::KeyMissing);
            }
            if let Server::Custom { address, key } = &settings.server {
                let exchange = async {
                    let made = timeout(settings.call_timeout, handshake::exchange(*address, key));
                    Ok(made.await.map_err(|_elapsed| Error::Timeout)??)
                };
                let made = settings.lease.during(exchange).await?;
                session
                    .adopt_key(made)
                    .await
                    .map_err(|error| Error::Storage(error.into()))?;
            }
        }
        let home = session
            .home_dc_id()
            .ok()
            .and_then(|dc| session.dc_option(dc).ok().flatten());
        let use_ipv6 = home.as_ref().is_some_and(needs_ipv6);
        let open = settings.lease.open()?;
        let key = home.and_then(|option| option.auth_key);
        let owner = session.id();
        let in_use = key.map(|key| settings.keys.connect(&key, owner).ok_or_else(tried));
        let in_use = in_use.transpose()?;
        let SenderPool {
            runner,
            handle,
            updates: socket,
        } = SenderPool::with_configuration(
            Arc::clone(&session),
            api_id,
            connection_params(settings, use_ipv6),
        );
        let (sender, nudges) = mpsc::channel(NUDGES);
        let down = CancellationToken::new();
        let end = down.clone().drop_guard();
        let (lease, pool) = (settings.lease.clone(), handle.clone());
        // A panic drops the guards too.
        let running = tokio::spawn(async move {
            // Dropped in this order: who waits for the end finds the key free.
            let _guards = (in_use, open, end);
            let quit = || {
                pool.quit();
            };
            lease.run(runner.run(), quit).await;
        });
        let wire = Wire {
            caller: Arc::new(Caller::new(handle, session, vitals, settings, down.clone())),
            runner: std::sync::Mutex::new(running),
            down,
            updates: Mutex::new(Some(Source { socket, nudges })),
            nudges: sender,
        };
        Ok(Self {
            wire: Arc::new(wire),
            options: CallOptions::default(),
        })
    }

    /// The same connection for calls with these options.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            wire: Arc::clone(&self.wire),
            options,
        }
    }

    /// The account's storage.
    pub fn session(&self) -> &Arc<HubSession> {
        self.wire.caller.session()
    }

    /// Tells who has the link that comes after this one: what fails in passing is repeated over it.
    pub fn belong_to(&self, owner: Weak<dyn Owner>) {
        self.wire.caller.belong_to(owner);
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.wire.caller
    }

    /// Whether nothing can be called any more.
    pub fn is_down(&self) -> bool {
        self.wire.down.is_cancelled()
    }

    pub(super) fn vitals(&self) -> &Vitals {
        self.wire.caller.vitals()
    }

    /// Whether Telegram has told its place in the account's updates over this link.
    pub fn has_told_place(&self) -> bool {
        self.wire.caller.has_told_place()
    }

    /// Which methods Telegram does not want to hear from the account, and until when.
    pub fn flood_waits(&self) -> Vec<(String, UtcTime)> {
        self.session().floods.all(UtcTime::now())
    }

    /// Whether Telegram has refused the key for good.
    pub fn has_ended(&self) -> bool {
        self.wire.caller.has_ended()
    }

    /// Waits until Telegram has refused the key for good, and says how.
    pub async fn ended(&self) -> String {
        self.wire.caller.ended().await
    }

    /// Waits until the task that does the I/O has ended: nothing can be called any more. It ends
    /// by itself only when the client library panics.
    pub async fn down(&self) {
        self.wire.down.cancelled().await;
    }

    /// Ends the connection and leaves everything else as it is: the next call makes another one.
    /// Calls under way fail.
    pub fn reconnect(&self) {
        // Where its home is not known there is no connection either.
        drop(self.wire.caller.disconnect());
        // Without a call nothing would connect before the next look at the link.
        self.nudge(Nudge::Account);
    }

    /// Waits until the next call may make another connection, if it has to make one.
    pub async fn turn(&self) {
        self.wire.caller.turn().await;
    }

    /// Asks the reading of updates to look at something; `false` when it is busy with enough such
    /// wishes already, or has ended.
    pub fn nudge(&self, nudge: Nudge) -> bool {
        self.wire.nudges.try_send(nudge).is_ok()
    }

    /// The same, waiting while the reading is busy with other wishes.
    pub async fn nudge_when_free(&self, nudge: Nudge) {
        // A reading that has ended has nothing left to look at.
        self.wire.nudges.send(nudge).await.ok();
    }

    /// What tells that somebody lets this link in. Updates cannot be read over it afterwards.
    pub async fn login_watch(&self) -> Result<LoginWatch, Error> {
        let Source { socket, .. } = self.source().await?;
        Ok(LoginWatch::new(Arc::clone(&self.wire.caller), socket))
    }

    async fn source(&self) -> Result<Source, Error> {
        self.wire.updates.lock().await.take().ok_or_else(|| {
            Error::Unreachable("the updates of this link are already being read".into())
        })
    }

    /// The stream of updates from where the account left off. Only the first call gets it.
    pub async fn updates(&self) -> Result<Updates, Error> {
        let Source { socket, nudges } = self.source().await?;
        let receiver = Receiver::create(Arc::clone(&self.wire.caller), socket, nudges).await?;
        Ok(Updates::new(receiver))
    }

    /// Nobody will read what Telegram pushes over this link: it is dropped as it comes.
    pub async fn ignore_updates(&self) {
        drop(self.wire.updates.lock().await.take());
    }

    /// Ends the link in good order if that takes less than two seconds, and anyhow after that.
    pub async fn close(&self) {
        self.wire.caller.handle().quit();
        let deadline = Instant::now() + Duration::from_secs(2);
        while !self.wire.runner().is_finished() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.abort();
    }

    /// Ends the link at once. grammers waits without limit while it connects, so that asking it
    /// to quit is not enough for a link that is stuck.
    pub fn abort(&self) {
        self.wire.runner().abort();
    }

    /// Calls a method in the home data centre.
    pub(super) async fn invoke<R>(&self, request: &R) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        self.caller().invoke(request, &self.options).await
    }

    /// The same, leaving out of the answer what cannot be read, if it can be told apart.
    pub(super) async fn invoke_leniently<R>(&self, request: &R) -> Result<Read<R::Return>, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        self.caller().invoke_leniently(request, &self.options).await
    }

    /// The same; of an answer that cannot be read, what is known of it all the same.
    pub(super) async fn invoke_or_place<R>(
        &self,
        request: &R,
    ) -> Result<Result<Read<R::Return>, Unread>, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        self.caller().invoke_or_place(request, &self.options).await
    }

    /// Calls a method in the data centre where a file lives.
    pub(super) async fn invoke_in<R>(&self, dc_id: i32, request: &R) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        self.caller().invoke_in(dc_id, request, &self.options).await
    }

    /// The account itself, as the sender of its messages.
    pub(super) fn own(&self) -> Option<ChatId> {
        self.session().own()
    }

    /// Goes over to another data centre, which becomes the account's home.
    pub(super) async fn migrate(&self, dc_id: i32) -> Result<(), Error> {
        let session = self.session();
        let old = session
            .home_dc_id()
            .map_err(|error| Error::Storage(error.into()))?;
        self.wire.caller.handle().disconnect_from_dc(old);
        session
            .set_home_dc_id(dc_id)
            .await
            .map_err(|error| Error::Storage(error.into()))
    }
}

/// Whether a link may be opened without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// A logged-in account: without its key there is nothing to connect with.
    MustExist,
    /// A login: a key is made when there is none.
    MayBeMade,
}

fn tried() -> Error {
    Error::Unreachable("the session's key is being tried by an import".into())
}

fn connection_params(settings: &LinkSettings, use_ipv6: bool) -> ConnectionParams {
    let device = &settings.device;
    // Every field is named: the default forks shell commands to find some of them out.
    ConnectionParams {
        device_model: device.model.clone(),
        system_version: device.system_version.clone(),
        app_version: device.app_version.clone(),
        system_lang_code: device.lang.clone(),
        lang_code: device.lang.clone(),
        use_ipv6,
        // grammers would retry calls that must not run twice; callers decide here.
        retry_policy: Box::new(NoRetries),
        updates_channel_capacity: settings.updates_capacity,
        __non_exhaustive: (),
    }
}
