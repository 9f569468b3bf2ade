//! `session login`: an account is logged in from a terminal, while no hub runs on the database.
//!
//! Owns the conversation. What is done are the operations that the doors call too.

use crate::auth::{Caller, Origin};
use crate::cli::terminal::Terminal;
use crate::cli::{CommandError, runtime, signals};
use crate::config::Config;
use crate::error::{Code, Error};
use crate::hub::{Hub, LockError, StartError};
use crate::model::{Excerpt, SessionName};
use crate::ops::login::{
    LoginProgress, LoginStarted, StartLogin, SubmitCode, SubmitPassword, UserView,
};
use crate::ops::qr_login::{
    CancelQrLogin, LookAtQrLogin, QrLogin, QrState, StartQrLogin, SubmitQrPassword, WrongPassword,
};
use crate::ops::{self, Ctx, RequestId};
use crate::qr_code;
use crate::session::Timing;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use std::time::Duration;

/// How long one look at the login waits for a change.
const LOOK: Duration = Duration::from_secs(30);

/// How much of a text of others is shown, in characters.
const MOST_SHOWN: usize = 100;

/// How somebody logs in.
#[derive(Clone, Debug, Args)]
pub(super) struct LoginWay {
    /// Log in with a code that Telegram sends to this number, instead of by QR code.
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// Replace the login of a session that is logged in, once the new one has succeeded.
    #[arg(long, conflicts_with = "phone")]
    force: bool,
}

/// Logs an account in.
pub(super) fn run(config: &Config, name: &str, way: &LoginWay) -> Result<(), CommandError> {
    let name = SessionName::parse(name).map_err(|error| CommandError::Name(error.to_string()))?;
    let mut terminal = Terminal::of_process().ok_or(CommandError::NoTerminal)?;
    runtime()?.block_on(async {
        let stop = signals::stop()?;
        let hub = Hub::start_for_login(config, Timing::default()).await;
        let hub = hub.map_err(|error| match error {
            StartError::Lock(LockError::Held { pid, .. }) => CommandError::HubRuns { pid },
            error => error.into(),
        })?;
        let mut talk = Talk {
            ctx: Ctx::new(
                Arc::clone(&hub),
                Caller::new(Origin::Loopback),
                RequestId::generate(),
            ),
            terminal: &mut terminal,
            name: &name,
        };
        let talking = async {
            match &way.phone {
                Some(phone) => talk.by_code(phone).await,
                None => talk.by_qr_code(way.force).await,
            }
        };
        let ended = tokio::select! {
            ended = talking => ended,
            () = stop.cancelled() => Err(CommandError::Interrupted),
        };
        // A login that is under way ends with the hub, and leaves nothing.
        hub.stop().await;
        let user = ended?;
        let shown = user.username.map(|username| format!("@{username}"));
        let shown = shown
            .or(user.first_name)
            .unwrap_or_else(|| user.id.to_string());
        let shown = Excerpt::new(&shown, MOST_SHOWN);
        terminal.say(&format!(
            "{name} is {shown}, and is online once the hub runs."
        ))?;
        Ok(())
    })
}

/// The conversation.
struct Talk<'a> {
    ctx: Ctx,
    terminal: &'a mut Terminal,
    name: &'a SessionName,
}

