//! What a run says: tables of calls by method, and whether the hub calls too often.
//!
//! Owns the limits and the words.

use super::lives::Life;
use super::{Calls, Counted, Outcome};
use std::collections::BTreeSet;

/// The most calls of a quiet account in an hour, in however many channels it is.
const QUIET_HOUR: u64 = 120;
/// The most calls in the first minute after a restart when nothing was missed.
const RESTART: u64 = 25;

fn sum(calls: &Calls) -> u64 {
    calls.values().sum()
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {first} | {} |\n", cells.join(" | "))
}

fn name(life: Life) -> String {
    let kind = if life.busy { "busy" } else { "quiet" };
    format!("{kind}, {} channels", life.channels)
}

impl Outcome {
    /// The tables, as Markdown.
    pub fn tables(&self) -> String {
        let lived = self.table(&format!("{} minutes", self.minutes), |of| &of.lived);
        let restarted = self.table("restart, first minute", |of| &of.restarted);
        let heard = self.lives.iter().filter(|(life, ..)| life.busy);
        let heard = heard.map(|(life, hub, telethon)| {
            format!(
                "{}: written {}, captured by the hub {}, heard by Telethon {}\n",
                name(*life),
                self.written,
                hub.heard,
                telethon.heard
            )
        });
        let waits = format!("calls of the hub inside a wait: {}\n", self.inside_waits);
        [lived, restarted]
            .into_iter()
            .chain(heard)
            .chain([waits])
            .collect()
    }

    fn table(&self, title: &str, part: fn(&Counted) -> &Calls) -> String {
        let each = || {
            self.lives
                .iter()
                .map(|(_, hub, telethon)| (part(hub), part(telethon)))
        };
        let methods: BTreeSet<&str> = each()
            .flat_map(|(hub, telethon)| hub.keys().chain(telethon.keys()))
            .copied()
            .collect();
        let heads = self.lives.iter().map(|(life, ..)| name(*life));
        let head = row(&format!("{title}: hub / Telethon"), heads);
        let rule = row("---", each().map(|_| "---".to_owned()));
        let rows = methods.into_iter().map(|method| {
            let of = |calls: &Calls| calls.get(method).copied().unwrap_or_default();
            let cells = each().map(|(hub, telethon)| format!("{} / {}", of(hub), of(telethon)));
            row(&format!("`{method}`"), cells)
        });
        let all = each().map(|(hub, telethon)| format!("{} / {}", sum(hub), sum(telethon)));
        let rows = rows.chain([row("all", all)]).collect::<String>();
        format!("{head}{rule}{rows}\n")
    }

    /// In what the hub calls too often, or has lost something.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (life, hub, _) in &self.lives {
            let name = name(*life);
            let (lived, restarted) = (sum(&hub.lived), sum(&hub.restarted));
            let most = QUIET_HOUR * self.minutes.max(1).div_ceil(60);
            if !life.busy && lived > most {
                complaints.push(format!("{name}: {lived} calls, at most {most} are good"));
            }
            if restarted > RESTART {
                complaints.push(format!(
                    "{name}: {restarted} calls in the first minute after a restart"
                ));
            }
            if life.busy && hub.heard != self.written {
                let (heard, written) = (hub.heard, self.written);
                complaints.push(format!("{name}: {heard} of {written} messages captured"));
            }
        }
        if self.inside_waits > 0 {
            complaints.push(format!("{} calls inside a wait", self.inside_waits));
        }
        complaints
    }
}
