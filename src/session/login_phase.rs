//! The phase in which a login is in progress: the I/O around the state machine of `login`.

use crate::error::{Code, Error};
use crate::model::{MessageBox, MessageId, Peer, SessionState, StoredState, UtcTime};
use crate::session::account::{Account, Phase, SessionContext};
use crate::session::handle::{Command, Reply, not_authorized};
use crate::session::import::check_owner;
use crate::session::login::{CodeAction, Login, LoginProgress, LoginStarted};
use crate::session::login_attempt::{LoginAttempt, Verdict};
use crate::session::online::Online;
use crate::session::waiting::Waiting;
use crate::store::{auth_keys, listings, peers, sequences, sessions};
use crate::telegram::{self, Keys, Link};
use log::{info, warn};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::sleep_until;

/// What a step leads to: an answer for the client, and a new phase if the login is over.
type Step<T> = (Result<T, Error>, Option<Phase>);

impl SessionContext {
    /// A login costs a turn of the budget of all sessions.
    pub(super) fn login_turn(&self) -> Result<(), Error> {
        self.logins.try_turn().map_err(|wait| {
            let text = "this hub starts no more logins at the moment; HUB_LOGINS_PER_MINUTE says how many it may";
            Error::new(Code::RateLimited, text).retry_after(wait)
        })
    }
}

impl Account {
    /// Starts a login from a phase without a link. `None` means that the phase goes on.
    pub(super) async fn start_login(
        &mut self,
        phone: String,
        reply: Reply<LoginStarted>,
    ) -> Option<Phase> {
        let held_key = self.holds_key().await;
        let (answer, next) = match self.begin_login(phone).await {
            Ok((attempt, phone_code_hash)) => (
                Ok(LoginStarted::CodeSent { phone_code_hash }),
                Some(Phase::Login(Box::new(attempt))),
            ),
            // The row has gone meanwhile, with a login of the same name that was refused.
            Err(error) if error.code == Code::SessionNotFound => (Err(error), Some(Phase::End)),
            Err(error) if !held_key && self.forget_unused().await => (Err(error), Some(Phase::End)),
            Err(error) => (Err(error), None),
        };
        drop(reply.send(answer));
        next
    }

    async fn begin_login(&self, phone: String) -> Result<(LoginAttempt, String), Error> {
        let (id, vault) = (self.id, self.context.store.vault().clone());
        let (api_id, api_hash) = (self.context.api_id, self.context.api_hash.clone());
        let sealed_hash = api_hash.clone();
        let refused = matches!(
            self.row().await?.state,
            StoredState::NeedsLogin | StoredState::LoggedOut
        );
        self.context
            .store
            .write(move |conn| {
                let now = UtcTime::now();
                if refused {
                    // Only a client's wish for a new login gives up a key that was refused.
                    auth_keys::delete_all(conn, id)?;
                }
                let credentials = sessions::ApiCredentials {
                    api_id,
                    api_hash: sealed_hash,
                };
                sessions::set_api_credentials(conn, &vault, id, &credentials, now).map(drop)
            })
            .await?;
        let session = match self.load_session().await {
            Err(telegram::Error::KeyUnreadable) => {
                self.forget_keys().await?;
                self.load_session().await?
            }
            loaded => loaded?,
        };
        // Before a key is made that would be of no use.
        if let Some(left) = session.flood_wait("auth.sendCode") {
            return Err(Error::from(telegram::Error::FloodWait(left)));
        }
        self.context.login_turn()?;
        let vitals = Arc::clone(&self.shared.vitals);
        let settings = &self.context.link;
        let link = Link::open(session, settings, api_id, Keys::MayBeMade, vitals).await?;
        let sent = link.send_code(&phone, api_id, &api_hash).await?;
        let lifetime = self.context.timing.login_lifetime;
        let login = Login::new(phone, tokio::time::Instant::now(), lifetime);
        let attempt = LoginAttempt::new(Arc::new(link), login);
        Ok((attempt, sent.phone_code_hash))
    }