impl Talk<'_> {
    async fn by_qr_code(&mut self, force: bool) -> Result<UserView, CommandError> {
        let session = self.name.clone();
        let started = StartQrLogin { session, force };
        let mut login = ops::call(started, &self.ctx).await.map_err(told)?;
        loop {
            match &login.state {
                QrState::Pending { url, .. } => self.show(url)?,
                QrState::PasswordRequired { hint, .. } => {
                    let hint = hint.clone();
                    return self.qr_password(&login, hint.as_deref()).await;
                }
                QrState::Success(user) => return Ok(user.clone()),
                QrState::Expired | QrState::Cancelled => return Err(CommandError::LoginExpired),
                QrState::Error { code, reason } => {
                    return Err(CommandError::Session(Error::new(*code, reason.clone())));
                }
            }
            login = self.change(&login).await?;
        }
    }

    /// The login once it has changed.
    async fn change(&self, login: &QrLogin) -> Result<QrLogin, CommandError> {
        loop {
            let look = LookAtQrLogin {
                token: login.token.clone(),
                seen: Some(login.version),
                patience: LOOK,
            };
            let found = ops::call(look, &self.ctx).await.map_err(told)?;
            if found.version > login.version {
                return Ok(found);
            }
        }
    }

    fn show(&mut self, url: &SecretString) -> Result<(), CommandError> {
        let code = qr_code::colored_text(url.expose_secret())?;
        let picture = format!(
            "{code}Scan this in Telegram on your phone: Settings, Devices, Link Desktop Device.\n"
        );
        Ok(self.terminal.show(&picture)?)
    }

    async fn qr_password(
        &mut self,
        login: &QrLogin,
        hint: Option<&str>,
    ) -> Result<UserView, CommandError> {
        loop {
            let question = question(hint);
            let asking = self.terminal.ask_secretly(&question);
            let password = tokio::select! {
                password = asking => password?,
                ended = expiry(&self.ctx, login) => return Err(ended),
            };
            let op = SubmitQrPassword {
                token: login.token.clone(),
                password,
                wrong: WrongPassword::CanBeRepeated,
            };
            match ops::call(op, &self.ctx).await {
                Err(error) if error.code == Code::PasswordInvalid => {
                    self.terminal.say("That is not the password.")?;
                }
                Ok(user) => return Ok(user),
                Err(error) => {
                    let token = login.token.clone();
                    // What went wrong is told; that the login is gone already is no news.
                    ops::call(CancelQrLogin { token }, &self.ctx).await.ok();
                    return Err(told(error));
                }
            }
        }
    }

    async fn by_code(&mut self, phone: &str) -> Result<UserView, CommandError> {
        let digits = phone.chars().filter(char::is_ascii_digit);
        let start = StartLogin {
            session: self.name.clone(),
            phone: std::iter::once('+').chain(digits).collect(),
        };
        let phone_code_hash = match ops::call(start, &self.ctx).await.map_err(told)? {
            LoginStarted::CodeSent { phone_code_hash } => phone_code_hash,
            LoginStarted::AlreadyLoggedIn => {
                let why = "the session is logged in already";
                return Err(CommandError::Session(Error::new(Code::SessionInUse, why)));
            }
        };
        loop {
            let code = self
                .terminal
                .ask("The code that Telegram has sent: ")
                .await?;
            let op = SubmitCode {
                session: self.name.clone(),
                code: code.into(),
                phone_code_hash: phone_code_hash.clone(),
            };
            match ops::call(op, &self.ctx).await {
                Err(error) if error.code == Code::PhoneCodeInvalid => {
                    self.terminal.say("That is not the code.")?;
                }
                Ok(LoginProgress::LoggedIn(user)) => return Ok(user),
                Ok(LoginProgress::PasswordRequired { hint }) => {
                    return self.password(hint.as_deref()).await;
                }
                Err(error) => return Err(told(error)),
            }
        }
    }

    async fn password(&mut self, hint: Option<&str>) -> Result<UserView, CommandError> {
        loop {
            let password = self.terminal.ask_secretly(&question(hint)).await?;
            let op = SubmitPassword {
                session: self.name.clone(),
                password,
            };
            match ops::call(op, &self.ctx).await {
                Err(error) if error.code == Code::PasswordInvalid => {
                    self.terminal.say("That is not the password.")?;
                }
                Ok(user) => return Ok(user),
                Err(error) => return Err(told(error)),
            }
        }
    }
}

/// Waits until a login that asks for a password has ended.
async fn expiry(ctx: &Ctx, login: &QrLogin) -> CommandError {
    loop {
        let look = LookAtQrLogin {
            token: login.token.clone(),
            seen: Some(login.version),
            patience: LOOK,
        };
        match ops::call(look, ctx).await {
            Ok(found) if found.version == login.version => {}
            Ok(_) => return CommandError::LoginExpired,
            Err(error) => return told(error),
        }
    }
}

fn question(hint: Option<&str>) -> String {
    match hint {
        // Others choose it, and a terminal obeys what it is told.
        Some(hint) => format!(
            "The account's two-step password (hint: {}): ",
            Excerpt::new(hint, MOST_SHOWN)
        ),
        None => "The account's two-step password: ".to_owned(),
    }
}

fn told(error: Error) -> CommandError {
    CommandError::Session(error)
}
