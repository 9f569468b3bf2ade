//! Taking over an account that was logged in elsewhere, and handing one out.
//!
//! It owns the order of the checks: no key is connected that lives here already, Telegram is asked
//! before anything is replaced, and two accounts never share one log. It must not know how a
//! session string is written.

use crate::error::{Code, Error};
use crate::model::{
    Peer, SessionId, SessionName, StoredSession, StoredState, StringKind, TenantId, UtcTime,
};
use crate::session::connect::profile;
use crate::store::auth_keys::{self, DcKey};
use crate::store::peers;
use crate::store::sessions::{self, ApiCredentials, NewSession};
use crate::store::{self, AnyConnection, Store, Vault, log_outs};
use crate::telegram::{self, DEFAULT_DC, LinkSettings, Server, SessionString, check_key};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// A key from elsewhere.
#[derive(Clone)]
pub struct ForeignKey {
    /// The data centre that holds the account.
    pub dc_id: i32,
    /// The key there.
    pub key: Zeroizing<[u8; 256]>,
}

impl ForeignKey {
    /// Reads a session string of Telethon or Pyrogram, told apart by length unless `kind` says it.
    ///
    /// The address in a string of Telethon is not used: the hub knows Telegram's addresses.
    ///
    /// # Errors
    /// `session_string_invalid`.
    pub fn read(string: &SecretString, kind: Option<StringKind>) -> Result<Self, Error> {
        let text = string.expose_secret();
        let read = match kind {
            Some(kind) => SessionString::parse(text, kind),
            None => SessionString::parse_any(text).map(|(string, _)| string),
        };
        let invalid = |why: String| Error::new(Code::SessionStringInvalid, why);
        let string = read.map_err(|error| invalid(error.to_string()))?;
        if string.is_bot == Some(true) {
            return Err(invalid(
                "the string is a bot's; the hub runs accounts of users".to_owned(),
            ));
        }
        Ok(Self {
            dc_id: string.dc_id.into(),
            key: string.auth_key,
        })
    }
}

/// Takes an account over under a name, which may be new or that of a session that is not logged
/// in. The account is not connected yet.
///
/// # Errors
/// `session_in_use` when the key or the name belongs to a logged-in session of this hub;
/// `session_string_invalid` when Telegram does not take the key; `account_mismatch` when the
/// messages under the name are another account's; `invalid_request` for a new name that hides
/// something; `telegram_unreachable`, `database_unavailable`.
pub async fn import(
    store: &Store,
    link: &LinkSettings,
    app: &ApiCredentials,
    (name, owner): (&SessionName, Option<TenantId>),
    foreign: ForeignKey,
) -> Result<(SessionId, Peer), Error> {
    let Some(option) = link.server.dc_option(foreign.dc_id) else {
        return Err(Error::new(
            Code::SessionStringInvalid,
            format!("there is no data centre {}", foreign.dc_id),
        ));
    };
    let place = Place {
        name: name.clone(),
        vault: store.vault().clone(),
        row: DcKey {
            dc_id: foreign.dc_id,
            ipv4: option.ipv4,
            ipv6: option.ipv6,
            auth_key: Some(foreign.key),
        },
    };
    let key = place.row.auth_key.as_ref().ok_or_else(no_key)?;
    // Held until the key stands in the database, where the next import finds it. What is wrong with
    // the name is told before somebody else's claim is.
    let alone = link.keys.try_alone(key);
    let checked = place.clone();
    store.read(move |conn| Ok(checked.is_free(conn))).await??;
    let _alone = alone.ok_or_else(|| {
        let why = "the same key is being imported or connected at this moment";
        Error::new(Code::SessionInUse, why)
    })?;
    let user = check_key(link, app.api_id, place.row.dc_id, key)
        .await
        .map_err(not_taken)?;
    let new = NewSession {
        name: name.clone(),
        owner,
        api_id: app.api_id,
        api_hash: app.api_hash.clone(),
        now: UtcTime::now(),
    };
    let own = user.clone();
    let id = store
        .write(move |conn| match place.is_free(conn) {
            Ok(()) => place.take(conn, &new, &own),
            Err(error) => Ok(Err(error)),
        })
        .await??;
    Ok((id, user))
}

/// The session string of a logged-in account, in the form of a library.
///
/// # Errors
/// `session_not_found`, `session_not_authorized`, `database_unavailable`.
pub async fn export(
    store: &Store,
    server: &Server,
    name: &SessionName,
    kind: StringKind,
) -> Result<SecretString, Error> {
    let (wanted, vault) = (name.clone(), store.vault().clone());
    let found = store
        .read(move |conn| {
            let Some(row) = sessions::by_name(conn, &wanted)? else {
                return Ok(None);
            };
            let keys = auth_keys::load_readable(conn, &vault, row.id)?.data_centres;
            Ok(Some((row, keys)))
        })
        .await?;
    let (row, keys) = found
        .ok_or_else(|| Error::new(Code::SessionNotFound, "there is no session of that name"))?;
    let home = row.home_dc.unwrap_or(DEFAULT_DC);
    let mut keys = keys.into_iter();
    let key = match keys.find(|dc| dc.dc_id == home).and_then(|dc| dc.auth_key) {
        Some(key) if row.state == StoredState::Active => key,
        _ => {
            let why = "the session is not logged in";
            return Err(Error::new(Code::SessionNotAuthorized, why));
        }
    };
    let string = SessionString {
        dc_id: u8::try_from(home).unwrap_or_default(),
        address: server.address(home),
        auth_key: key,
        user_id: row.user_id.map(|user| user.0),
        is_bot: Some(false),
        api_id: Some(row.api_id),
        test_mode: Some(matches!(server, Server::Test)),
    };
    string
        .format(kind)
        .map_err(|missing| Error::new(Code::Internal, missing.to_string()))
}

