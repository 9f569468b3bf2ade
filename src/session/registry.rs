//! All sessions of the process by name.

use crate::model::{SessionId, SessionName, SessionState, UtcTime};
use crate::session::account::{Account, Phase, SessionContext};
use crate::session::handle::{COMMAND_CAPACITY, SessionHandle, Shared};
use crate::session::ladder::Ladder;
use crate::session::restore::RestoreTicket;
use crate::session::waiting::Waiting;
use dashmap::DashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Owns every session's task: it starts them, finds them and ends them.
pub struct Registry {
    context: Arc<SessionContext>,
    sessions: Arc<DashMap<SessionName, SessionHandle>>,
    tasks: TaskTracker,
    stop: CancellationToken,
    generations: AtomicU64,
}

impl Registry {
    /// An empty registry.
    pub fn new(context: Arc<SessionContext>) -> Self {
        Self {
            context,
            sessions: Arc::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            generations: AtomicU64::new(0),
        }
    }

    /// What the sessions share.
    pub fn context(&self) -> &Arc<SessionContext> {
        &self.context
    }

    /// The session of that name, if it runs.
    pub fn get(&self, name: &SessionName) -> Option<SessionHandle> {
        self.sessions.get(name).map(|entry| entry.value().clone())
    }

    /// The session with that row, if it runs.
    pub fn by_id(&self, id: SessionId) -> Option<SessionHandle> {
        let mut all = self.sessions.iter();
        all.find(|entry| entry.id == id)
            .map(|entry| entry.value().clone())
    }

    /// How many sessions run, whatever they do.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// All running sessions, in no order.
    pub fn all(&self) -> Vec<SessionHandle> {
        self.sessions
            .iter()
            .map(|entry| entry.value().clone())
            .collect()
    }

    /// The session of that name; if it does not run, it is started without a link, so that a
    /// login or a reconnect can be asked for.
    pub fn get_or_park(
        &self,
        name: &SessionName,
        id: SessionId,
        state: SessionState,
    ) -> SessionHandle {
        self.get_or_start(name, id, None, Phase::Wait(Waiting::parked(state)))
    }

    /// Starts a session that was given up since then for a reason that may pass, to try its key
    /// now and then.
    pub(super) fn revisit(
        &self,
        name: &SessionName,
        id: SessionId,
        state: SessionState,
        since: UtcTime,
    ) {
        let waiting = Account::parked(&self.context.timing, state, since);
        self.get_or_start(name, id, None, Phase::Wait(waiting));
    }

    /// The session of that name; if it does not run, it is started and connects.
    pub fn get_or_connect(&self, name: &SessionName, id: SessionId) -> SessionHandle {
        self.get_or_start(name, id, None, Phase::connect())
    }

    /// The same for a restore, which wants to know how the first attempt ends.
    pub(super) fn restore_one(&self, name: &SessionName, id: SessionId, ticket: RestoreTicket) {
        self.get_or_start(name, id, Some(ticket), Phase::connect());
    }

    fn get_or_start(
        &self,
        name: &SessionName,
        id: SessionId,
        restore: Option<RestoreTicket>,
        first: Phase,
    ) -> SessionHandle {
        // One step, so that two callers never start the same session twice.
        self.sessions
            .entry(name.clone())
            .or_insert_with(|| self.start(name.clone(), id, restore, first))
            .value()
            .clone()
    }

    fn start(
        &self,
        name: SessionName,
        id: SessionId,
        restore: Option<RestoreTicket>,
        first: Phase,
    ) -> SessionHandle {
        let (commands, receiver) = mpsc::channel(COMMAND_CAPACITY);
        let initial = match &first {
            Phase::Wait(waiting) => waiting.state().clone(),
            _ => SessionState::Connecting,
        };
        let handle = SessionHandle {
            name: name.clone(),
            id,
            generation: self.generations.fetch_add(1, Ordering::Relaxed),
            commands,
            shared: Arc::new(Shared::new(initial, self.context.link.lease.clone())),
            stop: self.stop.child_token(),
            ended: CancellationToken::new(),
        };
        let account = Account {
            context: Arc::clone(&self.context),
            id,
            name,
            commands: receiver,
            shared: Arc::clone(&handle.shared),
            stop: handle.stop.clone(),
            restore,
            failures: 0,
            hurried: false,
            ladder: Ladder::default(),
            doubts: 0,
            told_other: std::sync::atomic::AtomicI64::new(0),
        };
        let sessions = Arc::clone(&self.sessions);
        let own = handle.clone();
        self.tasks.spawn(async move {
            account.run(first).await;
            // A newer session of the same name is not ours to remove.
            sessions.remove_if(&own.name, |_, held| held.generation == own.generation);
            own.ended.cancel();
        });
        handle
    }

    /// Stops every session and waits until all have ended. No session can be started afterwards
    /// that would not end at once.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
