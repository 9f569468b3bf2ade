//! `import`: an export of Telegram Desktop into the log of a session.

use crate::cli::CommandError;
use crate::config::StoreConfig;
use crate::hub::{ExportSource, ExportTaken, import_export};
use crate::model::SessionName;
use chrono::FixedOffset;
use clap::Args;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// What is to be taken in.
#[derive(Clone, Debug, Args)]
pub(super) struct GivenExport {
    /// The file, result.json.
    file: PathBuf,
    /// The session whose log gets the messages.
    #[arg(long, value_name = "NAME")]
    session: String,
    /// The zone of the computer that has made the export, such as +03:00. Only exports of before
    /// 2021 need it, whose times are local ones.
    #[arg(long, value_name = "±HH:MM", allow_hyphen_values = true)]
    utc_offset: Option<FixedOffset>,
}

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(config: &StoreConfig, given: &GivenExport) -> Result<(), CommandError> {
    let name = SessionName::parse(&given.session);
    let name = name.map_err(|error| CommandError::Name(error.to_string()))?;
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    // Lives as long as the process.
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupt.cancel();
        }
    });
    let source = ExportSource {
        file: &given.file,
        zone: given.utc_offset,
    };
    let mut told = Instant::now();
    let tell = |read: u64, size: u64, taken: &ExportTaken| {
        if told.elapsed() < TOLD_EVERY {
            return;
        }
        told = Instant::now();
        let percent = read * 100 / size.max(1);
        let messages = taken.messages;
        // Nothing is left to do about a closed standard error.
        drop(writeln!(
            io::stderr(),
            "telegram-hub: {percent} % of {} MiB read, {} messages stored, {} were there already",
            size >> 20,
            messages.stored,
            messages.known
        ));
    };
    let (taken, done) = import_export(config, &name, &source, &stop, tell).await;
    summarise(&taken)?;
    Ok(done?)
}

fn summarise(taken: &ExportTaken) -> io::Result<()> {
    super::warn(&taken.notes);
    let messages = taken.messages;
    let mut out = io::stdout().lock();
    writeln!(out, "stored\t{}", messages.stored)?;
    writeln!(out, "known\t{}", messages.known)?;
    for (name, count) in [
        ("gone", messages.gone),
        ("ahead", messages.ahead),
        ("unreadable", taken.unreadable),
        ("unknown_group", taken.of_unknown_groups),
    ] {
        if count > 0 {
            writeln!(out, "{name}\t{count}")?;
        }
    }
    Ok(())
}
