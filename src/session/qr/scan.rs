//! One login by QR code, from the first token to the account or to nothing.
//!
//! It owns the login's connection and the order of its steps. The state machine is that of the
//! other logins (`login`), and so is what an answer leads to (`login_attempt`).

use crate::error::{Code, Error};
use crate::model::{Peer, SessionName, TenantId, UtcTime};
use crate::session::account::SessionContext;
use crate::session::login::{Login, Step};
use crate::session::login_attempt::{LoginAttempt, Verdict};
use crate::session::qr::adopt::Guards;
use crate::session::qr::state::QrState;
use crate::session::qr::token::{Shown, Told};
use crate::session::qr::{QrTiming, WrongPassword};
use crate::telegram::{
    self, DEFAULT_DC, HubSession, Keys, Link, LoginNews, LoginToken, LoginWatch, Vitals, check_key,
};
use log::{info, warn};
use secrecy::{SecretSlice, SecretString};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// A password on its way to a login.
pub(super) struct Submitted {
    pub(super) password: SecretString,
    pub(super) wrong: WrongPassword,
    pub(super) reply: Reply,
}

pub(super) type Reply = oneshot::Sender<Result<Arc<Peer>, Error>>;

/// How the waiting for somebody has ended.
pub(super) enum End {
    /// Telegram has let the account in.
    In(Box<Peer>),
    Expired,
    Failed(Error),
    Cancelled,
}

/// A login that is under way.
pub(super) struct Scan {
    pub(super) context: Arc<SessionContext>,
    pub(super) name: SessionName,
    /// Whose account it is to be.
    pub(super) owner: Option<TenantId>,
    pub(super) session: Arc<HubSession>,
    pub(super) attempt: LoginAttempt,
    pub(super) guards: Guards,
    /// Who has told the password that ends the login, and waits for what becomes of it.
    pub(super) asked_by: Option<Reply>,
    watch: LoginWatch,
    shown: Shown,
}

impl Scan {
    /// Makes a connection and asks for the first token. What fails here leaves nothing.
    pub(super) async fn begin(
        context: &Arc<SessionContext>,
        (name, owner): (&SessionName, Option<TenantId>),
    ) -> Result<Self, Error> {
        context.login_turn()?;
        let server = context.link.server.clone();
        let session = Arc::new(HubSession::in_memory(server, DEFAULT_DC, None));
        let link = open(context, &session).await?;
        let watch = link.login_watch().await?;
        let asked = link.export_login_token(context.api_id, &context.api_hash);
        let LoginToken::Shown { url, expires } = asked.await? else {
            let why = "Telegram has let a key in that nobody has seen";
            return Err(Error::new(Code::TelegramError, why));
        };
        let (now, timing) = (Instant::now(), context.timing.qr);
        let told = Told::new(url, expires, UtcTime::now());
        let mut scan = Self {
            context: Arc::clone(context),
            name: name.clone(),
            owner,
            session,
            attempt: LoginAttempt::new(Arc::new(link), Login::by_scan(now, timing.scan)),
            guards: Guards::default(),
            asked_by: None,
            watch,
            shown: Shown::new(told, timing.renew_after, now),
        };
        // Before anybody can scan it.
        scan.guard().await?;
        Ok(scan)
    }

    fn timing(&self) -> QrTiming {
        self.context.timing.qr
    }

    /// What is shown while nobody has scanned the code.
    pub(super) fn pending(&self) -> QrState {
        QrState::Pending {
            url: self.shown.url().clone(),
            expires_at: UtcTime::now().after(self.shown.life(Instant::now())),
        }
    }

