//! Log-ins by QR code: which key shows which token, and who has scanned it.
//!
//! Owns the tokens. It never decides what a key may do afterwards.
//! Source: <https://core.telegram.org/api/qr-login>.

use std::collections::HashMap;

use super::World;
use super::ids::{KeyId, UserId};
use super::moves::HOME_DC;
use super::random::random;
use super::refusal::Refusal;

/// Tokens kept at once; beyond it the expired ones go, then all of them.
const CAPACITY: usize = 10_000;

/// The tokens of all keys.
#[derive(Debug, Default)]
pub struct LoginTokens {
    shown: HashMap<Vec<u8>, Shown>,
    redirected: HashMap<Vec<u8>, Redirected>,
}

/// A token that a key shows.
#[derive(Debug)]
struct Shown {
    key: KeyId,
    client: Client,
    expires: i32,
    scan: Scan,
}

/// What came of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scan {
    None,
    /// Somebody has let the key in, which does not know it yet.
    By(UserId),
    /// The key was sent to the data centre of who let it in, with another token.
    Redirected(i32, Vec<u8>),
    /// The key has been told.
    Done,
}

/// A token that another key, in another data centre, is to bring.
#[derive(Debug)]
struct Redirected {
    from: KeyId,
    user: UserId,
    api_id: i32,
    dc: i32,
    expires: i32,
    used: bool,
}

/// Who asks for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The application.
    pub api_id: i32,
    /// Accounts that it has already, which cannot scan its token.
    pub except: Vec<UserId>,
}

/// What a key that shows a token is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// Nobody has scanned it.
    Shown {
        /// What to show.
        token: Vec<u8>,
        /// Until when, in seconds since 1970.
        expires: i32,
    },
    /// Who has scanned it lives in another data centre.
    Elsewhere {
        /// Which one.
        dc: i32,
        /// What to bring there.
        token: Vec<u8>,
    },
    /// The key is to act for this account.
    Accepted {
        /// Whose it is.
        user: UserId,
        /// The application that asked.
        api_id: i32,
    },
}

impl World {
    /// The token of a key: the one it shows for as long as that counts, then another.
    pub fn export_login_token(&mut self, key: KeyId, client: Client) -> TokenState {
        let now = self.now();
        let is_current = |shown: &Shown| {
            let alive = shown.expires > now || matches!(shown.scan, Scan::By(_));
            let alive = alive || matches!(shown.scan, Scan::Redirected(..));
            shown.key == key && shown.client == client && shown.scan != Scan::Done && alive
        };
        let current = self.login_tokens.shown.iter();
        let current = current.filter(|(_, shown)| is_current(shown));
        // Of one that was scanned and a newer one, the scanned one.
        let current = current.max_by_key(|(_, shown)| (shown.scan != Scan::None, shown.expires));
        let Some((token, shown)) = current.map(|(token, shown)| (token.clone(), shown)) else {
            return self.new_login_token(key, client, now);
        };
        match shown.scan.clone() {
            Scan::None | Scan::Done => TokenState::Shown {
                expires: shown.expires,
                token,
            },
            Scan::Redirected(dc, token) => TokenState::Elsewhere { dc, token },
            Scan::By(user) => self.lead_home(key, client.api_id, &token, user),
        }
    }

    fn new_login_token(&mut self, key: KeyId, client: Client, now: i32) -> TokenState {
        self.login_tokens.make_room(now);
        let token = random::<32>().to_vec();
        let expires = now.saturating_add(self.login_token_lifetime);
        let shown = Shown {
            key,
            client,
            expires,
            scan: Scan::None,
        };
        self.login_tokens.shown.insert(token.clone(), shown);
        TokenState::Shown { token, expires }
    }

    /// Lets a key in, or sends it to where the account is.
    fn lead_home(&mut self, key: KeyId, api_id: i32, token: &[u8], user: UserId) -> TokenState {
        let home = self.moved_to(user).unwrap_or(HOME_DC);
        let here = self.key(key).dc.unwrap_or(HOME_DC);
        let (scan, state) = if home == here {
            (Scan::Done, TokenState::Accepted { user, api_id })
        } else {
            let bring = random::<32>().to_vec();
            let redirected = Redirected {
                from: key,
                user,
                api_id,
                dc: home,
                expires: self.now().saturating_add(self.login_token_lifetime),
                used: false,
            };
            let redirections = &mut self.login_tokens.redirected;
            redirections.insert(bring.clone(), redirected);
            let elsewhere = TokenState::Elsewhere {
                dc: home,
                token: bring.clone(),
            };
            (Scan::Redirected(home, bring), elsewhere)
        };
        if let Some(shown) = self.login_tokens.shown.get_mut(token) {
            shown.scan = scan;
        }
        state
    }

