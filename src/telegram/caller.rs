//! Calls over one link: the time limit, what an answer says of the link, and the key's end.
//!
//! Whoever calls Telegram for an account, be it a client's operation or the reading of updates,
//! goes through here, so that a refused key is noticed once and by all.

mod abroad;
mod reconnects;

use crate::telegram::budget::Budget;
use crate::telegram::caller::reconnects::Reconnects;
use crate::telegram::error::Error;
use crate::telegram::lease::Lease;
use crate::telegram::lenient::{self, Read, Unread};
use crate::telegram::link::LinkSettings;
use crate::telegram::patience::CallOptions;
use crate::telegram::reach::Reach;
use crate::telegram::repetition::{Owner, Repetition};
use crate::telegram::storage::HubSession;
use crate::telegram::vitals::Vitals;
use grammers_client::sender::{InvocationError, SenderPoolFatHandle};
use grammers_client::session::Session as _;
use grammers_client::tl::{self, Deserializable as _};
use grammers_mtproto::authentication;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How often a connection is given up at most because Telegram has forgotten it.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// One link's way of calling.
pub(super) struct Caller {
    handle: SenderPoolFatHandle,
    session: Arc<HubSession>,
    vitals: Arc<Vitals>,
    ended: watch::Sender<Option<String>>,
    connects: Arc<Budget>,
    lease: Lease,
    call_timeout: Duration,
    /// Ends with the task that does the link's I/O.
    down: CancellationToken,
    /// Who has the account's next link.
    owner: OnceLock<Weak<dyn Owner>>,
    /// Which other data centres answer.
    reach: Reach,
    /// Whether Telegram has told its place over this link.
    told_place: AtomicBool,
    /// When the home connection was last given up because Telegram had forgotten it.
    renewed: std::sync::Mutex<Option<Instant>>,
    /// Held while the account is made known to another data centre.
    introducing: Mutex<()>,
    reconnects: Reconnects,
}

impl Caller {
    pub(super) fn new(
        handle: SenderPoolFatHandle,
        session: Arc<HubSession>,
        vitals: Arc<Vitals>,
        settings: &LinkSettings,
        down: CancellationToken,
    ) -> Self {
        Self {
            handle,
            session,
            vitals,
            ended: watch::Sender::new(None),
            connects: Arc::clone(&settings.connects),
            lease: settings.lease.clone(),
            call_timeout: settings.call_timeout,
            down,
            owner: OnceLock::new(),
            reach: Reach::default(),
            told_place: AtomicBool::new(false),
            renewed: std::sync::Mutex::default(),
            introducing: Mutex::default(),
            reconnects: Reconnects::default(),
        }
    }

    /// The account's storage.
    pub(super) fn session(&self) -> &Arc<HubSession> {
        &self.session
    }

    /// The account's signs of life.
    pub(super) fn vitals(&self) -> &Arc<Vitals> {
        &self.vitals
    }

    /// The connections that the calls go through.
    pub(super) fn handle(&self) -> &SenderPoolFatHandle {
        &self.handle
    }

    /// How long an answer is waited for.
    pub(super) const fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    /// The reading has been told that the home connection is closed. The next call makes another one.
    pub(super) fn note_closed(&self) {
        self.reconnects.note_told();
    }

    /// Waits until the next call may make another connection, if it has to make one. Whoever calls
    /// waits here: when all links of a fleet are cut, the calls that were under way must not
    /// connect in one moment.
    pub(super) async fn turn(&self) {
        self.reconnects.turn(&self.connects).await;
    }

