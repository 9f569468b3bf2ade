//! The phase in which updates flow and calls are served.

use crate::model::{GapCause, HealStep, LoggedOut, MessageBox, Peer, SessionState, UtcTime};
use crate::session::account::{Account, Phase};
use crate::session::capture::capture;
use crate::session::crossings::Crossings;
use crate::session::handle::{Command, Reply};
use crate::session::history::Backfiller;
use crate::session::login::{LoginStarted, no_login};
use crate::session::reconcile::{Pace, Reconciler};
use crate::session::waiting::{Reconnected, Waiting};
use crate::session::watchdog::{Finding, Watchdog};
use crate::store::{self, gaps, update_states};
use crate::telegram::{self, AccountRef, Link, Updates};
use log::{error, info, warn};
use std::pin::pin;
use std::sync::Arc;
use tokio::time::Instant;

/// A link that Telegram has accepted.
pub(super) struct Online {
    pub(super) link: Arc<Link>,
    pub(super) updates: Updates,
    pub(super) user: Peer,
}

/// Why the phase has ended.
enum Ending {
    Failed(telegram::Error),
    Due(HealStep, String),
    Refused(String),
    LogOut(Reply<LoggedOut>),
    /// The hub may not speak to Telegram any more.
    Silent,
    Stopped,
}

impl Account {
    /// Captures updates until the link fails, the key is refused, or somebody ends it.
    pub(super) async fn stay_online(&mut self, online: Online) -> Phase {
        let Online {
            link,
            mut updates,
            user,
        } = online;
        let since = Instant::now();
        metrics::counter!(crate::metrics::CONNECTS, "outcome" => "online").increment(1);
        let owner = Arc::downgrade(&self.shared);
        link.belong_to(owner);
        self.shared.link.send_replace(Some(Arc::clone(&link)));
        // After a step against updates that do not arrive that has to be seen first.
        match self.ladder.is_climbing() {
            true => self.shared.vitals.note_receiving(false),
            false if link.has_told_place() => self.shared.vitals.note_receiving(true),
            false => self.shared.vitals.await_place(),
        }
        self.shared.enter(SessionState::Online);
        self.note_outcome(true);

        let account = AccountRef {
            session_id: self.id,
            own: Some(user.peer_id),
        };
        let ending = self.serve(&link, &mut updates, account).await;

        self.shared.link.send_replace(None);
        self.shared.vitals.note_receiving(false);
        if since.elapsed() >= self.context.timing.stable_after {
            self.note_stable();
        }
        self.after(ending, &link).await
    }

    /// What follows on the time online, and what becomes of the link.
    async fn after(&mut self, ending: Ending, link: &Link) -> Phase {
        match ending {
            Ending::Due(step, reason) => {
                link.abort();
                self.anew(step, &reason)
            }
            Ending::Failed(error @ telegram::Error::Broken) => {
                self.anew(HealStep::Rebuild, &error.to_string())
            }
            // A question whose answer was waited for longer than a probe's.
            Ending::Failed(error @ telegram::Error::Timeout) => {
                link.abort();
                self.anew(HealStep::Reconnect, &error.to_string())
            }
            // The question that was under way when the connection was made anew.
            Ending::Failed(error @ telegram::Error::Unreachable(_))
                if self.ladder.is_reconnecting() =>
            {
                link.abort();
                self.hurry(&error.to_string())
            }
            Ending::Failed(error) => {
                link.abort();
                if error.refuses_position() {
                    self.forget_position().await;
                }
                self.failed(&error)
            }
            Ending::Refused(reason) => {
                link.abort();
                self.refused(reason).await
            }
            Ending::Silent => {
                link.abort();
                self.silent()
            }
            Ending::LogOut(reply) => self.end_logged_out(link, reply).await,
            Ending::Stopped => {
                self.flush_position(link).await;
                link.close().await;
                Phase::End
            }
        }
    }