    /// Waits until Telegram lets somebody in, or the time is over.
    pub(super) async fn wait_for_user(
        &mut self,
        passwords: &mut mpsc::Receiver<Submitted>,
        look: &watch::Sender<(u64, QrState)>,
    ) -> End {
        loop {
            let is_scan = *self.attempt.login.step() == Step::Scan;
            let end = tokio::select! {
                () = sleep_until(self.attempt.login.expires()) => Some(End::Expired),
                Some(submitted) = passwords.recv() => self.submit(submitted).await,
                news = self.watch.news(), if is_scan => match news {
                    LoginNews::Scanned => self.ask(look).await,
                    LoginNews::Closed => {
                        self.shown.falter(Instant::now());
                        None
                    }
                },
                () = sleep_until(self.shown.ask_at()), if is_scan => self.ask(look).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Asks Telegram for the token, or what became of it.
    async fn ask(&mut self, look: &watch::Sender<(u64, QrState)>) -> Option<End> {
        if self.attempt.uncertain || self.attempt.link.is_down() {
            match self.ask_whose_key().await {
                Ok(Some(user)) => return Some(End::In(Box::new(user))),
                Ok(None) => {}
                Err(error) => return self.falter(error),
            }
        }
        let (api_id, api_hash) = (self.context.api_id, &self.context.api_hash);
        let answer = self.attempt.link.export_login_token(api_id, api_hash).await;
        let answer = match answer {
            Ok(LoginToken::Elsewhere { dc_id, token }) => self.bring(dc_id, token).await,
            answer => answer,
        };
        match answer {
            Ok(LoginToken::Shown { url, expires }) => {
                let (now, renew_after) = (Instant::now(), self.timing().renew_after);
                let told = Told::new(url, expires, UtcTime::now());
                if self.shown.take(told, renew_after, now) {
                    publish(look, self.pending());
                }
                None
            }
            Ok(LoginToken::Scanned(sign_in)) => {
                let verdict = self.attempt.judge(&self.name, Ok(sign_in)).await;
                self.follow(verdict, look)
            }
            Ok(LoginToken::Elsewhere { .. }) => Some(End::Failed(Error::new(
                Code::TelegramError,
                "Telegram sends the login from one data centre to the next",
            ))),
            Err(error) => self.falter(error),
        }
    }

    /// Brings a token to the data centre of who has scanned it, with a key that is made there.
    async fn bring(
        &mut self,
        dc_id: i32,
        token: SecretSlice<u8>,
    ) -> Result<LoginToken, telegram::Error> {
        info!(session = self.name.as_str(), dc = dc_id; "the login goes on in another data centre");
        self.attempt.link.move_login(dc_id).await?;
        let guarded = self.guard().await;
        guarded.map_err(|error| telegram::Error::Storage(error.into()))?;
        self.attempt.link.import_login_token(&token).await
    }

    fn follow(&mut self, verdict: Verdict, look: &watch::Sender<(u64, QrState)>) -> Option<End> {
        match verdict {
            Verdict::In(user) => Some(End::In(user)),
            Verdict::Password(hint) => {
                let time = self.timing().password;
                let until = Instant::now() + time;
                let login = &mut self.attempt.login;
                login.password_needed_until(hint.clone(), until);
                let expires_at = UtcTime::now().after(time);
                publish(look, QrState::PasswordRequired { hint, expires_at });
                None
            }
            Verdict::Refused(error) => Some(End::Failed(error)),
        }
    }

    async fn submit(&mut self, submitted: Submitted) -> Option<End> {
        let Submitted {
            password,
            wrong,
            reply,
        } = submitted;
        let attempt = &mut self.attempt;
        match attempt.submit_password(&self.name, password).await {
            Verdict::In(user) => {
                self.asked_by = Some(reply);
                Some(End::In(user))
            }
            Verdict::Password(_) => {
                let why = "Telegram asks for the password again";
                answer(reply, Err(Error::new(Code::PasswordInvalid, why)));
                None
            }
            Verdict::Refused(error)
                if error.code == Code::PasswordInvalid && wrong == WrongPassword::EndsLogin =>
            {
                self.asked_by = Some(reply);
                Some(End::Failed(error))
            }
            Verdict::Refused(error) => {
                answer(reply, Err(error));
                None
            }
        }
    }

    /// What follows on a question that has failed: what may pass is asked again.
    fn falter(&mut self, error: telegram::Error) -> Option<End> {
        let now = Instant::now();
        if let Some(wait) = error.flood_wait() {
            self.shown.wait(wait, now);
            return None;
        }
        // The scan came too late to be brought elsewhere; there is a new token to be scanned.
        if !error.is_passing() && !error.is("AUTH_TOKEN_EXPIRED") {
            return Some(End::Failed(Error::from(error)));
        }
        warn!(session = self.name.as_str(); "the login's token cannot be asked for: {error}");
        // The answer may have been that the account is let in.
        self.attempt.uncertain |= error.is_passing();
        self.shown.falter(now);
        None
    }

    /// Whose key it is after an answer was lost, over a connection of its own; then the login goes
    /// on over another one.
    async fn ask_whose_key(&mut self) -> Result<Option<Peer>, telegram::Error> {
        self.attempt.link.close().await;
        let context = Arc::clone(&self.context);
        if let Some(home) = self.session.home_key()
            && let Some(key) = &home.auth_key
        {
            match check_key(&context.link, context.api_id, home.dc_id, key).await {
                Ok(user) => return Ok(Some(user)),
                Err(error) if error.is_unauthorized() => {}
                Err(error) => return Err(error),
            }
        }
        let link = open(&context, &self.session).await?;
        self.watch = link.login_watch().await?;
        self.attempt.link = Arc::new(link);
        self.attempt.uncertain = false;
        Ok(None)
    }
}

async fn open(
    context: &SessionContext,
    session: &Arc<HubSession>,
) -> Result<Link, telegram::Error> {
    let (session, vitals) = (Arc::clone(session), Arc::<Vitals>::default());
    Link::open(
        session,
        &context.link,
        context.api_id,
        Keys::MayBeMade,
        vitals,
    )
    .await
}

/// Shows another state to whoever looks.
pub(super) fn publish(look: &watch::Sender<(u64, QrState)>, state: QrState) {
    look.send_modify(|(version, shown)| {
        *version += 1;
        *shown = state;
    });
}

/// Nobody may be waiting for the answer any more, which is no fault.
pub(super) fn answer(reply: Reply, answer: Result<Arc<Peer>, Error>) {
    drop(reply.send(answer));
}
