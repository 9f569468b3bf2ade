//! One run from an empty database to the verdict.
//!
//! Owns the order of things: accounts, hub, traffic and faults, rest, stop, comparison. A run
//! that cannot be carried through is a failure of the run, not a verdict.

use super::appearance::Appearances;
use super::drain;
use super::journal::Disturbance;
use super::plan::{Plan, Scale};
use super::strike::{Damage, deal_blows};
use super::traffic::Traffic;
use super::trouble::Victims;
use super::verdict::{self, Evidence, Verdict};
use crate::Failure;
use crate::database::{Database, GapRow, gaps, messages_after, revisions};
use crate::fleet::{self, Member};
use crate::hub::{Hub, HubSettings};
use crate::postgres::Server;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::ledger::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use telegram_hub::model::UtcTime;
use telegram_hub::store::{Engine, Store};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// How long it may take to catch up after the faults: a link that is stuck may be noticed after
/// 90 seconds.
const PATIENCE: Duration = Duration::from_secs(100);

/// How long a log with faults gets before it is compared again.
const RECHECK: Duration = Duration::from_secs(3);

/// What a run is about.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// From which everything follows.
    pub seed: u64,
    /// How large it is.
    pub scale: Scale,
    /// The hub's binary.
    pub binary: &'a Path,
    /// An empty database.
    pub database: &'a Database,
    /// Its server, if that may be stopped.
    pub server: Option<&'a Server>,
    /// Whether to write down what was found also when nothing was wrong.
    pub keep: bool,
}

/// Gaps over a whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Found.
    pub opened: usize,
    /// Filled.
    pub closed: usize,
}

impl Gaps {
    /// Left open.
    pub fn open(&self) -> usize {
        self.opened - self.closed
    }
}

/// How a run has gone.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// Its database.
    pub engine: Engine,
    /// What the comparison has found.
    pub verdict: Verdict,
    /// Gaps that the hub has found and filled.
    pub gaps: Gaps,
    /// Times that the hub was killed.
    pub kills: usize,
    /// Times that the database was stopped.
    pub outages: usize,
    /// Faults of links.
    pub links: usize,
    /// Faults of answers.
    pub answers: usize,
    /// Oddities of Telegram, and messages that hold one.
    pub oddities: usize,
    /// What was wrong beside the log itself.
    pub complaints: Vec<String>,
    /// How long the run took.
    pub took: Duration,
    /// Its files.
    pub dir: PathBuf,
}

impl Outcome {
    /// Whether nothing at all was wrong.
    pub fn passed(&self) -> bool {
        self.complaints.is_empty() && self.verdict.findings.is_empty()
    }
}

/// Carries a run through.
///
/// # Errors
/// When it cannot be carried through: the hub does not start, or the database fails.
pub async fn run(setting: &Setting<'_>) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let dc = Dc::start(DcOptions::default())?;
    let store = setting.database.open().await?;
    let members = fleet::enrol(&dc, &store, setting.scale.accounts).await?;
    let traffic = Traffic::new(&dc, &members, setting.seed)?;
    let settings = HubSettings::new(setting.binary, setting.database, &dc);
    let hub = settings.start().await?;
    hub.wait_until_online(members.len()).await?;
    let appearances = Appearances::watch(setting.database)?;
    let before = dc.ledger_len();

    let plan = Plan::new(setting.seed, &setting.scale, setting.server.is_some());
    let field = Field {
        setting,
        dc: &dc,
        members: &members,
        settings: &settings,
        plan: &plan,
    };
    let (hub, faults) = storm(&field, traffic, hub).await?;
    dc.clear_faults();
    let mut complaints = Vec::new();
    let ledger = dc.ledger();
    let judge = async || judge(&field, &store, (&ledger, before), &faults, &appearances).await;
    settle(&hub, &store, &members, judge, &mut complaints).await?;
    stop(hub, &mut complaints).await?;
    // The stop writes what was still under way, and must not break anything.
    let verdict = judge().await?;
    let gaps = count_gaps(&gaps(&store).await?, &mut complaints);
    if setting.keep || !verdict.findings.is_empty() {
        keep(&verdict, &ledger, setting.database.dir())?;
    }
    store.close().await;
    dc.stop().await;
    Ok(Outcome {
        seed: setting.seed,
        engine: setting.database.engine(),
        verdict,
        gaps,
        kills: plan.kills(),
        outages: plan.blows.len() - plan.kills(),
        links: setting.scale.links,
        answers: setting.scale.answers,
        oddities: setting.scale.oddities + setting.scale.unreadable,
        complaints,
        took: started.elapsed(),
        dir: setting.database.dir().to_owned(),
    })
}

/// Compares what is in the database by now.
async fn judge(
    field: &Field<'_>,
    store: &Store,
    (ledger, before): (&[Entry], usize),
    faults: &[Disturbance],
    appearances: &Appearances,
) -> Result<Verdict, Failure> {
    let (rows, revisions) = (messages_after(store, 0).await?, revisions(store).await?);
    Ok(verdict::compare(&Evidence {
        dc: field.dc,
        ledger,
        before,
        fleet: field.members,
        rows: &rows,
        revisions: &revisions,
        faults,
        unreadable: &field.plan.unreadable,
        appeared: &appearances.so_far(),
    }))
}

