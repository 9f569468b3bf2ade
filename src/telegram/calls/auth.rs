//! Logging in and out. Source: <https://core.telegram.org/api/auth>.

use crate::model::Peer;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;
use grammers_crypto::two_factor_auth::{calculate_2fa, check_p_and_g};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// Telegram has sent a login code.
#[derive(Clone, Debug)]
pub struct SentCode {
    /// What names this code in the next step.
    pub phone_code_hash: String,
}

/// What a correct code leads to.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// Logged in, as this user.
    Done(Box<Peer>),
    /// The account has a two-step password, which is asked for next.
    PasswordNeeded {
        /// What the user noted to remember it by.
        hint: Option<String>,
    },
    /// The number has no account.
    SignUpRequired,
}

impl Link {
    /// `auth.sendCode`; follows the number to its data centre.
    pub async fn send_code(
        &self,
        phone: &str,
        api_id: i32,
        api_hash: &SecretString,
    ) -> Result<SentCode, Error> {
        let request = tl::functions::auth::SendCode {
            phone_number: phone.to_owned(),
            api_id,
            api_hash: api_hash.expose_secret().to_owned(),
            settings: code_settings(),
        };
        let answer = match self.invoke(&request).await {
            Err(error) if let Some(dc_id) = error.migrate_to() => {
                self.migrate(dc_id).await?;
                self.invoke(&request).await?
            }
            answer => answer?,
        };
        match answer {
            tl::enums::auth::SentCode::Code(code) => Ok(SentCode {
                phone_code_hash: code.phone_code_hash,
            }),
            tl::enums::auth::SentCode::Success(_)
            | tl::enums::auth::SentCode::PaymentRequired(_) => {
                Err(unexpected("auth.sendCode answered without a code"))
            }
        }
    }

    /// `auth.signIn` with the code the user has received.
    pub async fn sign_in(
        &self,
        phone: &str,
        phone_code_hash: &str,
        code: &SecretString,
    ) -> Result<SignIn, Error> {
        let request = tl::functions::auth::SignIn {
            phone_number: phone.to_owned(),
            phone_code_hash: phone_code_hash.to_owned(),
            phone_code: Some(code.expose_secret().to_owned()),
            email_verification: None,
        };
        match self.invoke(&request).await {
            Ok(authorization) => authorized(authorization),
            Err(error) if error.is("SESSION_PASSWORD_NEEDED") => self.password_needed().await,
            Err(error) => Err(error),
        }
    }

    /// `auth.checkPassword`: proves the two-step password without sending it.
    /// Source: <https://core.telegram.org/api/srp>.
    pub async fn check_password(&self, password: SecretString) -> Result<SignIn, Error> {
        let question = self.password().await?;
        // Checking the group and hashing the password take tens of milliseconds.
        let answer = tokio::task::spawn_blocking(move || prove(&question, &password))
            .await
            .map_err(|error| Error::Unreachable(error.into()))??;
        let request = tl::functions::auth::CheckPassword {
            password: answer.into(),
        };
        authorized(self.invoke(&request).await?)
    }

    /// `auth.logOut`.
    pub async fn log_out(&self) -> Result<(), Error> {
        self.invoke(&tl::functions::auth::LogOut {}).await.map(drop)
    }

    /// The account's own user.
    pub async fn own_user(&self) -> Result<Peer, Error> {
        let request = tl::functions::users::GetUsers {
            id: vec![tl::enums::InputUser::UserSelf],
        };
        let users = self.invoke(&request).await?;
        let is_own =
            |user: &&tl::enums::User| matches!(user, tl::enums::User::User(user) if user.is_self);
        let mut own = users.iter().filter(is_own);
        own.find_map(convert::user)
            .ok_or_else(|| unexpected("users.getUsers answered without the account's own user"))
    }

    /// Whether the account has Premium at this moment.
    pub async fn is_premium(&self) -> Result<bool, Error> {
        let request = tl::functions::users::GetUsers {
            id: vec![tl::enums::InputUser::UserSelf],
        };
        let users = self.invoke(&request).await?;
        Ok(users
            .iter()
            .any(|user| matches!(user, tl::enums::User::User(user) if user.premium)))
    }

    /// What only the two-step password completes.
    pub(super) async fn password_needed(&self) -> Result<SignIn, Error> {
        let hint = self.password().await?.hint;
        Ok(SignIn::PasswordNeeded { hint })
    }

    async fn password(&self) -> Result<tl::types::account::Password, Error> {
        Ok(self
            .invoke(&tl::functions::account::GetPassword {})
            .await?
            .into())
    }
}

pub(super) fn authorized(authorization: tl::enums::auth::Authorization) -> Result<SignIn, Error> {
    match authorization {
        tl::enums::auth::Authorization::Authorization(done) => convert::user(&done.user)
            .map(|user| SignIn::Done(Box::new(user)))
            .ok_or_else(|| unexpected("Telegram answered the login without a user")),
        tl::enums::auth::Authorization::SignUpRequired(_) => Ok(SignIn::SignUpRequired),
    }
}

fn prove(
    question: &tl::types::account::Password,
    password: &SecretString,
) -> Result<tl::types::InputCheckPasswordSrp, Error> {
    use tl::enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow as Known;
    let (Some(Known(algorithm)), Some(srp_b), Some(srp_id)) =
        (&question.current_algo, &question.srp_b, question.srp_id)
    else {
        return Err(unexpected(
            "the password's algorithm is unknown to this version",
        ));
    };
    if !check_p_and_g(&algorithm.p, &algorithm.g) {
        return Err(unexpected("the password's group is not safe"));
    }
    // The server sends random bytes to mix in; the secret exponent must not depend on them alone.
    let mut secret = Zeroizing::new(vec![0; 256]);
    getrandom::fill(&mut secret).map_err(|error| Error::Unreachable(error.into()))?;
    for (mine, theirs) in secret.iter_mut().zip(&question.secure_random) {
        *mine ^= theirs;
    }
    let (m1, a) = calculate_2fa(
        &algorithm.salt1,
        &algorithm.salt2,
        &algorithm.p,
        &algorithm.g,
        srp_b.clone(),
        secret.to_vec(),
        password.expose_secret(),
    );
    Ok(tl::types::InputCheckPasswordSrp {
        srp_id,
        a: a.to_vec(),
        m1: m1.to_vec(),
    })
}

fn unexpected(what: &'static str) -> Error {
    Error::Unreachable(what.into())
}

fn code_settings() -> tl::enums::CodeSettings {
    tl::types::CodeSettings {
        allow_flashcall: false,
        current_number: false,
        allow_app_hash: false,
        allow_missed_call: false,
        allow_firebase: false,
        logout_tokens: None,
        token: None,
        app_sandbox: None,
        unknown_number: false,
    }
    .into()
}