    /// Calls a method in the home data centre, unless it is known to be refused.
    ///
    /// Waits that Telegram asks for are slept through as far as the options allow, and what fails
    /// in passing is called again where that does nothing twice.
    pub(super) async fn invoke<R>(
        &self,
        request: &R,
        options: &CallOptions,
    ) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        let body = self.ask(request.to_bytes(), method, options).await?;
        let answer = R::Return::from_bytes(&body);
        let answer = answer.map_err(|error| unreadable(constructor_of(&error), method))?;
        self.note_answer(method);
        Ok(answer)
    }

    /// The same, leaving out of the answer what cannot be read, if it can be told apart.
    pub(super) async fn invoke_leniently<R>(
        &self,
        request: &R,
        options: &CallOptions,
    ) -> Result<Read<R::Return>, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let read = self.invoke_or_place(request, options).await?;
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        read.map_err(|unread| unreadable(unread.constructor, method))
    }

    /// The same; of an answer that cannot be read, what is known of it all the same.
    pub(super) async fn invoke_or_place<R>(
        &self,
        request: &R,
        options: &CallOptions,
    ) -> Result<Result<Read<R::Return>, Unread>, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        let body = self.ask(request.to_bytes(), method, options).await?;
        let read = lenient::read(body, method).await;
        if read.is_ok() {
            self.note_answer(method);
        }
        Ok(read)
    }

    async fn ask(
        &self,
        body: Vec<u8>,
        method: &'static str,
        options: &CallOptions,
    ) -> Result<Vec<u8>, Error> {
        let mut repetition = Repetition::of(method, options);
        repetition.begin(self).await;
        loop {
            let caller = repetition.caller(self);
            caller.turn().await;
            match caller.ask_once(&body, method).await {
                Err(Error::FloodWait(wait)) if options.spend(wait) => {
                    tokio::time::sleep(wait).await;
                }
                // Nothing was done, and over a connection that is introduced it can be.
                Err(error) if error.wants_connection() && caller.renew()? => {}
                Err(error) => repetition.after(error, self).await?,
                Ok(answer) => return Ok(answer),
            }
        }
    }

    /// Gives the home connection up, so that the next call makes and introduces another one;
    /// `false` when that was done a moment ago and has not helped.
    fn renew(&self) -> Result<bool, Error> {
        let now = Instant::now();
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if renewed.is_some_and(|at| now.duration_since(at) < RENEW_EVERY) {
            return Ok(false);
        }
        *renewed = Some(now);
        drop(renewed);
        self.disconnect()?;
        Ok(true)
    }

    /// Ends the home connection. The next call makes another one, in its turn.
    pub(super) fn disconnect(&self) -> Result<(), Error> {
        self.handle.disconnect_from_dc(self.home()?);
        self.reconnects.note_failed(self.reconnects.count());
        Ok(())
    }

    /// Whether Telegram answers what is asked of the account itself, or merely does not want to be
    /// asked so often.
    pub(super) async fn is_welcome(&self) -> bool {
        let answer = self
            .invoke(
                &tl::functions::updates::GetState {},
                &CallOptions::default(),
            )
            .await;
        matches!(
            answer,
            Ok(_) | Err(Error::FloodWait(_) | Error::Unreadable { .. })
        )
    }

    /// Whether Telegram has told its place over this link.
    pub(super) fn has_told_place(&self) -> bool {
        self.told_place.load(Ordering::Relaxed)
    }

    /// An answer has been read. One that cannot be read tells no place.
    fn note_answer(&self, method: &str) {
        match method {
            "updates.getDifference" => self.vitals.note_difference(),
            "updates.getState" => self.vitals.note_place(),
            _ => return,
        }
        self.told_place.store(true, Ordering::Relaxed);
    }

    async fn ask_once(&self, body: &[u8], method: &'static str) -> Result<Vec<u8>, Error> {
        if let Some(reason) = self.ended.borrow().clone() {
            return Err(Error::SessionEnded(reason));
        }
        self.session.may_call(method)?;
        self.lease.check()?;
        let connection = self.reconnects.count();
        let answer = self.handle.raw_invoke_in_dc(self.home()?, body.to_vec());
        let error = match timeout(self.call_timeout, answer).await {
            Ok(Ok(answer)) => {
                self.vitals.note_call();
                return Ok(answer);
            }
            Ok(Err(error)) => {
                self.session.note_refusal(method, &error).await;
                match error {
                    InvocationError::Deserialize(_) => unreadable(None, method),
                    error => self.classify(error),
                }
            }
            Err(_elapsed) => Error::Timeout,
        };
        if matches!(error, Error::Unreachable(_)) {
            self.reconnects.note_failed(connection);
        }
        if let Some(reason) = error.needs_login() {
            self.ended.send_replace(Some(reason.to_owned()));
        }
        Err(error)
    }

    fn home(&self) -> Result<i32, Error> {
        self.session
            .home_dc_id()
            .map_err(|error| Error::Storage(error.into()))
    }

    /// Tells who has the account's next link; the first one told counts.
    pub(super) fn belong_to(&self, owner: Weak<dyn Owner>) {
        self.owner.get_or_init(|| owner);
    }

    /// Who has the account's next link, if calls may go over to it.
    pub(super) fn owner(&self) -> Option<Arc<dyn Owner>> {
        self.owner.get()?.upgrade()
    }

    pub(super) fn has_owner(&self) -> bool {
        self.owner.get().is_some()
    }

    /// Whether the task that does the link's I/O has ended.
    pub(super) fn is_down(&self) -> bool {
        self.down.is_cancelled()
    }

    /// Whether Telegram has refused the key for good.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Waits until Telegram has refused the key for good, and says how.
    pub(super) async fn ended(&self) -> String {
        let mut ended = self.ended.subscribe();
        // The sender lives in `self`, so the wait ends only with a reason.
        let reason = ended.wait_for(Option::is_some).await.ok();
        reason.and_then(|reason| reason.clone()).unwrap_or_default()
    }

    /// grammers answers an unknown key by making a new one, which fails with a server whose RSA
    /// key it does not carry. The hub has always set a key before, so that this is what happened.
    fn classify(&self, error: InvocationError) -> Error {
        match error {
            InvocationError::Authentication(authentication::Error::UnknownFingerprints {
                ..
            }) if self.session.server().is_custom() => Error::KeyRejected,
            other => Error::from(other),
        }
    }
}

fn unreadable(constructor: Option<u32>, method: &'static str) -> Error {
    Error::Unreadable {
        constructor,
        method,
    }
}

fn constructor_of(error: &tl::deserialize::Error) -> Option<u32> {
    match error {
        tl::deserialize::Error::UnexpectedConstructor { id } => Some(*id),
        tl::deserialize::Error::UnexpectedEof => None,
    }
}