    /// Lets the key that shows a token act for an account, once it asks, and answers which key
    /// that is and for which application.
    ///
    /// # Errors
    /// `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_ALREADY_ACCEPTED`, `AUTH_TOKEN_EXPIRED`;
    /// `AUTH_TOKEN_EXCEPTION` for an account that the application has already.
    pub fn accept_login_token(
        &mut self,
        user: UserId,
        token: &[u8],
    ) -> Result<(KeyId, i32), Refusal> {
        let now = self.now();
        let shown = self.login_tokens.shown.get_mut(token);
        let shown = shown.ok_or_else(|| Refusal::bad("AUTH_TOKEN_INVALID"))?;
        if shown.scan != Scan::None {
            return Err(Refusal::bad("AUTH_TOKEN_ALREADY_ACCEPTED"));
        }
        if shown.expires <= now {
            return Err(Refusal::bad("AUTH_TOKEN_EXPIRED"));
        }
        if shown.client.except.contains(&user) {
            return Err(Refusal::bad("AUTH_TOKEN_EXCEPTION"));
        }
        shown.scan = Scan::By(user);
        Ok((shown.key, shown.client.api_id))
    }

    /// Takes a token that a key brings from another data centre; the key belongs here from then on.
    ///
    /// # Errors
    /// `AUTH_TOKEN_INVALID`, also for the key that was sent on: data centres share no keys;
    /// `AUTH_TOKEN_ALREADY_ACCEPTED`, `AUTH_TOKEN_EXPIRED`.
    pub fn import_login_token(
        &mut self,
        key: KeyId,
        token: &[u8],
    ) -> Result<(UserId, i32), Refusal> {
        let now = self.now();
        let redirected = self.login_tokens.redirected.get_mut(token);
        let redirected = redirected.filter(|redirected| redirected.from != key);
        let redirected = redirected.ok_or_else(|| Refusal::bad("AUTH_TOKEN_INVALID"))?;
        if redirected.used {
            return Err(Refusal::bad("AUTH_TOKEN_ALREADY_ACCEPTED"));
        }
        if redirected.expires <= now {
            return Err(Refusal::bad("AUTH_TOKEN_EXPIRED"));
        }
        redirected.used = true;
        let (user, api_id, dc) = (redirected.user, redirected.api_id, redirected.dc);
        self.key(key).dc = Some(dc);
        self.arrive(user, key);
        Ok((user, api_id))
    }
}

impl LoginTokens {
    fn make_room(&mut self, now: i32) {
        if self.shown.len() < CAPACITY {
            return;
        }
        self.shown.retain(|_, shown| shown.expires > now);
        self.redirected
            .retain(|_, redirected| redirected.expires > now);
        if self.shown.len() >= CAPACITY {
            self.shown.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    const SCREEN: KeyId = KeyId(1);

    fn client() -> Client {
        Client {
            api_id: 1,
            except: Vec::new(),
        }
    }

    fn shown(world: &mut World) -> Vec<u8> {
        match world.export_login_token(SCREEN, client()) {
            TokenState::Shown { token, .. } => token,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_counts_for_its_time_and_for_one_scan() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let first = shown(&mut world);
        assert_eq!(shown(&mut world), first, "it is the same while it counts");
        world.clock.skew(31);
        let second = shown(&mut world);
        assert_ne!(second, first);
        for (token, name) in [
            (b"nonsense".to_vec(), "AUTH_TOKEN_INVALID"),
            (first, "AUTH_TOKEN_EXPIRED"),
        ] {
            let refused = world.accept_login_token(alice, &token);
            assert_eq!(refused, Err(Refusal::bad(name)));
        }
        assert_eq!(world.accept_login_token(alice, &second), Ok((SCREEN, 1)));
        let again = world.accept_login_token(alice, &second);
        assert_eq!(again, Err(Refusal::bad("AUTH_TOKEN_ALREADY_ACCEPTED")));
        // The key may ask when the token's own time is over.
        world.clock.skew(62);
        let accepted = TokenState::Accepted {
            user: alice,
            api_id: 1,
        };
        assert_eq!(world.export_login_token(SCREEN, client()), accepted);
    }

    #[test]
    fn who_lives_elsewhere_is_let_in_there_and_by_another_key() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        world.move_account(alice, 4).unwrap();
        let token = shown(&mut world);
        world.accept_login_token(alice, &token).unwrap();
        let TokenState::Elsewhere { dc, token } = world.export_login_token(SCREEN, client()) else {
            panic!("it has moved");
        };
        assert_eq!(dc, 4);
        let invalid = Err(Refusal::bad("AUTH_TOKEN_INVALID"));
        assert_eq!(world.import_login_token(SCREEN, &token), invalid);
        assert_eq!(world.import_login_token(KeyId(2), &token), Ok((alice, 1)));
        let again = world.import_login_token(KeyId(3), &token);
        assert_eq!(again, Err(Refusal::bad("AUTH_TOKEN_ALREADY_ACCEPTED")));
    }

    #[test]
    fn an_account_that_the_application_has_cannot_scan() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let client = Client {
            api_id: 1,
            except: vec![alice],
        };
        let TokenState::Shown { token, .. } = world.export_login_token(SCREEN, client) else {
            panic!("nobody has scanned it");
        };
        let refused = world.accept_login_token(alice, &token);
        assert_eq!(refused, Err(Refusal::bad("AUTH_TOKEN_EXCEPTION")));
    }
}
