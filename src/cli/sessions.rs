//! `session list`, `session import` and `session export`.

use crate::cli::{CommandError, audit};
use crate::config::{Config, StoreConfig};
use crate::hub::{StartError, import_offline, open_store};
use crate::model::{Reach, SessionName, StoredSession, StringKind};
use crate::session::{ForeignKey, export};
use crate::store::hub_lock;
use crate::store::sessions;
use crate::telegram::Server;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use std::io::{self, Write as _};

/// A session string on the command line.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct GivenString {
    /// A string of Telethon; `-` reads it from standard input, where no other user sees it.
    #[arg(long, value_name = "STRING")]
    telethon: Option<SecretString>,
    /// A string of Pyrogram; `-` reads it from standard input.
    #[arg(long, value_name = "STRING")]
    pyrogram: Option<SecretString>,
}

/// Whose string is to be written.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct WantedString {
    /// A string for Telethon.
    #[arg(long)]
    telethon: bool,
    /// A string for Pyrogram.
    #[arg(long)]
    pyrogram: bool,
}

impl WantedString {
    const fn kind(self) -> StringKind {
        if self.pyrogram {
            StringKind::Pyrogram
        } else {
            StringKind::Telethon
        }
    }
}

impl GivenString {
    fn read(self) -> Result<(SecretString, StringKind), CommandError> {
        let (given, kind) = match (self.telethon, self.pyrogram) {
            (Some(string), _) => (string, StringKind::Telethon),
            (None, string) => (string.unwrap_or_default(), StringKind::Pyrogram),
        };
        if given.expose_secret() != "-" {
            return Ok((given, kind));
        }
        Ok((io::read_to_string(io::stdin())?.into(), kind))
    }
}

/// Takes an account over while no hub runs on the database.
pub(super) async fn import(
    config: &Config,
    name: &str,
    string: GivenString,
) -> Result<(), CommandError> {
    let name = SessionName::parse(name).map_err(|error| CommandError::Name(error.to_string()))?;
    let (string, kind) = string.read()?;
    let key = ForeignKey::read(&string, Some(kind)).map_err(CommandError::Session)?;
    let user = import_offline(config, &name, key).await?;
    let shown = user.name.unwrap_or_else(|| user.peer_id.to_string());
    writeln!(
        io::stdout(),
        "{name} is {shown}, and is online once the hub runs."
    )?;
    Ok(())
}

/// Prints the session string of a logged-in account.
pub(super) async fn write(
    config: &Config,
    name: &str,
    wanted: WantedString,
) -> Result<(), CommandError> {
    let name = SessionName::parse(name).map_err(|error| CommandError::Name(error.to_string()))?;
    let server = Server::resolve(&config.telegram.server).map_err(StartError::from)?;
    let store = open_store(&config.store).await?;
    let holder = store.read(hub_lock::holder).await;
    let string = export(&store, &server, &name, wanted.kind()).await;
    store.close().await;
    let (holder, string) = (holder?, string.map_err(CommandError::Session)?);
    if let Some(hub) = &holder {
        let (pid, seen) = (hub.instance.pid, hub.heartbeat_at);
        super::warn(&[format!(
            "a hub holds this database (process {pid}, last sign of life at {seen}) and has the \
             account connected: log nothing in with this string before that hub is stopped, or \
             Telegram ends the key and the account is logged out everywhere"
        )]);
    }
    let kind = if wanted.pyrogram {
        "pyrogram"
    } else {
        "telethon"
    };
    audit::note_export(&config.store.data_dir, &name, kind, holder.is_some())?;
    writeln!(io::stdout(), "{}", string.expose_secret())?;
    Ok(())
}

/// Prints the stored sessions, oldest first.
pub(super) async fn list(config: &StoreConfig) -> Result<(), CommandError> {
    let store = open_store(config).await?;
    let rows = store
        .read(|conn| sessions::list(conn, &Reach::default(), None))
        .await;
    store.close().await;
    let mut out = io::stdout().lock();
    writeln!(out, "name\tstate\treason\tuser_id\tusername\tcreated_at")?;
    for row in rows? {
        writeln!(out, "{}", line(&row))?;
    }
    Ok(())
}

/// One row; a dash stands for what there is not.
fn line(row: &StoredSession) -> String {
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
