//! One account's connection to Telegram: grammers' pool, its task, and calls with a time limit.
//!
//! A link owns the task that does the I/O and ends it when dropped, however stuck it is. It does
//! not reconnect by a plan of its own: whoever holds it drops it and opens another.

use crate::config::Device;
use crate::store::capture::CapturedBatch;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::handshake;
use crate::telegram::server::{Server, needs_ipv6};
use crate::telegram::storage::HubSession;
use crate::telegram::vitals::Vitals;
use grammers_client::Client;
use grammers_client::sender::{
    ConnectionParams, InvocationError, NoRetries, SenderPool, SenderPoolFatHandle,
    UpdatesConfiguration, UpdatesReceiver,
};
use grammers_client::session::Session as _;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl;
use grammers_mtproto::authentication;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};
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
    /// How many unread update packets grammers keeps for an account; it drops what comes above.
    pub updates_capacity: NonZeroUsize,
}

/// What a receiver is asked to look after, because it may have missed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// The account's own updates.
    Account,
    /// One channel's, by its bare id.
    Channel(i64),
}

/// One account's connection.
pub struct Link {
    client: Client,
    handle: SenderPoolFatHandle,
    runner: std::sync::Mutex<JoinHandle<()>>,
    down: CancellationToken,
    session: Arc<HubSession>,
    vitals: Arc<Vitals>,
    updates: Mutex<Option<mpsc::Receiver<UpdatesLike>>>,
    ended: watch::Sender<Option<String>>,
    call_timeout: Duration,
    custom_server: bool,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Link {
    /// Prepares a link; the connection itself is made by the first call.
    ///
    /// # Errors
    /// [`Error::KeyRejected`] when the account has no key and `keys` does not allow a new one;
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
                return Err(Error::KeyRejected);
            }
            if let Server::Custom { address, key } = &settings.server {
                let made = timeout(settings.call_timeout, handshake::exchange(*address, key));
                let made = made.await.map_err(|_elapsed| Error::Timeout)??;
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
        let use_ipv6 = home.is_some_and(|option| needs_ipv6(&option));
        let SenderPool {
            runner,
            handle,
            updates,
        } = SenderPool::with_configuration(
            Arc::clone(&session),
            api_id,
            connection_params(settings, use_ipv6),
        );
        let down = CancellationToken::new();
        let end = down.clone().drop_guard();
        // A panic drops the guard too.
        let running = tokio::spawn(async move {
            let _end = end;
            runner.run().await;
        });
        Ok(Self {
            client: Client::new(handle.clone()),
            handle,
            runner: std::sync::Mutex::new(running),
            down,
            session,
            vitals,
            updates: Mutex::new(Some(updates)),
            ended: watch::Sender::new(None),
            call_timeout: settings.call_timeout,
            custom_server: settings.server.is_custom(),
        })
    }

    /// The account's storage.
    pub fn session(&self) -> &Arc<HubSession> {
        &self.session
    }

    pub(super) fn vitals(&self) -> &Vitals {
        &self.vitals
    }

    /// Waits until Telegram has refused the key for good, and says how.
    pub async fn ended(&self) -> String {
        let mut ended = self.ended.subscribe();
        // The sender lives in `self`, so the wait ends only with a reason.
        let reason = ended.wait_for(Option::is_some).await.ok();
        reason.and_then(|reason| reason.clone()).unwrap_or_default()
    }

    /// Waits until the task that does the I/O has ended: nothing can be called any more. It ends
    /// by itself only when the client library panics.
    pub async fn down(&self) {
        self.down.cancelled().await;
    }

