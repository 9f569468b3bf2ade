//! The note of what the command line has handed out.
//!
//! It owns the file `audit.log` in the data folder: one JSON object a line, appended, its owner's
//! alone. The commands have no log that anybody keeps, so the note cannot stand there.

use crate::cli::CommandError;
use crate::model::SessionName;
use chrono::{SecondsFormat, Utc};
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Notes that a session's string is about to be handed out. Without the note it must not be.
pub(super) fn note_export(
    data_dir: &Path,
    session: &SessionName,
    kind: &str,
    hub_runs: bool,
) -> Result<(), CommandError> {
    let path = data_dir.join("audit.log");
    append(&path, session, kind, hub_runs).map_err(|source| CommandError::Audit {
        path: path.display().to_string(),
        source,
    })
}

fn append(path: &Path, session: &SessionName, kind: &str, hub_runs: bool) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    let line = json!({
        "time": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        "target": "telegram_hub::audit",
        "message": "a session string was exported",
        "session": session.as_str(),
        "kind": kind,
        "hub_runs": hub_runs,
        // The user of this process, as the kernel says.
        "uid": fs::metadata("/proc/self").map(|found| found.uid()).ok(),
        "pid": std::process::id(),
    });
    // In one piece, so that two commands at a time do not mix their lines.
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}