/// Leaves what is needed to find out why a run has failed: all findings, and the whole ledger.
fn keep(verdict: &Verdict, ledger: &[Entry], dir: &Path) -> Result<(), Failure> {
    let findings = verdict.findings.iter();
    let findings: Vec<String> = findings
        .map(|(kind, what)| format!("{kind:?}: {what}\n"))
        .collect();
    std::fs::write(dir.join("findings.txt"), findings.concat())?;
    std::fs::write(dir.join("late.txt"), verdict.late.concat())?;
    let ledger = serde_json::to_vec(ledger)?;
    Ok(std::fs::write(dir.join("ledger.json"), ledger)?)
}

/// A gap that is left open is a fault of the run, whatever the log looks like.
fn count_gaps(gaps: &[GapRow], complaints: &mut Vec<String>) -> Gaps {
    let open = gaps.iter().filter(|gap| gap.closed_at.is_none());
    let before = complaints.len();
    complaints.extend(open.map(|gap| {
        let (session, place, cause) = (gap.session_id, gap.box_id, &gap.cause);
        let reason = gap.reason.as_deref().unwrap_or("not looked at");
        format!("a gap is open: session {session}, sequence {place}, {cause}: {reason}")
    }));
    Gaps {
        opened: gaps.len(),
        closed: gaps.len() - (complaints.len() - before),
    }
}

/// What traffic and faults act on.
struct Field<'a> {
    setting: &'a Setting<'a>,
    dc: &'a Dc,
    members: &'a [Member],
    settings: &'a HubSettings,
    plan: &'a Plan,
}

/// Traffic and faults at the same time, to the end of both.
async fn storm(
    field: &Field<'_>,
    mut traffic: Traffic<'_>,
    hub: Hub,
) -> Result<(Hub, Vec<Disturbance>), Failure> {
    let damage = Arc::new(Damage::default());
    let (progress, seen) = watch::channel(0);
    let (setting, plan) = (field.setting, field.plan);
    let victims = Victims {
        dc: field.dc.clone(),
        fleet: Arc::new(field.members.to_vec()),
        channels: Arc::new(traffic.channels()),
        damage: Arc::clone(&damage),
    };
    let (written, hub, troubled) = tokio::join!(
        async {
            let written = traffic.write(&setting.scale, plan, &progress).await;
            // The faults that are still to come find the whole way gone.
            progress.send_replace(usize::MAX);
            written
        },
        deal_blows(
            hub,
            field.settings,
            setting.server,
            &plan.blows,
            seen.clone(),
            &damage
        ),
        victims.strike_all(&plan.troubles, seen),
    );
    written?;
    troubled?;
    drop(victims);
    // Every task that could have held the list has ended.
    let damage = Arc::into_inner(damage).map_or_else(Vec::new, Damage::into_list);
    let absences = traffic.into_absences().into_iter();
    let absences = absences.map(|absence| (absence, "Absence".to_owned()));
    let damage: Vec<_> = damage.into_iter().chain(absences).collect();
    write_down(&damage, &setting.database.dir().join("faults.log"))?;
    Ok((hub?, damage.into_iter().map(|(noted, _)| noted).collect()))
}

/// One line for each fault, with the times of the hub's own log.
fn write_down(damage: &[(Disturbance, String)], path: &Path) -> Result<(), Failure> {
    let time = |micros| UtcTime::from_micros(micros).map_or_else(String::new, |t| t.to_string());
    let lines: Vec<String> = damage
        .iter()
        .map(|(noted, what)| {
            let (from, until) = (time(noted.from), time(noted.until));
            let account = noted
                .account
                .map_or_else(|| "*".to_owned(), |n| n.to_string());
            let channel = noted.channel.map_or_else(String::new, |id| id.to_string());
            format!("{from} {until} {account} {what} {channel}")
        })
        .collect();
    Ok(std::fs::write(path, lines.join("\n") + "\n")?)
}

/// Waits until the log is as it should be, or until the hub has had its time; what healing takes
/// longer is shown by the delays.
async fn settle(
    hub: &Hub,
    store: &Store,
    members: &[Member],
    judge: impl AsyncFn() -> Result<Verdict, Failure>,
    complaints: &mut Vec<String>,
) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let rest = drain::wait(&hub.client, store, members.len(), deadline).await?;
        let verdict = judge().await?;
        let over = Instant::now() >= deadline;
        if !rest.settled && over {
            complaints.push(format!(
                "not at rest after {PATIENCE:.0?}: {} of {} accounts online, {} gaps open",
                rest.online,
                members.len(),
                rest.gaps_open
            ));
        }
        if over || (rest.settled && verdict.findings.is_empty()) {
            return Ok(());
        }
        sleep(RECHECK).await;
    }
}

/// A stop in good order ends within ten seconds with exit code 0.
async fn stop(hub: Hub, complaints: &mut Vec<String>) -> Result<(), Failure> {
    let (status, took) = hub.terminate().await?;
    if !status.success() || took > Duration::from_secs(10) {
        complaints.push(format!("the stop took {took:.1?} and ended with {status}"));
    }
    Ok(())
}
