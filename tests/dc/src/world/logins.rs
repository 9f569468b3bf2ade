//! Log-ins in progress: which code was sent to which phone, and until when it counts.
//!
//! Owns the codes' hashes. It never decides what a key may do afterwards.

use std::collections::HashMap;

use super::World;
use super::ids::UserId;
use super::random::random;
use super::refusal::Refusal;

/// The code that every log-in accepts.
pub const CODE: &str = "12345";

/// Log-ins kept at once; beyond it the expired ones go, then all of them.
const CAPACITY: usize = 50_000;

/// Codes on their way.
#[derive(Debug, Default)]
pub struct Logins {
    by_hash: HashMap<String, Login>,
}

#[derive(Debug)]
struct Login {
    phone: String,
    user: UserId,
    api_id: i32,
    expires: i32,
}

/// A code has been "sent".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// What the client must give back with the code.
    pub hash: String,
    /// Seconds until the client may ask for another code.
    pub timeout: i32,
}

/// The phone number without its plus sign and spaces, if it is one at all.
pub fn normal_phone(phone: &str) -> Option<String> {
    let trimmed = phone.trim().trim_start_matches('+');
    let digits: String = trimmed
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect();
    let well_formed =
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    well_formed.then_some(digits)
}

impl World {
    /// Starts a log-in.
    ///
    /// # Errors
    /// `PHONE_NUMBER_INVALID` for a number that is not one, or that nobody has here.
    pub fn send_code(&mut self, phone: &str, api_id: i32) -> Result<SentCode, Refusal> {
        let user = self
            .user_by_phone(phone)
            .ok_or_else(|| Refusal::bad("PHONE_NUMBER_INVALID"))?;
        let now = self.now();
        self.logins.make_room(now);
        let hash = hex(&random::<9>());
        let login = Login {
            phone: normal_phone(phone).unwrap_or_default(),
            user,
            api_id,
            expires: now.saturating_add(self.code_lifetime),
        };
        self.logins.by_hash.insert(hash.clone(), login);
        self.write_code(user);
        Ok(SentCode { hash, timeout: 60 })
    }

    /// Sends the code of a log-in again, under the same hash and for the full time.
    ///
    /// # Errors
    /// As [`World::sign_in`].
    pub fn resend_code(&mut self, phone: &str, hash: &str) -> Result<SentCode, Refusal> {
        let now = self.now();
        let expires = now.saturating_add(self.code_lifetime);
        self.logins.find(phone, hash, now)?.expires = expires;
        Ok(SentCode {
            hash: hash.to_owned(),
            timeout: 60,
        })
    }

    /// Gives up a log-in.
    ///
    /// # Errors
    /// As [`World::sign_in`].
    pub fn cancel_code(&mut self, phone: &str, hash: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.logins.find(phone, hash, now)?;
        self.logins.by_hash.remove(hash);
        Ok(())
    }

    /// Uses the code up and answers whose it was, with the client's `api_id`.
    ///
    /// # Errors
    /// `PHONE_NUMBER_INVALID`, `PHONE_CODE_EMPTY`, `PHONE_CODE_EXPIRED` (also for a hash that is
    /// unknown, used up or given up), `PHONE_CODE_INVALID` (the log-in goes on).
    pub fn sign_in(
        &mut self,
        phone: &str,
        hash: &str,
        code: &str,
    ) -> Result<(UserId, i32), Refusal> {
        if hash.is_empty() {
            return Err(Refusal::bad("PHONE_CODE_HASH_EMPTY"));
        }
        if code.is_empty() {
            return Err(Refusal::bad("PHONE_CODE_EMPTY"));
        }
        let now = self.now();
        let login = self.logins.find(phone, hash, now)?;
        if code != CODE {
            return Err(Refusal::bad("PHONE_CODE_INVALID"));
        }
        let who = (login.user, login.api_id);
        self.logins.by_hash.remove(hash);
        Ok(who)
    }
}

impl Logins {
    fn find(&mut self, phone: &str, hash: &str, now: i32) -> Result<&mut Login, Refusal> {
        let phone = normal_phone(phone).ok_or_else(|| Refusal::bad("PHONE_NUMBER_INVALID"))?;
        self.by_hash
            .get_mut(hash)
            .filter(|login| login.phone == phone && login.expires > now)
            .ok_or_else(|| Refusal::bad("PHONE_CODE_EXPIRED"))
    }

    fn make_room(&mut self, now: i32) {
        if self.by_hash.len() < CAPACITY {
            return;
        }
        self.by_hash.retain(|_, login| login.expires > now);
        if self.by_hash.len() >= CAPACITY {
            self.by_hash.clear();
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        _ = write!(out, "{byte:02x}");
        out
    })
}
