//! From a session's name to its running session, and from rows to what clients see of them.

use crate::error::{Code, Error};
use crate::hub::Hub;
use crate::model::{
    Missing, Peer, SessionId, SessionName, SessionState, StoredSession, StoredState, UserId,
};
use crate::ops::Ctx;
use crate::ops::login::UserView;
use crate::ops::sessions::SessionView;
use crate::session::SessionHandle;
use crate::store::sessions;
use crate::telegram::{CallOptions, Link};
use std::time::Duration;

/// How long a call waits for a session that is about to come online.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The row of that name.
pub(super) async fn row(hub: &Hub, name: &SessionName) -> Result<Option<StoredSession>, Error> {
    let name = name.clone();
    Ok(hub
        .store
        .read(move |conn| sessions::by_name(conn, &name))
        .await?)
}

/// The number of a name that has ever been used; its messages outlive the session.
pub(super) async fn id_of_name(hub: &Hub, name: &SessionName) -> Result<SessionId, Error> {
    let owned = name.clone();
    let id = hub
        .store
        .read(move |conn| sessions::id_of_name(conn, &owned))
        .await?;
    id.ok_or_else(not_found)
}

/// The session, started without a link if it does not run.
pub(super) fn running(hub: &Hub, row: &StoredSession) -> SessionHandle {
    let state = match row.state {
        // Logged in and not running means that the restore has not come to it yet.
        StoredState::Active => return hub.registry.get_or_connect(&row.name, row.id),
        StoredState::NeedsLogin => SessionState::NeedsLogin {
            reason: row.state_reason.clone().unwrap_or_default(),
        },
        StoredState::Login | StoredState::LoggedOut => SessionState::Stopped,
    };
    hub.registry.get_or_park(&row.name, row.id, state)
}

/// The session's link for calls that need a logged-in account, as patient as the operation.
pub(super) async fn online(ctx: &Ctx, name: &SessionName) -> Result<(SessionHandle, Link), Error> {
    let handle = authorized(&ctx.hub, name).await?;
    let link = link(&handle, &ctx.options).await?;
    Ok((handle, link))
}

/// The session's link for calls with these options.
pub(super) async fn link(handle: &SessionHandle, options: &CallOptions) -> Result<Link, Error> {
    Ok(handle.link(PATIENCE).await?.with(options.clone()))
}

/// The running session of a logged-in account, whether it is connected or not.
pub(super) async fn authorized(hub: &Hub, name: &SessionName) -> Result<SessionHandle, Error> {
    if let Some(handle) = hub.registry.get(name) {
        return Ok(handle);
    }
    match row(hub, name).await? {
        Some(row) if row.state == StoredState::Active => Ok(running(hub, &row)),
        Some(row) => Err(Error::new(
            Code::SessionNotAuthorized,
            match row.state_reason {
                Some(reason) => format!("the session is not logged in ({reason})"),
                None => "the session is not logged in".to_owned(),
            },
        )),
        None => Err(Error::new(
            Code::SessionNotAuthorized,
            "the session is unknown; log it in with /login/start",
        )),
    }
}

/// The account of that name, whether it runs or not. One whose key Telegram refuses is there.
///
/// # Errors
/// `session_not_authorized` for a name under which nobody is logged in.
pub(super) async fn logged_in(hub: &Hub, name: &SessionName) -> Result<SessionId, Error> {
    match row(hub, name).await? {
        Some(row) if matches!(row.state, StoredState::Active | StoredState::NeedsLogin) => {
            Ok(row.id)
        }
        Some(_) | None => Err(Error::new(
            Code::SessionNotAuthorized,
            "no account is logged in under this name",
        )),
    }
}

/// The refusal of a name that nobody has used.
pub(super) fn not_found() -> Error {
    Error::new(Code::SessionNotFound, "there is no session of that name")
}

/// What clients see of a session.
pub(super) fn view(
    row: StoredSession,
    handle: Option<&SessionHandle>,
    missing: Missing,
) -> SessionView {
    let snapshot = handle.map(SessionHandle::snapshot);
    let state = snapshot
        .as_ref()
        .map_or_else(|| resting(&row), |now| now.state.clone());
    let user = snapshot
        .as_ref()
        .and_then(|now| now.user.as_deref().map(UserView::from));
    SessionView {
        state_since: snapshot.as_ref().map_or(row.updated_at, |now| now.since),
        is_connected: matches!(state, SessionState::Online | SessionState::Login),
        is_receiving: snapshot.as_ref().is_some_and(|now| now.is_receiving),
        // The row was read a moment before the state, which knows better where it can know.
        is_authenticated: match state {
            SessionState::Online => true,
            SessionState::Login | SessionState::NeedsLogin { .. } => false,
            SessionState::Connecting | SessionState::Backoff { .. } | SessionState::Stopped => {
                row.state == StoredState::Active
            }
        },
        is_active: !matches!(state, SessionState::Stopped),
        in_login: matches!(state, SessionState::Login),
        user: user.or_else(|| stored_user(&row)),
        last_update_at: snapshot.as_ref().and_then(|now| now.last_update_at),
        last_call_at: snapshot.as_ref().and_then(|now| now.last_call_at),
        receiving_since: snapshot.as_ref().and_then(|now| now.receiving_since),
        key_doubted: snapshot.as_ref().and_then(|now| now.key_doubted.clone()),
        flood_waits: snapshot
            .as_ref()
            .map(|now| now.flood_waits.clone())
            .unwrap_or_default(),
        missing,
        checked_at: snapshot.as_ref().and_then(|now| now.checked_at),
        pts_drift: snapshot.as_ref().and_then(|now| now.pts_drift),
        update_lag: snapshot.as_ref().and_then(|now| now.update_lag),
        healing: snapshot
            .as_ref()
            .map(|now| now.healing.clone())
            .unwrap_or_default(),
        messages_captured: snapshot.as_ref().map_or(0, |now| now.captured),
        created_at: row.created_at,
        logged_in_at: row.logged_in_at,
        name: row.name,
        state,
    }
}

/// The state of a session that does not run.
fn resting(row: &StoredSession) -> SessionState {
    match row.state {
        StoredState::NeedsLogin => SessionState::NeedsLogin {
            reason: row.state_reason.clone().unwrap_or_default(),
        },
        StoredState::Active | StoredState::Login | StoredState::LoggedOut => SessionState::Stopped,
    }
}

fn stored_user(row: &StoredSession) -> Option<UserView> {
    Some(UserView {
        id: row.user_id?,
        first_name: row.first_name.clone(),
        last_name: row.last_name.clone(),
        username: row.username.clone(),
        phone: row.phone.clone(),
    })
}

impl From<&Peer> for UserView {
    fn from(user: &Peer) -> Self {
        Self {
            id: UserId(user.peer_id.bare()),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            username: user.username.clone(),
            phone: user.phone.clone(),
        }
    }
}
