//! Logins in progress that end in a session string.
//!
//! Owns the link of each and how far it is, by phone number and application, in memory alone. A
//! wrong code or password leaves a login as it is. It must not know how the steps are asked for.

use crate::error::{Code, Error};
use crate::guests::Application;
use crate::guests::pass::Fingerprint;
use crate::model::StringKind;
use crate::telegram::{
    self, Budget, DEFAULT_DC, HubSession, Keys, Link, LinkSettings, SessionString, SignIn,
};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long a log-out may take of a login whose end nobody has seen.
const FAREWELL: Duration = Duration::from_secs(5);

/// All logins.
pub struct Logins {
    link: LinkSettings,
    codes: Arc<Budget>,
    lifetime: Duration,
    most: usize,
    places: Mutex<HashMap<Fingerprint, Arc<Place>>>,
}

/// The place of one phone number with one application.
struct Place {
    login: tokio::sync::Mutex<Option<Login>>,
    since: Mutex<Instant>,
}

/// A login for which a code was sent.
struct Login {
    link: Link,
    phone: String,
    phone_code_hash: String,
    /// Telegram has taken the code; only the password is missing.
    code_taken: bool,
    /// Whether a step was sent whose answer nobody has seen: Telegram may have let the account in.
    uncertain: bool,
}

impl Logins {
    pub(super) fn new(
        link: LinkSettings,
        codes: Arc<Budget>,
        lifetime: Duration,
        most: usize,
    ) -> Self {
        Self {
            link,
            codes,
            lifetime,
            most,
            places: Mutex::default(),
        }
    }

    /// Asks Telegram to send a code. A login of the same number and application goes on with the
    /// new one.
    ///
    /// # Errors
    /// `rate_limited`, `phone_number_invalid`, `phone_number_banned`, `api_id_invalid`,
    /// `flood_wait`, `telegram_error`, `telegram_unreachable`.
    pub async fn send_code(&self, app: &Application, phone: &str) -> Result<(), Error> {
        let print = app.print(digits(phone).as_bytes());
        let place = self.place(print)?;
        let mut login = place.login.lock().await;
        let sent = self.code_sent(app, phone, &mut login).await;
        if login.is_none() {
            self.remove(print, &place);
        } else if sent.is_ok() {
            // The new code has the whole time. Another step may have removed the place meanwhile.
            place.renew();
            self.lock().insert(print, Arc::clone(&place));
        }
        sent
    }

    async fn code_sent(
        &self,
        app: &Application,
        phone: &str,
        login: &mut Option<Login>,
    ) -> Result<(), Error> {
        self.codes.try_turn().map_err(|wait| {
            let why = "this hub starts no more logins at the moment; HUB_LOGINS_PER_MINUTE says \
                       how many it may";
            Error::new(Code::RateLimited, why).retry_after(wait)
        })?;
        login.take_if(|login| login.link.is_down());
        if let Some(login) = login {
            let sent = login.link.send_code(phone, app.api_id, &app.api_hash);
            login.phone_code_hash = sent.await?.phone_code_hash;
            phone.clone_into(&mut login.phone);
            login.code_taken = false;
            return Ok(());
        }
        let session = HubSession::in_memory(self.link.server.clone(), DEFAULT_DC, None);
        let (session, vitals) = (Arc::new(session), Arc::default());
        self.link.connects.turn().await;
        let link = Link::open(session, &self.link, app.api_id, Keys::MayBeMade, vitals).await?;
        link.ignore_updates().await;
        match link.send_code(phone, app.api_id, &app.api_hash).await {
            Ok(sent) => {
                *login = Some(Login {
                    link,
                    phone: phone.to_owned(),
                    phone_code_hash: sent.phone_code_hash,
                    code_taken: false,
                    uncertain: false,
                });
                Ok(())
            }
            Err(error) => {
                link.abort();
                Err(error.into())
            }
        }
    }

    /// Hands in the code, the password, or both, and answers the session string.
    ///
    /// # Errors
    /// `login_not_found`; with the login as it was: `invalid_request` without a code,
    /// `password_required`, `phone_code_invalid`, `phone_code_expired`, `password_invalid`,
    /// `sign_up_required`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
    pub async fn complete(
        &self,
        app: &Application,
        phone: &str,
        code: Option<SecretString>,
        password: Option<SecretString>,
    ) -> Result<SecretString, Error> {
        let print = app.print(digits(phone).as_bytes());
        let place = self.find(print).ok_or_else(no_login)?;
        let mut present = place.login.lock().await;
        present.take_if(|login| login.link.is_down());
        let login = present.as_mut().ok_or_else(no_login)?;
        login.proceed(code, password).await?;
        let string = self.string_of(&login.link).await;
        *present = None;
        self.remove(print, &place);
        string
    }

