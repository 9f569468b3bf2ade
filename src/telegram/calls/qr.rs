//! Logging in by QR code. Source: <https://core.telegram.org/api/qr-login>.

use crate::telegram::calls::auth::{SignIn, authorized};
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use grammers_client::tl;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

/// What a link that waits for a scan is to show or to do.
#[derive(Debug)]
pub enum LoginToken {
    /// Nobody has scanned it yet.
    Shown {
        /// What the code is to hold: `tg://login?token=…`.
        url: SecretString,
        /// Until when it counts, in seconds since 1970 by Telegram's clock.
        expires: i64,
    },
    /// Who has scanned it lives in another data centre.
    Elsewhere {
        /// Which one.
        dc_id: i32,
        /// What to bring there.
        token: SecretSlice<u8>,
    },
    /// Somebody has scanned it.
    Scanned(SignIn),
}

impl Link {
    /// `auth.exportLoginToken`: the token to show, or what became of it.
    pub async fn export_login_token(
        &self,
        api_id: i32,
        api_hash: &SecretString,
    ) -> Result<LoginToken, Error> {
        let request = tl::functions::auth::ExportLoginToken {
            api_id,
            api_hash: api_hash.expose_secret().to_owned(),
            // One account may be here under several names.
            except_ids: Vec::new(),
        };
        let answer = self.invoke(&request).await;
        self.login_token(answer).await
    }

    /// `auth.importLoginToken`, in the data centre that has become home by [`Link::move_login`].
    pub async fn import_login_token(&self, token: &SecretSlice<u8>) -> Result<LoginToken, Error> {
        let request = tl::functions::auth::ImportLoginToken {
            token: token.expose_secret().to_vec(),
        };
        let answer = self.invoke(&request).await;
        self.login_token(answer).await
    }

    /// Goes over to another data centre and makes a key there.
    pub async fn move_login(&self, dc_id: i32) -> Result<(), Error> {
        self.caller().prepare(dc_id).await?;
        self.migrate(dc_id).await?;
        // The first call makes the key.
        self.invoke(&tl::functions::help::GetNearestDc {})
            .await
            .map(drop)
    }

    async fn login_token(
        &self,
        answer: Result<tl::enums::auth::LoginToken, Error>,
    ) -> Result<LoginToken, Error> {
        Ok(match answer {
            Ok(tl::enums::auth::LoginToken::Token(shown)) => LoginToken::Shown {
                url: url(&shown.token),
                expires: shown.expires.into(),
            },
            Ok(tl::enums::auth::LoginToken::MigrateTo(to)) => LoginToken::Elsewhere {
                dc_id: to.dc_id,
                token: to.token.into(),
            },
            Ok(tl::enums::auth::LoginToken::Success(done)) => {
                LoginToken::Scanned(authorized(done.authorization)?)
            }
            Err(error) if error.is("SESSION_PASSWORD_NEEDED") => {
                LoginToken::Scanned(self.password_needed().await?)
            }
            Err(error) => return Err(error),
        })
    }
}

fn url(token: &[u8]) -> SecretString {
    let token = BASE64_URL_SAFE_NO_PAD.encode(token);
    format!("tg://login?token={token}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_in_its_link_as_applications_read_it() {
        let shown = url(&[0xfb, 0xff, 0xbe, 0x01]);
        assert_eq!(shown.expose_secret(), "tg://login?token=-_--AQ");
    }
}
