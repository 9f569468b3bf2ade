//! Where the database is, as one URL.
//!
//! It owns the parsing of the accepted schemes and keeps the password out of every text that
//! may be shown. It must not open anything but the empty file of a new SQLite database.

use crate::store::postgres_url::{PostgresUrl, PostgresUrlError};
use secrecy::{ExposeSecret as _, SecretString};
use std::path::Path;

/// Which database a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// `sqlite:`.
    Sqlite,
    /// `postgres://` or `postgresql://`.
    Postgres,
}

/// A database URL that names an engine which is compiled in. `Debug` and `Display` hide the password.
#[derive(Clone)]
pub struct DatabaseUrl {
    engine: Engine,
    /// libpq's connection string for Postgres, the path for SQLite.
    location: SecretString,
    /// What no text may show.
    #[cfg(feature = "postgres-system")]
    secrets: Vec<SecretString>,
    shown: String,
}

/// Why a text is no database URL for this hub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// There is no scheme, or an unknown one.
    #[error("the database URL must start with sqlite:, postgres:// or postgresql://{0}")]
    Scheme(String),
    /// The engine was left out when the hub was built.
    #[error("this hub was built without {0}; build it with the cargo feature `{0}`")]
    NotCompiledIn(&'static str),
    /// The PostgreSQL URL cannot be read, or not in one way alone.
    #[error("the database URL is not clear: {0}")]
    Postgres(#[from] PostgresUrlError),
    /// The SQLite URL names no file.
    #[error("the database URL names no file: write sqlite:<path>")]
    NoPath,
    /// An in-memory database would be another one for each connection.
    #[error(
        "the database URL must name a file: SQLite in memory is another database for each connection"
    )]
    InMemory,
}

/// Schemes of databases and drivers that the hub does not have, which may be named.
const OTHERS: [&str; 12] = [
    "file",
    "http",
    "https",
    "jdbc",
    "mariadb",
    "mongodb",
    "mssql",
    "mysql",
    "postgresql+asyncpg",
    "postgresql+psycopg",
    "postgresql+psycopg2",
    "sqlite3",
];

impl DatabaseUrl {
    /// Reads a URL.
    ///
    /// SQLite: `sqlite:<path>`, `sqlite://<path>`, `sqlite:///<absolute path>`; SQLAlchemy's
    /// `sqlite:///./x.db` is the relative path `./x.db` and `sqlite:////x` the absolute `/x`.
    /// PostgreSQL: what libpq takes,
    /// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let (scheme, rest) = text
            .split_once(':')
            .ok_or_else(|| DatabaseUrlError::Scheme(String::new()))?;
        match scheme {
            "sqlite" if cfg!(feature = "sqlite") => sqlite(rest),
            "sqlite" => Err(DatabaseUrlError::NotCompiledIn("sqlite")),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                if cfg!(feature = "postgres-system") {
                    Ok(postgres(scheme, rest)?)
                } else {
                    Err(DatabaseUrlError::NotCompiledIn("postgres"))
                }
            }
            // Nothing else is shown: without a scheme a password may stand before the colon.
            _ if OTHERS.contains(&scheme) => {
                Err(DatabaseUrlError::Scheme(format!(", not with {scheme}:")))
            }
            _ => Err(DatabaseUrlError::Scheme(String::new())),
        }
    }

    /// Which database it names.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The file of an SQLite database.
    pub fn sqlite_path(&self) -> Option<&Path> {
        (self.engine == Engine::Sqlite).then(|| Path::new(self.location.expose_secret()))
    }

    /// The connection string that libpq reads.
    #[cfg(feature = "postgres-system")]
    pub(super) fn for_libpq(&self) -> &str {
        self.location.expose_secret()
    }

    /// A URI with which SQLite opens the file and never makes one.
    /// Source: <https://www.sqlite.org/uri.html>.
    #[cfg(feature = "sqlite")]
    pub(super) fn for_sqlite(&self) -> String {
        use std::fmt::Write as _;
        let path = self.location.expose_secret();
        let mut uri = "file:".to_owned();
        if !Path::new(path).is_absolute() {
            uri.push_str("./");
        }
        for byte in path.bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
                uri.push(byte.into());
            } else {
                // Writing to a text cannot fail.
                _ = write!(uri, "%{byte:02X}");
            }
        }
        uri.push_str("?mode=rw");
        uri
    }

    /// Creates the file of a new SQLite database so that only its owner can read it.
    pub(super) fn prepare_file(&self) -> std::io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let Some(path) = self.sqlite_path() else {
            return Ok(());
        };
        let created = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        match created {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// A driver's text without the secrets. None is expected in it; a short one would be found in
    /// any text.
    #[cfg(feature = "postgres-system")]
    pub(super) fn redact(&self, text: &str) -> String {
        self.secrets
            .iter()
            .map(secrecy::ExposeSecret::expose_secret)
            .filter(|secret| secret.len() >= 4)
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let path = match rest.strip_prefix("//") {
        Some(path) if path.starts_with("/./") || path.starts_with("/../") => &path[1..],
        Some(path) if path.starts_with("//") => &path[1..],
        Some(path) => path,
        None => rest,
    };
    if path.is_empty() || path.ends_with('/') {
        return Err(DatabaseUrlError::NoPath);
    }
    if path.contains(":memory:") {
        return Err(DatabaseUrlError::InMemory);
    }
    Ok(DatabaseUrl {
        engine: Engine::Sqlite,
        location: path.into(),
        #[cfg(feature = "postgres-system")]
        secrets: Vec::new(),
        shown: format!("sqlite:{path}"),
    })
}

fn postgres(scheme: &str, rest: &str) -> Result<DatabaseUrl, PostgresUrlError> {
    let url = PostgresUrl::parse(scheme, rest.strip_prefix("//").unwrap_or(rest))?;
    Ok(DatabaseUrl {
        engine: Engine::Postgres,
        location: url.conninfo(),
        #[cfg(feature = "postgres-system")]
        secrets: url.secrets(),
        shown: url.shown,
    })
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DatabaseUrl({})", self.shown)
    }
}