    /// Ends the link, whose key is the caller's from here on.
    async fn string_of(&self, link: &Link) -> Result<SecretString, Error> {
        let home = link.session().home_key();
        link.close().await;
        link.down().await;
        let nothing = || Error::new(Code::Internal, "the login has left no key");
        let home = home.ok_or_else(nothing)?;
        let (dc_id, auth_key) = (home.dc_id, home.auth_key.ok_or_else(nothing)?);
        let string = SessionString {
            dc_id: u8::try_from(dc_id).unwrap_or_default(),
            address: self.link.server.address(dc_id),
            auth_key,
            user_id: None,
            is_bot: None,
            api_id: None,
            test_mode: None,
        };
        let written = string.format(StringKind::Telethon);
        written.map_err(|missing| Error::new(Code::Internal, missing.to_string()))
    }

    /// The place of a number, a new one if there is room.
    fn place(&self, print: Fingerprint) -> Result<Arc<Place>, Error> {
        let mut places = self.lock();
        if let Some(place) = places.get(&print) {
            return Ok(Arc::clone(place));
        }
        if places.len() >= self.most {
            let why = "as many logins as may be are in progress; HUB_READER_CLIENTS says how many";
            return Err(Error::new(Code::RateLimited, why).retry_after(Duration::from_secs(30)));
        }
        let place = Arc::new(Place::new());
        places.insert(print, Arc::clone(&place));
        Ok(place)
    }

    fn find(&self, print: Fingerprint) -> Option<Arc<Place>> {
        self.lock().get(&print).cloned()
    }

    fn remove(&self, print: Fingerprint, place: &Arc<Place>) {
        let mut places = self.lock();
        if places
            .get(&print)
            .is_some_and(|held| Arc::ptr_eq(held, place))
        {
            places.remove(&print);
        }
    }

    /// Gives up the logins that have taken too long.
    pub(super) async fn sweep(&self) {
        self.give_up(|place| place.age() >= self.lifetime).await;
    }

    /// Gives all of them up.
    pub(super) async fn stop(&self) {
        self.give_up(|_| true).await;
    }

    async fn give_up(&self, lapsed: impl Fn(&Place) -> bool) {
        let lapsed: Vec<_> = {
            let places = self.lock();
            let old = places.iter().filter(|(_, place)| lapsed(place));
            old.map(|(print, place)| (*print, Arc::clone(place)))
                .collect()
        };
        let ending = lapsed.into_iter().map(|(print, place)| async move {
            // A step that is under way ends first.
            let login = place.login.lock().await.take();
            self.remove(print, &place);
            if let Some(login) = login {
                login.end().await;
            }
        });
        futures_util::future::join_all(ending).await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Arc<Place>>> {
        // No critical section of this file panics, so what a poisoned lock guards is whole.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn new() -> Self {
        Self {
            login: tokio::sync::Mutex::new(None),
            since: Mutex::new(Instant::now()),
        }
    }

    fn renew(&self) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn age(&self) -> Duration {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.elapsed()
    }
}

impl Login {
    /// Goes on with what was handed in until the account is let in.
    async fn proceed(
        &mut self,
        code: Option<SecretString>,
        password: Option<SecretString>,
    ) -> Result<(), Error> {
        if !self.code_taken {
            let missing = || Error::invalid_body("code", "missing", "Field required");
            let code = code.ok_or_else(missing)?;
            let hash = &self.phone_code_hash;
            let answer = self.link.sign_in(&self.phone, hash, &code).await;
            if self.is_let_in(answer).await? {
                return Ok(());
            }
            self.code_taken = true;
        }
        let password = password.ok_or_else(password_required)?;
        let answer = self.link.check_password(password).await;
        if self.is_let_in(answer).await? {
            return Ok(());
        }
        Err(password_required())
    }

    /// Whether a step has let the account in; else the password is wanted.
    async fn is_let_in(&mut self, answer: Result<SignIn, telegram::Error>) -> Result<bool, Error> {
        match answer {
            Ok(SignIn::Done(_)) => Ok(true),
            Ok(SignIn::PasswordNeeded { .. }) => Ok(false),
            Ok(SignIn::SignUpRequired) => Err(Error::new(
                Code::SignUpRequired,
                "the phone number has no Telegram account; sign up with an official app first",
            )),
            // An earlier step has used the code up, and its answer was lost.
            Err(telegram::Error::Rpc(_))
                if self.uncertain && self.link.own_user().await.is_ok() =>
            {
                Ok(true)
            }
            Err(error) => {
                self.uncertain |= error.leaves_uncertain();
                Err(error.into())
            }
        }
    }

    /// Nobody will go on with it.
    async fn end(self) {
        if self.uncertain {
            // Telegram ends what was never let in by itself.
            drop(timeout(FAREWELL, self.link.log_out()).await);
        }
        self.link.close().await;
    }
}

/// A number is the same however it is written.
fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn no_login() -> Error {
    Error::new(
        Code::LoginNotFound,
        "no login is in progress for this phone number, api_id and api_hash, or it has expired; \
         start it with /auth/send-code",
    )
}

fn password_required() -> Error {
    Error::new(
        Code::PasswordRequired,
        "the account has a two-step password: call again with `password`; the code stays taken",
    )
}
