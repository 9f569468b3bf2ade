//! Calls over one link: the time limit, what an answer says of the link, and the key's end.
//!
//! Whoever calls Telegram for an account, be it a client's operation or the reading of updates,
//! goes through here, so that a refused key is noticed once and by all.

use crate::telegram::budget::Budget;
use crate::telegram::error::Error;
use crate::telegram::handshake;
use crate::telegram::lease::Lease;
use crate::telegram::lenient::{self, Read, Unread};
use crate::telegram::link::LinkSettings;
use crate::telegram::patience;
use crate::telegram::server::Server;
use crate::telegram::storage::HubSession;
use crate::telegram::vitals::Vitals;
use grammers_client::sender::{InvocationError, SenderPoolFatHandle};
use grammers_client::session::Session as _;
use grammers_client::tl::{self, Deserializable as _};
use grammers_mtproto::authentication;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, timeout};

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
    /// Whether Telegram has told its place over this link.
    told_place: AtomicBool,
    /// When the home connection was last given up because Telegram had forgotten it.
    renewed: std::sync::Mutex<Option<Instant>>,
    /// Held while the account is made known to another data centre.
    introducing: Mutex<()>,
}

impl Caller {
    pub(super) fn new(
        handle: SenderPoolFatHandle,
        session: Arc<HubSession>,
        vitals: Arc<Vitals>,
        settings: &LinkSettings,
    ) -> Self {
        Self {
            handle,
            session,
            vitals,
            ended: watch::Sender::new(None),
            connects: Arc::clone(&settings.connects),
            lease: settings.lease.clone(),
            call_timeout: settings.call_timeout,
            told_place: AtomicBool::new(false),
            renewed: std::sync::Mutex::default(),
            introducing: Mutex::default(),
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

    /// Waits until another connection may be made, which the next call does.
    pub(super) async fn turn(&self) {
        self.connects.turn().await;
    }

    /// Calls a method in the home data centre, unless it is known to be refused.
    ///
    /// Waits that Telegram asks for are slept through as far as the caller's patience goes.
    pub(super) async fn invoke<R>(&self, request: &R) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        let body = self.ask(request.to_bytes(), method).await?;
        let answer = R::Return::from_bytes(&body);
        let answer = answer.map_err(|error| unreadable(constructor_of(&error), method))?;
        self.note_answer(method);
        Ok(answer)
    }

    /// The same, leaving out of the answer what cannot be read, if it can be told apart.
    pub(super) async fn invoke_leniently<R>(&self, request: &R) -> Result<Read<R::Return>, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let read = self.invoke_or_place(request).await?;
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        read.map_err(|unread| unreadable(unread.constructor, method))
    }

    /// The same; of an answer that cannot be read, what is known of it all the same.
    pub(super) async fn invoke_or_place<R>(
        &self,
        request: &R,
    ) -> Result<Result<Read<R::Return>, Unread>, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        let body = self.ask(request.to_bytes(), method).await?;
        let read = lenient::read(body, method).await;
        if read.is_ok() {
            self.note_answer(method);
        }
        Ok(read)
    }

    async fn ask(&self, body: Vec<u8>, method: &'static str) -> Result<Vec<u8>, Error> {
        loop {
            match self.ask_once(&body, method).await {
                Err(Error::FloodWait(wait)) if patience::spend(wait) => {
                    tokio::time::sleep(wait).await;
                }
                // Nothing was done, and over a connection that is introduced it can be.
                Err(error) if error.wants_connection() && self.renew()? => self.turn().await,
                answer => return answer,
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
        self.handle.disconnect_from_dc(self.home()?);
        Ok(true)
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
        if let Some(reason) = error.needs_login() {
            self.ended.send_replace(Some(reason.to_owned()));
        }
        Err(error)
    }

    /// Calls a method in any data centre; files live in one each.
    ///
    /// A data centre that does not know the account is shown its authorisation first
    /// (<https://core.telegram.org/api/datacenter#authorization-transfer>). Being refused there
    /// says nothing of the account at home.
    pub(super) async fn invoke_in<R>(&self, dc_id: i32, request: &R) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        if dc_id == self.home()? {
            return self.invoke(request).await;
        }
        self.ensure_key_in(dc_id).await?;
        match self.foreign(dc_id, request).await {
            Err(Error::SessionEnded(_)) => {}
            answer => return answer,
        }
        let _one = self.introducing.lock().await;
        // Another call may have done it meanwhile.
        match self.foreign(dc_id, request).await {
            Err(Error::SessionEnded(_)) => {}
            answer => return answer,
        }
        let export = tl::functions::auth::ExportAuthorization { dc_id };
        let tl::enums::auth::ExportedAuthorization::Authorization(exported) =
            self.invoke(&export).await?;
        let import = tl::functions::auth::ImportAuthorization {
            id: exported.id,
            bytes: exported.bytes,
        };
        self.foreign(dc_id, &import).await.map_err(away)?;
        self.foreign(dc_id, request).await.map_err(away)
    }

    /// Makes a key with a data centre of a server of one's own; with Telegram's the library does.
    async fn ensure_key_in(&self, dc_id: i32) -> Result<(), Error> {
        if !self.session.lacks_key_in(dc_id) {
            return Ok(());
        }
        let _one = self.introducing.lock().await;
        if let Server::Custom { address, key } = self.session.server()
            && self.session.lacks_key_in(dc_id)
        {
            let exchange = async {
                let made = timeout(self.call_timeout, handshake::exchange(*address, key));
                Ok(made.await.map_err(|_elapsed| Error::Timeout)??)
            };
            let made = self.lease.during(exchange).await?;
            let adopted = self.session.adopt_key_in(dc_id, made).await;
            adopted.map_err(|error| Error::Storage(error.into()))?;
        }
        Ok(())
    }

    async fn foreign<R>(&self, dc_id: i32, request: &R) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        loop {
            self.lease.check()?;
            let answer = self.handle.raw_invoke_in_dc(dc_id, request.to_bytes());
            let error = match timeout(self.call_timeout, answer).await {
                Ok(Ok(answer)) => {
                    let method = tl::name_for_id(R::CONSTRUCTOR_ID);
                    let read = R::Return::from_bytes(&answer);
                    return read.map_err(|error| unreadable(constructor_of(&error), method));
                }
                Ok(Err(error)) => self.classify(error),
                Err(_elapsed) => Error::Timeout,
            };
            match error {
                Error::FloodWait(wait) if patience::spend(wait) => tokio::time::sleep(wait).await,
                error => return Err(error),
            }
        }
    }

    fn home(&self) -> Result<i32, Error> {
        self.session
            .home_dc_id()
            .map_err(|error| Error::Storage(error.into()))
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

/// Another data centre's refusal, which must not be taken for the end of the account.
fn away(error: Error) -> Error {
    match error {
        Error::SessionEnded(_) | Error::KeyRejected => Error::Unreachable(
            "another data centre does not take the account's authorisation".into(),
        ),
        other => other,
    }
}
