//! `session list`.

use crate::cli::CommandError;
use crate::config::StoreConfig;
use crate::hub::open_store;
use crate::store::sessions::{self, SessionRow};
use std::io::{self, Write as _};

/// Prints the stored sessions, oldest first.
pub(super) async fn list(config: &StoreConfig) -> Result<(), CommandError> {
    let store = open_store(config).await?;
    let rows = store.read(|conn| sessions::list(conn, None)).await;
    store.close().await;
    let mut out = io::stdout().lock();
    writeln!(out, "name\tstate\treason\tuser_id\tusername\tcreated_at")?;
    for row in rows? {
        writeln!(out, "{}", line(&row))?;
    }
    Ok(())
}

/// One row; a dash stands for what there is not.
fn line(row: &SessionRow) -> String {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        row.name.to_string(),
        row.state.as_str().to_owned(),
        or_dash(row.state_reason.clone()),
        or_dash(row.user_id.map(|id| id.to_string())),
        or_dash(row.username.clone()),
        row.created_at.to_string(),
    ]
    .join("\t")
}
