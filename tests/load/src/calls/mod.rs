//! How often an account calls Telegram: a hub's and Telethon's, side by side in the same life.
//!
//! Owns one run: four lives at a data centre that is as hard as Telegram, each lived by an account
//! of the hub and by one of Telethon, and the data centre's own count of what each has called.

mod lives;
mod report;
mod telethon;

use crate::Failure;
use crate::database::Database;
use crate::fleet::{self, Member};
use crate::hub::{Hub, HubSettings};
use lives::{Life, Lives};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::rules::Rules;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use telegram_hub::model::{SessionId, UtcTime};
use telegram_hub::store::{Store, messages};
use telethon::Telethon;
use tokio::time::{Instant, sleep};

/// How long both are stopped before their restart.
const STOPPED: Duration = Duration::from_secs(5);
/// For how long after a restart calls are counted.
const FIRST_MINUTE: Duration = Duration::from_mins(1);
/// The first start is over when nobody has called for so long…
const STILL: Duration = Duration::from_secs(30);
/// …or after this.
const FIRST_START: Duration = Duration::from_mins(6);

/// What a run is to be.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The hub's binary.
    pub binary: &'a Path,
    /// A Python that has Telethon.
    pub python: &'a Path,
    /// The program that runs Telethon's clients.
    pub client: &'a Path,
    /// The hub's database, empty.
    pub database: &'a Database,
    /// How long calls are counted between the start and the restart.
    pub time: Duration,
}

/// Calls by method.
type Calls = BTreeMap<&'static str, u64>;

/// What one account has called.
#[derive(Clone, Debug, Default)]
struct Counted {
    /// In the time of the run.
    lived: Calls,
    /// In the first minute after the restart.
    restarted: Calls,
    /// Messages that it has taken in.
    heard: u64,
}

/// What all have called.
#[derive(Debug)]
pub struct Outcome {
    minutes: u64,
    /// Messages that were written to each busy account.
    written: u64,
    /// Each life with what the hub and Telethon called in it.
    lives: Vec<(Life, Counted, Counted)>,
    /// Calls of the hub's accounts before a wait was over that Telegram had asked for.
    inside_waits: u64,
}

/// Carries a run through.
///
/// # Errors
/// When the hub or Telethon do not start, or the data centre does not do what is asked.
pub async fn run(setting: &Setting<'_>) -> Result<Outcome, Failure> {
    let dc = Dc::start(DcOptions::default())?;
    dc.rule(|rules| *rules = Rules::telegram());
    let store = setting.database.open().await?;
    let members = fleet::enrol(&dc, &store, Life::ALL.len()).await?;
    let ground = Ground {
        setting,
        lives: Lives::prepare(&dc, &members)?,
        dc: &dc,
        store: &store,
        members: &members,
    };
    let lived = ground.live().await?;
    sleep(STOPPED).await;
    let restarted = ground.restart().await?;
    let outcome = ground.count(&lived, restarted)?;
    store.close().await;
    dc.stop().await;
    Ok(outcome)
}

/// From when to when, in microseconds since 1970.
type Span = (i64, i64);

/// What happens in a run.
struct Ground<'a> {
    setting: &'a Setting<'a>,
    dc: &'a Dc,
    store: &'a Store,
    members: &'a [Member],
    lives: Lives<'a>,
}

/// The time between the first start and the restart.
struct Lived {
    span: Span,
    written: u64,
    captured: Vec<u64>,
    heard: Vec<u64>,
}

impl Ground<'_> {
    async fn start(&self) -> Result<(Hub, Telethon), Failure> {
        let settings = HubSettings::new(self.setting.binary, self.setting.database, self.dc);
        let hub = settings.start().await?;
        let telethon = Telethon::start(self.setting, self.dc, &self.lives).await?;
        Ok((hub, telethon))
    }

    async fn live(&self) -> Result<Lived, Failure> {
        let (hub, telethon) = self.start().await?;
        hub.wait_until_online(self.members.len()).await?;
        self.until_still().await?;
        let before = self.rows().await?;
        let from = now();
        let written = self.lives.pass(self.setting.time).await?;
        let span = (from, now());
        hub.terminate().await?;
        let heard = telethon.stop().await?;
        let after = self.rows().await?.into_iter();
        let captured = after.zip(before).map(|(after, before)| after - before);
        Ok(Lived {
            span,
            written,
            captured: captured.collect(),
            heard,
        })
    }

    async fn restart(&self) -> Result<Span, Failure> {
        let from = now();
        let (hub, telethon) = self.start().await?;
        sleep(FIRST_MINUTE).await;
        let span = (from, now());
        hub.terminate().await?;
        telethon.stop().await?;
        Ok(span)
    }

    fn count(&self, first: &Lived, restarted: Span) -> Result<Outcome, Failure> {
        let count = |phone: &str, heard: Option<&u64>| -> Result<Counted, Failure> {
            let between = |(from, to): Span| {
                let counted = self.dc.calls_between(phone, from, to);
                counted.map_err(|refusal| fleet::refused(&refusal))
            };
            Ok(Counted {
                lived: between(first.span)?,
                restarted: between(restarted)?,
                heard: heard.copied().unwrap_or_default(),
            })
        };
        let mut all = Vec::new();
        for (at, life) in Life::ALL.into_iter().enumerate() {
            let hub = count(&self.lives.hub[at], first.captured.get(at))?;
            let telethon = count(&self.lives.telethon[at], first.heard.get(at))?;
            all.push((life, hub, telethon));
        }
        let waits = self.dc.calls_inside_waits();
        let waits = self
            .members
            .iter()
            .filter_map(|one| waits.get(&one.user_id));
        Ok(Outcome {
            minutes: self.setting.time.as_secs() / 60,
            written: first.written,
            lives: all,
            inside_waits: waits.sum(),
        })
    }

    /// How many messages each account's log has.
    async fn rows(&self) -> Result<Vec<u64>, Failure> {
        let sessions: Vec<SessionId> = self.members.iter().map(|one| one.session).collect();
        let counted = self.store.read(move |conn| {
            let counted = sessions.iter().map(|id| messages::count(conn, *id));
            counted.collect::<Result<Vec<i64>, _>>()
        });
        let counted = counted.await?.into_iter();
        Ok(counted
            .map(|rows| u64::try_from(rows).unwrap_or(0))
            .collect())
    }

    /// Waits until what a first start asks for has been asked.
    async fn until_still(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + FIRST_START;
        let (mut seen, mut since) = (0, Instant::now());
        while since.elapsed() < STILL && Instant::now() < deadline {
            let mut all = 0;
            for phone in self.lives.everybody() {
                let calls = self.dc.calls_of(phone);
                all += calls.map_err(|refusal| fleet::refused(&refusal))?.len();
            }
            if all != seen {
                (seen, since) = (all, Instant::now());
            }
            sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }
}

fn now() -> i64 {
    UtcTime::now().as_micros()
}