    /// Serves the login until it succeeds, is given up or lapses.
    pub(super) async fn log_in(&mut self, mut attempt: LoginAttempt) -> Phase {
        self.shared.enter(SessionState::Login);
        let lease = self.context.link.lease.clone();
        loop {
            let command = tokio::select! {
                command = self.commands.recv() => command.map(|boxed| *boxed),
                () = sleep_until(attempt.login.expires()) => {
                    info!(session = self.name.as_str(); "the login has lapsed");
                    attempt.link.close().await;
                    if attempt.uncertain {
                        return Phase::connect();
                    }
                    return Phase::Wait(Waiting::parked(SessionState::Stopped));
                }
                () = lease.lost() => {
                    info!(session = self.name.as_str(); "the login ends with the hub's right to speak");
                    return Phase::Wait(Waiting::parked(SessionState::Stopped));
                }
                () = self.stop.cancelled() => return Phase::End,
            };
            let next = match command {
                None => Some(Phase::End),
                Some(command) => {
                    let stop = self.stop.clone();
                    // Telegram may be slow to answer; a stop does not wait for it.
                    tokio::select! {
                        next = self.login_step(&mut attempt, command) => next,
                        () = stop.cancelled() => return Phase::End,
                    }
                }
            };
            if let Some(next) = next {
                return next;
            }
        }
    }

    async fn login_step(&mut self, attempt: &mut LoginAttempt, command: Command) -> Option<Phase> {
        match command {
            Command::StartLogin { phone, reply, .. } => {
                let answer = self.restart(attempt, phone).await;
                drop(reply.send(answer));
                None
            }
            Command::SubmitCode {
                code,
                phone_code_hash,
                reply,
            } => {
                let step = self.submit_code(attempt, &code, &phone_code_hash).await;
                finish(reply, step)
            }
            Command::SubmitPassword { password, reply } => {
                let step = self.submit_password(attempt, password).await;
                finish(reply, step)
            }
            Command::LogOut { reply } => {
                let answer = self.log_out(Some(&attempt.link)).await;
                let out = answer.is_ok();
                drop(reply.send(answer));
                out.then(|| Phase::Wait(Waiting::parked(SessionState::Stopped)))
            }
            Command::Reconnect { reply } => {
                let state = not_authorized(&SessionState::Login);
                drop(reply.send(Err(Error::new(
                    Code::SessionNotFound,
                    state.message().to_owned(),
                ))));
                None
            }
        }
    }

    /// A second start asks for a new code over the same link; the number may be another one.
    async fn restart(
        &self,
        attempt: &mut LoginAttempt,
        phone: String,
    ) -> Result<LoginStarted, Error> {
        let (api_id, api_hash) = (self.context.api_id, &self.context.api_hash);
        self.context.login_turn()?;
        let sent = attempt.link.send_code(&phone, api_id, api_hash).await?;
        let lifetime = self.context.timing.login_lifetime;
        attempt.login = Login::new(phone, tokio::time::Instant::now(), lifetime);
        Ok(LoginStarted::CodeSent {
            phone_code_hash: sent.phone_code_hash,
        })
    }

    async fn submit_code(
        &mut self,
        attempt: &mut LoginAttempt,
        code: &SecretString,
        phone_code_hash: &str,
    ) -> Step<LoginProgress> {
        let phone = match attempt.login.code() {
            Ok(CodeAction::SignIn { phone }) => phone,
            Ok(CodeAction::AskPassword { hint }) => {
                return (Ok(LoginProgress::PasswordRequired { hint }), None);
            }
            Err(error) => return (Err(error), None),
        };
        let answer = attempt.link.sign_in(&phone, phone_code_hash, code).await;
        let verdict = attempt.judge(&self.name, answer).await;
        self.follow(attempt, verdict).await
    }

    async fn submit_password(
        &mut self,
        attempt: &mut LoginAttempt,
        password: SecretString,
    ) -> Step<LoginProgress> {
        let verdict = attempt.submit_password(&self.name, password).await;
        self.follow(attempt, verdict).await
    }

    async fn follow(
        &mut self,
        attempt: &mut LoginAttempt,
        verdict: Verdict,
    ) -> Step<LoginProgress> {
        match verdict {
            Verdict::In(user) => self.let_in(attempt, user).await,
            Verdict::Password(hint) => {
                attempt.login.password_needed(hint.clone());
                (Ok(LoginProgress::PasswordRequired { hint }), None)
            }
            Verdict::Refused(error) => (Err(error), None),
        }
    }

