//! From a key that Telegram has let in to a session, and away with one that is not to be.
//!
//! It owns that order: the new key takes the old one's place in one transaction, an account that is
//! online is stopped only after that, and until then every key of the login waits for its log-out,
//! so that a hub that is killed forgets none of them.

use crate::error::{Code, Error};
use crate::model::{Peer, SessionId, SessionName, StoredState, UtcTime};
use crate::session::account::SessionContext;
use crate::session::giving_up::STRAGGLER;
use crate::session::import::{check_owner, check_tenant, put_in};
use crate::session::log_outs::HEAD_START;
use crate::session::qr::scan::Scan;
use crate::session::registry::Registry;
use crate::store::auth_keys::DcKey;
use crate::store::log_outs::{self, GivenUp};
use crate::store::sessions::{self, NewSession};
use crate::store::{self, AnyConnection, Vault};
use crate::telegram::DEFAULT_DC;
use log::{info, warn};
use std::time::Duration;

/// How long a login waits for its account to come online.
const ONLINE: Duration = Duration::from_secs(10);

/// The log-outs that wait for the keys of a login, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Guards(Vec<i64>);

/// What takes a name over.
struct Newcomer {
    new: NewSession,
    vault: Vault,
    force: bool,
    key: DcKey,
    user: Peer,
    guards: Guards,
}

impl Scan {
    /// Lets the key at home wait for its log-out, in case that nobody sees how the login ends.
    pub(super) async fn guard(&mut self) -> Result<(), Error> {
        let (home, timing) = (self.session.home_key(), self.context.timing.qr);
        let home = home.ok_or_else(no_key)?;
        let (name, owner) = (self.name.clone(), self.owner);
        let vault = self.context.store.vault().clone();
        let api_id = self.context.api_id;
        let written = self.context.store.write(move |conn| {
            let now = UtcTime::now();
            let due_at = now.after(timing.scan + timing.password + STRAGGLER);
            let number = sessions::number_of(conn, &name, owner, now)?;
            let Some(key) = &home.auth_key else {
                return Ok(None);
            };
            let place = (number, home.dc_id, api_id);
            log_outs::guard(conn, &vault, place, key, due_at, now).map(Some)
        });
        self.guards.0.extend(written.await?);
        Ok(())
    }

    /// Makes the session that the account is logged in as.
    pub(super) async fn adopt(
        &self,
        registry: &Registry,
        user: &Peer,
        force: bool,
    ) -> Result<(), Error> {
        // One key is never connected twice.
        self.attempt.link.close().await;
        let context = &self.context;
        let newcomer = Newcomer {
            new: NewSession {
                name: self.name.clone(),
                owner: self.owner,
                api_id: context.api_id,
                api_hash: context.api_hash.clone(),
                now: UtcTime::now(),
            },
            vault: context.store.vault().clone(),
            force,
            key: self.session.home_key().ok_or_else(no_key)?,
            user: user.clone(),
            guards: self.guards.clone(),
        };
        let (id, given_up) = context
            .store
            .write(move |conn| newcomer.take_over(conn))
            .await??;
        info!(session = self.name.as_str(); "the session is logged in");
        // What runs under the name knows nothing of the new key.
        if let Some(former) = registry.get(&self.name) {
            former.stop().await;
        }
        let handle = registry.get_or_connect(&self.name, id);
        if let GivenUp::Waits(log_out) = given_up {
            hasten(context, &Guards(vec![log_out]), Duration::ZERO).await;
        }
        if let Err(error) = handle.link(ONLINE).await {
            info!(session = self.name.as_str(); "the session is not online yet: {error}");
        }
        Ok(())
    }

    /// Leaves nothing of a login that has come to nothing. A code that is still on a screen may be
    /// scanned for a while, and is undone then.
    pub(super) async fn leave(&self) {
        self.attempt.link.close().await;
        hasten(&self.context, &self.guards, STRAGGLER).await;
    }

    /// The same for an account that Telegram has let in.
    pub(super) async fn undo(&self) {
        self.attempt.link.close().await;
        hasten(&self.context, &self.guards, Duration::ZERO).await;
    }
}

/// Lets keys be logged out sooner than they would be.
async fn hasten(context: &SessionContext, guards: &Guards, after: Duration) {
    let (guards, due_at) = (guards.clone(), UtcTime::now().after(after));
    let written = context.store.write(move |conn| {
        let mut guards = guards.0.iter();
        guards.try_for_each(|id| log_outs::set_due(conn, *id, due_at))
    });
    if let Err(error) = written.await {
        warn!("a log-out is not hastened, and is made in its time: {error}");
    }
    context.log_outs.wake();
}

impl Newcomer {
    fn take_over(
        &self,
        conn: &mut AnyConnection,
    ) -> Result<Result<(SessionId, GivenUp), Error>, store::Error> {
        let (now, vault) = (self.new.now, &self.vault);
        let known = sessions::by_name(conn, &self.new.name)?;
        if known.is_some_and(|row| row.state == StoredState::Active) && !self.force {
            return Ok(Err(logged_in(&self.new.name)));
        }
        let number = sessions::number_of(conn, &self.new.name, self.new.owner, now)?;
        if let Err(error) = check_owner(conn, number, &self.user)? {
            return Ok(Err(error));
        }
        let row = sessions::create_or_get(conn, vault, &self.new)?;
        if let Err(error) = check_tenant(&row, &self.new) {
            return Ok(Err(error));
        }
        let id = row.id;
        // Not before what runs with it has ended.
        let due_at = now.after(HEAD_START);
        let given_up = log_outs::give_up(conn, vault, (id, DEFAULT_DC), due_at, now)?;
        for guard in &self.guards.0 {
            log_outs::done(conn, *guard)?;
        }
        let app = sessions::ApiCredentials {
            api_id: self.new.api_id,
            api_hash: self.new.api_hash.clone(),
        };
        sessions::set_api_credentials(conn, vault, id, &app, now)?;
        // So that the row tells of this login, also where the account was logged in before.
        sessions::set_state(conn, id, StoredState::Login, None, now)?;
        put_in(conn, vault, id, (&self.key, &self.user), now)?;
        Ok(Ok((id, given_up)))
    }
}

/// The refusal of a name that is logged in.
pub(super) fn logged_in(name: &SessionName) -> Error {
    let why = format!(
        "the session `{name}` is logged in; log it out first, or pass force=true to replace its \
         login once the new one has succeeded"
    );
    Error::new(Code::SessionInUse, why)
}

fn no_key() -> Error {
    Error::new(Code::Internal, "a login by QR code has no key")
}
