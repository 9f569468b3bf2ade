//! Whom messages reach: a hub sends by every form of address, and the data centre's ledger tells.
//!
//! Owns one run: a hub of one account, a crowd at the data centre, a seeded row of steps, and the
//! comparison of what was meant at each step with what the ledger holds in the end. It speaks to
//! the hub over HTTP alone, so that it judges any version of it.

mod address;
mod client;
mod crowd;
mod numbers;
mod steps;
mod verdict;

use crate::Failure;
use crate::database::Database;
use crate::hub::HubSettings;
use client::Caller;
use crowd::Crowd;
use local_dc::dc::{Dc, DcOptions};
use std::collections::BTreeMap;
use std::path::Path;
use steps::Run;

pub use verdict::Verdict;

/// What a run is to be.
#[derive(Debug)]
pub struct Setting<'a> {
    /// Which row of steps.
    pub seed: u64,
    /// Messages to send.
    pub messages: usize,
    /// The hub's binary.
    pub binary: &'a Path,
    /// Its database, empty.
    pub database: &'a Database,
}

/// What a run has come to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Which row of steps.
    pub seed: u64,
    /// Sends asked for.
    pub asked: usize,
    /// Sends that the hub says it made.
    pub answered: usize,
    /// Sends that it refused, by `X-Error-Code`.
    pub refused: BTreeMap<String, usize>,
    /// Calls about messages by number.
    pub changes: usize,
    /// Of these, those that were refused, by code.
    pub changes_refused: BTreeMap<String, usize>,
    /// Times that a username moved, and groups that were upgraded.
    pub moves: (usize, usize),
    /// What the ledger says.
    pub verdict: Verdict,
}

impl Outcome {
    /// Whether everything reached whom it was meant for, or nobody.
    pub fn passed(&self) -> bool {
        self.verdict.is_clean() && self.answered > 0 && !self.refused.contains_key("internal")
    }

    /// The figures, a line each.
    pub fn lines(&self) -> String {
        let codes = |codes: &BTreeMap<String, usize>| {
            let each: Vec<String> = codes
                .iter()
                .map(|(code, n)| format!("{code} {n}"))
                .collect();
            format!("{} ({})", codes.values().sum::<usize>(), each.join(", "))
        };
        let verdict = &self.verdict;
        [
            format!("seed {}", self.seed),
            format!("  sends asked for            {}", self.asked),
            format!("  sent                       {}", self.answered),
            format!("  refused                    {}", codes(&self.refused)),
            format!("  usernames moved            {}", self.moves.0),
            format!("  groups upgraded            {}", self.moves.1),
            format!("  calls by number            {}", self.changes),
            format!(
                "  of these refused           {}",
                codes(&self.changes_refused)
            ),
            format!("  wrong receivers            {}", verdict.wrong.len()),
            format!("  doubled                    {}", verdict.doubled.len()),
            format!("  answered and not there     {}", verdict.absent.len()),
            format!("  deleted outside the chat   {}", verdict.deleted.len()),
            format!("  changed outside the chat   {}", verdict.changed.len()),
        ]
        .join("\n")
    }
}

/// Carries a run through.
///
/// # Errors
/// When the hub does not start, or ends, or the data centre does not do what a step needs.
pub async fn run(setting: &Setting<'_>) -> Result<Outcome, Failure> {
    let dc = Dc::start(DcOptions::default())?;
    // One account looks up more people in a run than Telegram lets it in a day.
    dc.limit("contacts.resolveUsername", None);
    dc.limit("contacts.resolvePhone", None);
    let hub = HubSettings::new(setting.binary, setting.database, &dc)
        .start()
        .await?;
    let caller = Caller::new(&format!("http://{}", hub.client.host()))?;
    let crowd = Crowd::gather(&dc)?;
    caller.log_in(crowd::OWN_PHONE).await?;
    hub.wait_until_online(1).await?;
    let mut run = Run::new(&dc, &caller, crowd, setting.seed);
    run.carry_out(setting.messages).await?;
    let (plans, touched, mut outcome) = run.end();
    outcome.verdict = verdict::judge(&dc.ledger(), &plans, &touched);
    dc.stop().await;
    hub.terminate().await?;
    Ok(outcome)
}