    async fn let_in(&mut self, attempt: &LoginAttempt, user: Box<Peer>) -> Step<LoginProgress> {
        let error = match self.complete(&attempt.link, &user).await {
            Ok(online) => {
                let next = Phase::Online(Box::new(online));
                return (Ok(LoginProgress::LoggedIn(user)), Some(next));
            }
            Err(error) => error,
        };
        let next = if error.code == Code::AccountMismatch {
            Phase::Wait(Waiting::parked(SessionState::Stopped))
        } else {
            // Telegram has let the account in, whatever came after that.
            attempt.link.close().await;
            Phase::connect()
        };
        (Err(error), Some(next))
    }

    /// Whether a key is stored for the session.
    async fn holds_key(&self) -> bool {
        let id = self.id;
        let held = self
            .context
            .store
            .read(move |conn| auth_keys::is_held(conn, id));
        // When it cannot be told, nothing is forgotten.
        held.await.unwrap_or(true)
    }

    /// Telegram has let the account in: write it down and start reading updates.
    async fn complete(&mut self, link: &Arc<Link>, user: &Peer) -> Result<Online, Error> {
        let id = self.id;
        let own = user.clone();
        let owner = self
            .context
            .store
            .read(move |conn| check_owner(conn, id, &own))
            .await?;
        if let Err(mismatch) = owner {
            self.log_out(Some(link)).await?;
            return Err(mismatch);
        }
        self.remember_user(user).await?;
        self.context
            .store
            .write(move |conn| {
                sessions::set_state(conn, id, StoredState::Active, None, UtcTime::now()).map(drop)
            })
            .await?;
        link.session().remember_self(user);
        let is_new = !link.session().has_position();
        link.ensure_position().await?;
        self.seed_dialogs(link, is_new).await;
        self.write_position(link).await?;
        let updates = link.updates().await?;
        self.note_stable();
        info!(session = self.name.as_str(); "the session is logged in");
        Ok(Online {
            link: Arc::clone(link),
            updates,
            user: user.clone(),
        })
    }

    /// One page of dialogs: the first sends find their chats, channels get a position, and the
    /// log knows where it begins. More would be a burst of calls right after a login, which
    /// Telegram holds against an account.
    ///
    /// The place of an account that `is_new` was told just now, with Telegram's time.
    pub(super) async fn seed_dialogs(&self, link: &Link, is_new: bool) {
        let position = link.session().settled_position().filter(|_| is_new);
        let begins_at = position.and_then(|place| UtcTime::from_unix(place.date.into()));
        let id = self.id;
        let noted = self
            .context
            .store
            .write(move |conn| listings::begin(conn, id, begins_at));
        if let Err(error) = noted.await {
            warn!(session = self.name.as_str(); "the log's beginning cannot be stored: {error}");
        }
        let list = match link.dialogs(1).await {
            Ok(list) => list,
            Err(error) => {
                warn!(session = self.name.as_str(); "the dialogs cannot be listed: {error}");
                return;
            }
        };
        for dialog in &list.dialogs {
            if let Some(pts) = dialog.pts {
                link.session().seed_channel(dialog.chat_id.bare(), pts);
            }
        }
        let mut begin: BTreeMap<MessageBox, MessageId> = BTreeMap::new();
        for dialog in &list.dialogs {
            let top = begin
                .entry(MessageBox::of(dialog.chat_id))
                .or_insert(dialog.top);
            *top = (*top).max(dialog.top);
        }
        if list.complete {
            begin.entry(MessageBox::ACCOUNT).or_insert(MessageId(0));
        }
        let stored = self.context.store.write(move |conn| {
            peers::upsert_many(conn, id, &list.peers, UtcTime::now())?;
            sequences::put(conn, id, &begin)
        });
        if let Err(error) = stored.await {
            warn!(session = self.name.as_str(); "the dialogs cannot be stored: {error}");
        }
    }
}

/// Nobody may be waiting for the answer any more, which is no fault.
fn finish<T>(reply: Reply<T>, (answer, next): Step<T>) -> Option<Phase> {
    drop(reply.send(answer));
    next
}
