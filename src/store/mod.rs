//! The database: accounts, their keys, their captured messages and who holds them.
//!
//! One query path runs on SQLite and on PostgreSQL. This module owns the connections, the
//! transactions, the tables and the encryption of secrets at rest, and it alone names Diesel.
//! It must not know of Telegram, of HTTP, or of what a caller does with the rows.

#[cfg(not(any(feature = "sqlite", feature = "postgres-system")))]
compile_error!("choose a database: the feature `sqlite`, `postgres` or `postgres-system`");

mod backend;
#[cfg(feature = "postgres-system")]
mod beside;
mod checkout;
#[cfg(feature = "sqlite")]
mod checkpoint;
mod columns;
mod database_url;
mod error;
mod master_key;
mod migrate;
mod open;
mod outage;
mod paging;
mod pool;
mod postgres_url;
mod presence;
mod probe;
mod read_as;
mod schema;
#[cfg(feature = "sqlite")]
mod scrub;
mod tx;
mod values;
mod vault;
mod vault_keys;

pub mod archive_settings;
pub mod auth_keys;
pub mod backfills;
pub mod capture;
pub mod flood_waits;
pub mod gaps;
pub mod history;
pub mod history_intervals;
pub mod hub_lock;
pub mod listings;
pub mod log_outs;
pub mod media;
pub mod media_objects;
pub mod messages;
pub mod missing;
pub mod peer_links;
pub mod peers;
pub mod revisions;
pub mod search;
pub mod sends;
pub mod sequences;
pub mod sessions;
pub mod unreadable;
pub mod update_states;

pub use backend::AnyConnection;
pub use database_url::{DatabaseUrl, DatabaseUrlError, Engine};
pub use error::Error;
pub use master_key::{MasterKeyError, load_or_create_master_key};
pub use open::StoreSettings;
pub use outage::WritesHeld;
pub use pool::Store;
pub use postgres_url::PostgresUrlError;
pub use vault::{Sealed, Vault};
