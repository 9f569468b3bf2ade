//! All logins by QR code that are under way, and for a while those that have ended.
//!
//! It owns their tasks, and the rule that a name has one such login: the one that was begun last.

use crate::error::{Code, Error};
use crate::model::{Peer, SessionName, StoredState, TenantId};
use crate::session::qr::WrongPassword;
use crate::session::qr::adopt::logged_in;
use crate::session::qr::scan::{End, Scan, Submitted, answer, publish};
use crate::session::qr::state::{QrLook, QrState};
use crate::session::registry::Registry;
use crate::store::sessions;
use crate::telegram;
use log::info;
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many codes may wait to be scanned; each holds a connection.
const AT_ONCE: usize = 100;

/// The logins of one hub.
pub struct QrLogins {
    registry: Arc<Registry>,
    logins: Arc<Mutex<HashMap<String, QrLogin>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// One of them, as the others see it.
#[derive(Clone)]
struct QrLogin {
    name: SessionName,
    owner: Option<TenantId>,
    look: watch::Receiver<(u64, QrState)>,
    passwords: mpsc::Sender<Submitted>,
    /// Held while a password is looked at.
    submitting: Arc<Semaphore>,
    cancelled: CancellationToken,
    /// Another login of the name was begun.
    replaced: CancellationToken,
    ended: CancellationToken,
    /// Whoever has given it up first was told how it ended.
    forgotten: Arc<AtomicBool>,
}

impl QrLogins {
    /// No logins yet.
    pub fn new(registry: Arc<Registry>) -> Self {
        Self {
            registry,
            logins: Arc::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Begins a login under a name, in the place of one that is under way for it; a new name is
    /// this owner's from then on. With `force` the name may be logged in, and stays so until the new
    /// login has succeeded.
    ///
    /// # Errors
    /// `session_in_use`, `invalid_request` for a new name that hides something, `rate_limited`,
    /// `api_id_invalid`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
    /// `database_unavailable`.
    pub async fn start(
        &self,
        name: &SessionName,
        owner: Option<TenantId>,
        force: bool,
    ) -> Result<QrLook, Error> {
        let context = self.registry.context();
        let wanted = name.clone();
        let row = context
            .store
            .read(move |conn| sessions::by_name(conn, &wanted))
            .await?;
        match row {
            None => name.check_new().map_err(Error::unfit_name)?,
            Some(row) if row.state == StoredState::Active && !force => return Err(logged_in(name)),
            Some(_) => {}
        }
        let token = fresh_token()?;
        let scan = Scan::begin(context, (name, owner)).await?;
        let (look, seen) = watch::channel((1, scan.pending()));
        let (passwords, submitted) = mpsc::channel(1);
        let login = QrLogin {
            name: name.clone(),
            owner,
            look: seen,
            passwords,
            submitting: Arc::new(Semaphore::new(1)),
            cancelled: self.stop.child_token(),
            replaced: CancellationToken::new(),
            ended: CancellationToken::new(),
            forgotten: Arc::default(),
        };
        if !self.enter(&token, &login) {
            scan.leave().await;
            let why = "too many QR codes wait to be scanned already";
            return Err(Error::new(Code::RateLimited, why).retry_after(Duration::from_secs(30)));
        }
        info!(session = name.as_str(); "a login by QR code has begun");
        let shown = login.shown(&token);
        let run = Running {
            registry: Arc::clone(&self.registry),
            logins: Arc::clone(&self.logins),
            token,
            login,
            force,
        };
        self.tasks.spawn(run.run(scan, submitted, look));
        Ok(shown)
    }

    /// Notes a login, unless there are too many.
    fn enter(&self, token: &str, login: &QrLogin) -> bool {
        let mut logins = lock(&self.logins);
        let waiting = |other: &&QrLogin| !other.look.borrow().1.is_final();
        if logins.values().filter(waiting).count() >= AT_ONCE {
            return false;
        }
        for other in logins.values().filter(|other| other.name == login.name) {
            other.replaced.cancel();
        }
        logins.insert(token.to_owned(), login.clone());
        true
    }

    /// What a login has come to. Whoever has seen a version may wait for the next one.
    ///
    /// # Errors
    /// `login_not_found`.
    pub async fn look(
        &self,
        token: &str,
        seen: Option<u64>,
        patience: Duration,
    ) -> Result<QrLook, Error> {
        let mut login = self.find(token)?;
        if let Some(seen) = seen {
            let changed = login
                .look
                .wait_for(|(version, state)| *version > seen || state.is_final());
            // Whether it has changed or not, what counts is how things are now.
            drop(timeout(patience, changed).await);
        }
        Ok(login.shown(token))
    }

    /// Hands the two-step password in.
    ///
    /// # Errors
    /// `login_not_found` when there is no such login or no password is asked for; `session_busy`
    /// while another one is looked at; `password_invalid`, `session_in_use`, `account_mismatch`,
    /// `flood_wait`, `telegram_error`, `telegram_unreachable`, `database_unavailable`.
    pub async fn submit_password(
        &self,
        token: &str,
        password: SecretString,
        wrong: WrongPassword,
    ) -> Result<Arc<Peer>, Error> {
        let login = self.find(token)?;
        let busy = || {
            let why = "another password is being looked at for this login";
            Error::new(Code::SessionBusy, why).retry_after(Duration::from_secs(1))
        };
        let Ok(_one) = login.submitting.try_acquire() else {
            return Err(busy());
        };
        match &login.look.borrow().1 {
            QrState::PasswordRequired { .. } => {}
            QrState::Pending { .. } => {
                return Err(not_asked("the QR code has to be scanned first"));
            }
            _ => return Err(not_asked("the login is over")),
        }
        let (reply, answered) = oneshot::channel();
        let submitted = Submitted {
            password,
            wrong,
            reply,
        };
        if login.passwords.try_send(submitted).is_err() {
            return Err(not_asked("the login is over"));
        }
        answered
            .await
            .unwrap_or_else(|_dropped| Err(not_asked("the login is over")))
    }

    /// Gives a login up and forgets it, and answers what it had come to. Of several who ask for that
    /// at once one is answered.
    ///
    /// # Errors
    /// `login_not_found`.
    pub async fn cancel(&self, token: &str) -> Result<QrLook, Error> {
        let login = self.find(token)?;
        login.cancelled.cancel();
        login.ended.cancelled().await;
        // Its task takes it out of the list as well, so that the list does not say who was first.
        lock(&self.logins).remove(token);
        if login.forgotten.swap(true, Ordering::Relaxed) {
            return Err(unknown());
        }
        Ok(login.shown(token))
    }

    /// Gives up what is under way for a name.
    pub async fn cancel_of(&self, name: &SessionName) {
        let of_name: Vec<_> = {
            let logins = lock(&self.logins);
            let of_name = logins.iter().filter(|(_, login)| login.name == *name);
            of_name.map(|(token, _)| token.clone()).collect()
        };
        for token in of_name {
            // One that has gone by itself meanwhile is as good.
            self.cancel(&token).await.ok();
        }
    }

    /// Gives all of them up and waits until they have ended.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn find(&self, token: &str) -> Result<QrLogin, Error> {
        lock(&self.logins).get(token).cloned().ok_or_else(unknown)
    }
}

impl QrLogin {
    fn shown(&self, token: &str) -> QrLook {
        let (version, state) = self.look.borrow().clone();
        QrLook {
            token: token.to_owned(),
            session: self.name.clone(),
            owner: self.owner,
            version,
            state,
        }
    }
}

/// The task of one login.
struct Running {
    registry: Arc<Registry>,
    logins: Arc<Mutex<HashMap<String, QrLogin>>>,
    token: String,
    login: QrLogin,
    force: bool,
}

impl Running {
    async fn run(
        self,
        mut scan: Scan,
        mut passwords: mpsc::Receiver<Submitted>,
        look: watch::Sender<(u64, QrState)>,
    ) {
        let lease = scan.context.link.lease.clone();
        let end = tokio::select! {
            biased;
            () = self.login.cancelled.cancelled() => End::Cancelled,
            () = self.login.replaced.cancelled() => End::Failed(replaced()),
            () = lease.lost() => End::Failed(telegram::Error::NotHeld.into()),
            end = scan.wait_for_user(&mut passwords, &look) => end,
        };
        // Nobody is answered any more who comes from here on.
        passwords.close();
        let state = self.finish(&scan, end).await;
        info!(session = self.login.name.as_str(); "a login by QR code has ended: {}", word(&state));
        publish(&look, state.clone());
        if let Some(reply) = scan.asked_by.take() {
            answer(reply, outcome(state));
        }
        self.login.ended.cancel();
        tokio::select! {
            () = self.login.cancelled.cancelled() => {}
            () = sleep(scan.context.timing.qr.kept) => {}
        }
        lock(&self.logins).remove(&self.token);
    }

