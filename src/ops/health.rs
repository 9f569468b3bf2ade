//! How the hub itself is.

use crate::auth::Scope;
use crate::error::Error;
use crate::hub::Hub;
use crate::metrics::{
    CHATS_KEPT_OUT, DOUBTED, GAPS_OPEN, GUESTS, HELD_DOWN, LOG_OUTS_PENDING, MESSAGES_UNREADABLE,
    RECEIVING, SESSIONS,
};
use crate::model::{Missing, SessionState};
use crate::ops::{Ctx, Operation, Subject};
use crate::session::{RestoreSnapshot, SessionSnapshot};
use crate::store::missing;
use crate::store::{self, AnyConnection, gaps, log_outs, sessions};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

/// How long the database may take to show that it is there.
const DATABASE_PATIENCE: Duration = Duration::from_secs(2);

/// Looks at the hub. Open to anyone, and never waits for Telegram.
#[derive(Clone, Copy, Debug)]
pub struct Health;

/// How the hub is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthView {
    /// How many sessions the hub runs, connected or not.
    pub active_sessions: u64,
    /// How many of these receive their updates.
    pub receiving_sessions: u64,
    /// How many have a key that Telegram says it does not know, which is not believed yet.
    pub doubted_sessions: u64,
    /// How many may not call every method at present, because Telegram has asked them to wait.
    pub held_down_sessions: u64,
    /// In how many chats of all sessions something is missing that could not be fetched, or never
    /// will be; `None` while the database does not answer.
    pub kept_out_chats: Option<u64>,
    /// How many messages are stored of which only a part can be read; `None` while the database
    /// does not answer.
    pub unreadable_messages: Option<u64>,
    /// How many accounts are connected for callers who bring their session strings.
    pub guests: u64,
    /// How many sessions are stored, running or not; `None` while the database does not answer.
    pub stored_sessions: Option<u64>,
    /// How far the restore of the stored sessions is.
    pub restore: RestoreSnapshot,
    /// How many sessions are in each state.
    pub sessions_by_state: BTreeMap<&'static str, u64>,
    /// Whether the database answers and takes writes.
    pub database: DatabaseHealth,
    /// Whether files cannot be kept, because their store takes none.
    pub media_store_away: bool,
    /// How many gaps are open in all logs; `None` while the database does not answer.
    pub open_gaps: Option<u64>,
    /// How many keys Telegram is still to log out; `None` while the database does not answer.
    pub pending_log_outs: Option<u64>,
}

/// Whether the database answers and takes writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseHealth {
    /// It does.
    Ok,
    /// It does not.
    Unavailable,
}

impl Operation for Health {
    const NAME: &'static str = "health.show";
    const SCOPE: Scope = Scope::Public;
    type Output = HealthView;

    fn subject(&self) -> Subject {
        Subject::nothing()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let hub = &ctx.hub;
        let asked = hub.store.read(Counts::read);
        let counts = match timeout(DATABASE_PATIENCE, asked).await {
            Ok(Ok(counts)) => Some(counts),
            Ok(Err(_)) | Err(_) => None,
        };
        // One that answers may still take no writes, as on a full disk.
        let database = if counts.is_some() && !hub.store.is_away() {
            DatabaseHealth::Ok
        } else {
            DatabaseHealth::Unavailable
        };
        Ok(HealthView {
            active_sessions: u64::try_from(hub.registry.len()).unwrap_or(u64::MAX),
            receiving_sessions: counted(hub, |now| now.is_receiving),
            doubted_sessions: counted(hub, |now| now.key_doubted.is_some()),
            held_down_sessions: counted(hub, |now| !now.flood_waits.is_empty()),
            kept_out_chats: counts.map(|all| all.missing.kept_out_chats),
            unreadable_messages: counts.map(|all| all.missing.unreadable_messages),
            guests: u64::try_from(hub.guests.len()).unwrap_or(u64::MAX),
            stored_sessions: counts.map(|all| all.stored),
            restore: hub.restore.snapshot(),
            sessions_by_state: by_state(hub),
            database,
            media_store_away: hub.media.objects.is_away(),
            open_gaps: counts.map(|all| all.open_gaps),
            pending_log_outs: counts.map(|all| all.pending_log_outs),
        })
    }
}

/// What the database counts.
#[derive(Clone, Copy, Debug)]
struct Counts {
    stored: u64,
    open_gaps: u64,
    pending_log_outs: u64,
    /// Of all sessions.
    missing: Missing,
}

impl Counts {
    fn read(conn: &mut AnyConnection) -> Result<Self, store::Error> {
        let mut missing = Missing::default();
        for one in missing::by_session(conn)?.into_values() {
            missing.kept_out_chats += one.kept_out_chats;
            missing.unreadable_messages += one.unreadable_messages;
        }
        Ok(Self {
            stored: sessions::count(conn)?,
            open_gaps: gaps::count_open(conn, None)?,
            pending_log_outs: log_outs::count(conn)?,
            missing,
        })
    }
}

/// Brings the figures that are counted only when somebody looks up to date.
#[derive(Clone, Copy, Debug)]
pub struct CountSessions;

impl Operation for CountSessions {
    const NAME: &'static str = "health.count_sessions";
    const SCOPE: Scope = Scope::Read;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::nothing()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        for (state, count) in by_state(&ctx.hub) {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            metrics::gauge!(SESSIONS, "state" => state).set(f64::from(count));
        }
        let hub = &ctx.hub;
        for (gauge, count) in [
            (RECEIVING, counted(hub, |now| now.is_receiving)),
            (DOUBTED, counted(hub, |now| now.key_doubted.is_some())),
            (HELD_DOWN, counted(hub, |now| !now.flood_waits.is_empty())),
        ] {
            set(gauge, count);
        }
        set(GUESTS, u64::try_from(hub.guests.len()).unwrap_or(u64::MAX));
        // Without the database the last count stands.
        if let Ok(counts) = hub.store.read(Counts::read).await {
            for (gauge, count) in [
                (GAPS_OPEN, counts.open_gaps),
                (LOG_OUTS_PENDING, counts.pending_log_outs),
                (CHATS_KEPT_OUT, counts.missing.kept_out_chats),
                (MESSAGES_UNREADABLE, counts.missing.unreadable_messages),
            ] {
                set(gauge, count);
            }
        }
        Ok(())
    }
}

fn set(gauge: &'static str, count: u64) {
    metrics::gauge!(gauge).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}

/// How many running sessions are like that.
fn counted(hub: &Hub, is_so: impl Fn(&SessionSnapshot) -> bool) -> u64 {
    let all = hub.registry.all();
    let such = all.iter().filter(|handle| is_so(&handle.snapshot()));
    u64::try_from(such.count()).unwrap_or(u64::MAX)
}

/// How many sessions are in each state, also in those that none is in.
fn by_state(hub: &Hub) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<_, _> = SessionState::NAMES
        .into_iter()
        .map(|name| (name, 0))
        .collect();
    for handle in hub.registry.all() {
        *counts.entry(handle.snapshot().state.name()).or_default() += 1;
    }
    counts
}