    async fn serve(&mut self, link: &Link, updates: &mut Updates, account: AccountRef) -> Ending {
        let Self {
            context,
            shared,
            commands,
            stop,
            ladder,
            name,
            ..
        } = self;
        let timing = &context.timing;
        let mut watchdog = Watchdog::new(name, link, shared, ladder, timing);
        // Both futures live as long as the phase: dropping a half-received batch would lose it
        // until the next start.
        let crossings = Crossings::new(Arc::clone(&shared.looks));
        let mut capturing = pin!(capture(
            (&context.writer, &context.store),
            link.session(),
            updates,
            account,
            &shared.vitals,
            &crossings
        ));
        let reconciler = Reconciler {
            context,
            name,
            link,
            account,
            vitals: &shared.vitals,
            crossings: &crossings,
            pace: Pace::new(context.timing.reconcile_pace),
        };
        let mut reconciling = pin!(reconciler.run());
        let backfiller = Backfiller::new(context, shared, name, account);
        let mut backfilling = pin!(backfiller.run());
        let mut watching = pin!(watchdog.watch());
        loop {
            tokio::select! {
                // The reasons before what follows from them.
                biased;
                reason = link.ended() => return Ending::Refused(reason),
                () = stop.cancelled() => return Ending::Stopped,
                () = context.link.lease.lost() => return Ending::Silent,
                () = link.down() => return Ending::Failed(telegram::Error::Broken),
                finding = &mut watching => return match finding {
                    Finding::Failed(error) => ending(error),
                    Finding::Due(step, reason) => Ending::Due(step, reason),
                },
                command = commands.recv() => match command.map(|boxed| *boxed) {
                    None => return Ending::Stopped,
                    Some(Command::LogOut { reply }) => return Ending::LogOut(reply),
                    Some(command) => answer(command),
                },
                error = &mut capturing => return ending(error),
                () = &mut reconciling => {}
                () = &mut backfilling => {}
            }
        }
    }

    async fn end_logged_out(&self, link: &Link, reply: Reply<LoggedOut>) -> Phase {
        let answer = self.log_out(Some(link)).await;
        let next = if answer.is_ok() {
            Phase::Wait(Waiting::parked(SessionState::Stopped))
        } else {
            // Nothing was written down: the account stays what it was.
            link.close().await;
            Phase::connect()
        };
        drop(reply.send(answer));
        next
    }

    /// Telegram does not know the place that the account left off at, and asking again would not
    /// change that: the next link starts from where Telegram is, and what lies between is a gap.
    async fn forget_position(&self) {
        warn!(
            session = self.name.as_str();
            "Telegram does not know the stored position; what has come since then is fetched"
        );
        let id = self.id;
        let forgotten = self.context.store.write(move |conn| {
            let position = update_states::load(conn, id)?.unwrap_or_default();
            let channels = position.channels.into_iter();
            let channels = channels.map(|(channel, _)| MessageBox::channel(channel));
            for message_box in channels.chain([MessageBox::ACCOUNT]) {
                let now = UtcTime::now();
                gaps::open(conn, id, message_box, GapCause::PositionRefused, now)?;
            }
            update_states::delete(conn, id)
        });
        if let Err(error) = forgotten.await {
            error!(session = self.name.as_str(); "the position cannot be forgotten: {error}");
        }
    }

    /// Positions that moved without messages wait in memory; a stop in good order keeps them.
    async fn flush_position(&self, link: &Link) {
        if let Err(error) = self.write_position(link).await {
            // The older position replays what follows; the log's unique keys absorb it.
            info!(session = self.name.as_str(); "the position is not stored at the stop: {error}");
        }
    }

    /// Stores the position that waits in memory, if there is one.
    ///
    /// The first one of an account must be stored before the account is online: without it a
    /// lost link would go on from where Telegram is by then.
    pub(super) async fn write_position(&self, link: &Link) -> Result<(), store::Error> {
        let Some(position) = link.session().settled_position() else {
            return Ok(());
        };
        let id = self.id;
        self.context
            .store
            .write(move |conn| update_states::put(conn, id, &position, UtcTime::now()))
            .await?;
        link.session().position_written();
        Ok(())
    }
}

fn ending(error: telegram::Error) -> Ending {
    match error.needs_login() {
        Some(reason) => Ending::Refused(reason.to_owned()),
        None if matches!(error, telegram::Error::NotHeld) => Ending::Silent,
        None => Ending::Failed(error),
    }
}

/// What an online session has to say to everything but a log-out. Nobody may be waiting for the
/// answer any more, which is no fault.
fn answer(command: Command) {
    match command {
        Command::StartLogin { reply, .. } => drop(reply.send(Ok(LoginStarted::AlreadyLoggedIn))),
        Command::SubmitCode { reply, .. } | Command::SubmitPassword { reply, .. } => {
            drop(reply.send(Err(no_login())));
        }
        Command::Reconnect { reply } => drop(reply.send(Ok(Reconnected::AlreadyConnected))),
        // It ends the phase, and comes here never.
        Command::LogOut { reply } => drop(reply),
    }
}