    /// From here on nothing interrupts it.
    async fn finish(&self, scan: &Scan, end: End) -> QrState {
        match end {
            End::In(user) => match scan.adopt(&self.registry, &user, self.force).await {
                Ok(()) => QrState::Success(Arc::new(*user)),
                Err(error) => {
                    scan.undo().await;
                    QrState::failed(&error)
                }
            },
            End::Expired => {
                scan.leave().await;
                QrState::Expired
            }
            End::Failed(error) => {
                scan.leave().await;
                QrState::failed(&error)
            }
            End::Cancelled => {
                scan.leave().await;
                QrState::Cancelled
            }
        }
    }
}

fn lock(logins: &Mutex<HashMap<String, QrLogin>>) -> MutexGuard<'_, HashMap<String, QrLogin>> {
    // No critical section of this file panics, so what a poisoned lock guards is whole.
    logins.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fresh_token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(Code::Internal, "the operating system gives no randomness").because(error)
    })?;
    Ok(hex::encode(bytes))
}

fn unknown() -> Error {
    let why = "there is no such login, or it ended some time ago; start it again";
    Error::new(Code::LoginNotFound, why)
}

fn not_asked(why: &'static str) -> Error {
    Error::new(
        Code::LoginNotFound,
        format!("Telegram does not ask for a password: {why}"),
    )
}

fn replaced() -> Error {
    let why = "another login by QR code was started for this session";
    Error::new(Code::SessionBusy, why)
}

/// What is told to whoever has ended the login by a password.
fn outcome(state: QrState) -> Result<Arc<Peer>, Error> {
    match state {
        QrState::Success(user) => Ok(user),
        QrState::Failed { code, reason } => Err(Error::new(code, reason)),
        _ => Err(not_asked("the login is over")),
    }
}

fn word(state: &QrState) -> &'static str {
    match state {
        QrState::Pending { .. } | QrState::PasswordRequired { .. } => "it goes on",
        QrState::Success(_) => "the account is logged in",
        QrState::Expired => "its time was over",
        QrState::Failed { code, .. } => code.wire(),
        QrState::Cancelled => "it was given up",
    }
}