    /// Asks whoever reads the updates to fetch what may have been missed. `false` when nobody
    /// can be asked.
    #[expect(
        clippy::unused_self,
        reason = "the client library's receiver takes no such wishes"
    )]
    pub fn ask_difference(&self, _nudge: Nudge) -> bool {
        false
    }

    /// Ends the connection and leaves everything else as it is: the next call makes another one.
    /// Calls under way fail.
    pub fn reconnect(&self) {
        if let Ok(home) = self.session.home_dc_id() {
            self.handle.disconnect_from_dc(home);
        }
        // Without a call nothing would connect before the next look at the link.
        self.ask_difference(Nudge::Account);
    }

    /// The stream of updates from where the account left off. Only the first call gets it.
    pub async fn updates(&self) -> Result<Updates, Error> {
        let channel = self.updates.lock().await.take().ok_or_else(|| {
            Error::Unreachable("the updates of this link are already being read".into())
        })?;
        let receiver = UpdatesReceiver::create(
            self.handle.thin.clone(),
            Arc::clone(&self.handle.session),
            channel,
            // Anything else would forget where the account left off.
            UpdatesConfiguration { catch_up: true },
        )
        .await
        .map_err(Error::Storage)?;
        Ok(Updates {
            receiver,
            session: Arc::clone(&self.session),
            vitals: Arc::clone(&self.vitals),
        })
    }

    /// Ends the link in good order if that takes less than two seconds, and anyhow after that.
    pub async fn close(&self) {
        self.handle.quit();
        let deadline = Instant::now() + Duration::from_secs(2);
        while !self.runner().is_finished() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.abort();
    }

    /// Ends the link at once. grammers waits without limit while it connects, so that asking it
    /// to quit is not enough for a link that is stuck.
    pub fn abort(&self) {
        self.runner().abort();
    }

    fn runner(&self) -> std::sync::MutexGuard<'_, JoinHandle<()>> {
        self.runner
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Calls a method in the home data centre, unless it is known to be refused.
    pub(super) async fn invoke<R>(&self, request: &R) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        if let Some(reason) = self.ended.borrow().clone() {
            return Err(Error::SessionEnded(reason));
        }
        self.session.may_call(method)?;
        let error = match timeout(self.call_timeout, self.client.invoke(request)).await {
            Ok(Ok(answer)) => {
                self.vitals.note_call();
                return Ok(answer);
            }
            Ok(Err(error)) => {
                self.session.note_refusal(method, &error).await;
                self.classify(error)
            }
            Err(_elapsed) => Error::Timeout,
        };
        if let Some(reason) = error.needs_login() {
            self.ended.send_replace(Some(reason.to_owned()));
        }
        Err(error)
    }

    /// Goes over to another data centre, which becomes the account's home.
    pub(super) async fn migrate(&self, dc_id: i32) -> Result<(), Error> {
        let old = self
            .session
            .home_dc_id()
            .map_err(|error| Error::Storage(error.into()))?;
        self.handle.disconnect_from_dc(old);
        self.session
            .set_home_dc_id(dc_id)
            .await
            .map_err(|error| Error::Storage(error.into()))
    }

    /// grammers answers an unknown key by making a new one, which fails with a server whose RSA
    /// key it does not carry. The hub has always set a key before, so that this is what happened.
    fn classify(&self, error: InvocationError) -> Error {
        match error {
            InvocationError::Authentication(authentication::Error::UnknownFingerprints {
                ..
            }) if self.custom_server => Error::KeyRejected,
            other => Error::from(other),
        }
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

/// An account's updates in order, as batches that are ready to be captured.
pub struct Updates {
    receiver: UpdatesReceiver,
    session: Arc<HubSession>,
    vitals: Arc<Vitals>,
}

impl Updates {
    /// Waits for the next batch. It carries the position that includes it, and may hold nothing
    /// else. After an error the account's link is to be dropped; the stored position replays
    /// whatever was not captured.
    pub async fn next(&mut self, account: convert::AccountRef) -> Result<CapturedBatch, Error> {
        self.vitals.note_reading(true);
        let received = self.receiver.next().await;
        self.vitals.note_reading(false);
        let (updates, users, chats) = received?;
        self.session.batch_received();
        self.receiver
            .sync_update_state()
            .await
            .map_err(Error::Storage)?;
        let mut batch = convert::batch(account, updates, &users, &chats);
        batch.position = self.session.pending_position();
        Ok(batch)
    }
}