/// Where a key is to go.
#[derive(Clone)]
struct Place {
    name: SessionName,
    vault: Vault,
    row: DcKey,
}

impl Place {
    /// Refuses a name that is logged in and a key that another session holds.
    fn is_free(&self, conn: &mut AnyConnection) -> Result<(), Error> {
        let in_use = |why: &'static str| Err(Error::new(Code::SessionInUse, why));
        let row = sessions::by_name(conn, &self.name)?;
        if row.is_none() {
            self.name.check_new().map_err(Error::unfit_name)?;
        }
        if row
            .as_ref()
            .is_some_and(|row| row.state == StoredState::Active)
        {
            return in_use("a session of that name is logged in; log it out first");
        }
        let key = self.row.auth_key.as_ref().ok_or_else(no_key)?;
        match auth_keys::holder(conn, &self.vault, key)? {
            Some(id) if row.is_none_or(|row| row.id != id) => {
                in_use("a session of this hub holds the same key")
            }
            _ if log_outs::holds(conn, &self.vault, key)? => {
                in_use("this hub is logging the same key out; that is Telegram's to take first")
            }
            _ => Ok(()),
        }
    }

    fn take(
        &self,
        conn: &mut AnyConnection,
        new: &NewSession,
        user: &Peer,
    ) -> Result<Result<SessionId, Error>, store::Error> {
        let row = sessions::create_or_get(conn, &self.vault, new)?;
        if let Err(error) = check_tenant(&row, new) {
            return Ok(Err(error));
        }
        if let Err(error) = check_owner(conn, row.id, user)? {
            return Ok(Err(error));
        }
        let key = self.row.auth_key.as_deref();
        let held = auth_keys::load_readable(conn, &self.vault, row.id)?;
        if held
            .data_centres
            .iter()
            .any(|dc| dc.auth_key.as_deref() == key)
        {
            auth_keys::delete_all(conn, row.id)?;
        } else {
            // What a login has left unfinished may be logged in all the same.
            log_outs::give_up(conn, &self.vault, (row.id, DEFAULT_DC), new.now, new.now)?;
        }
        put_in(conn, &self.vault, row.id, (&self.row, user), new.now)?;
        Ok(Ok(row.id))
    }
}

/// Refuses an account for a log that is another's: two accounts in one log could not be told apart.
pub(super) fn check_owner(
    conn: &mut AnyConnection,
    id: SessionId,
    user: &Peer,
) -> Result<Result<(), Error>, store::Error> {
    let owner = sessions::log_owner(conn, id)?;
    Ok(match owner.filter(|owner| owner.0 != user.peer_id.bare()) {
        Some(_) => Err(Error::new(
            Code::AccountMismatch,
            "the messages kept under this session_id are another Telegram account's; destroy the \
             session with purge=true, or choose another session_id",
        )),
        None => Ok(()),
    })
}

/// Refuses a name that another has taken in the meantime. The operator may log in everybody's.
pub(super) fn check_tenant(row: &StoredSession, new: &NewSession) -> Result<(), Error> {
    if new.owner.is_none() || new.owner == row.owner {
        return Ok(());
    }
    let why = "there is no session of that name";
    Err(Error::new(Code::SessionNotFound, why))
}

/// Stores the key of a logged-in account under a session that has none.
pub(super) fn put_in(
    conn: &mut AnyConnection,
    vault: &Vault,
    id: SessionId,
    (key, user): (&DcKey, &Peer),
    now: UtcTime,
) -> Result<(), store::Error> {
    auth_keys::put(conn, vault, id, key, now)?;
    peers::upsert_many(conn, id, std::slice::from_ref(user), now)?;
    sessions::set_home_dc(conn, id, key.dc_id, now)?;
    sessions::set_user(conn, id, &profile(user), now)?;
    sessions::set_state(conn, id, StoredState::Active, None, now)?;
    Ok(())
}

fn no_key() -> Error {
    Error::new(Code::SessionStringInvalid, "the session string has no key")
}

fn not_taken(error: telegram::Error) -> Error {
    if error.needs_login().is_some() {
        let why = format!("Telegram does not take the session string's key: {error}");
        return Error::new(Code::SessionStringInvalid, why);
    }
    error.into()
}
