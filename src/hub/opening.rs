//! Opening the database of the settings, and what is to be said of it before.
//!
//! Owns the data folder's making and the warnings about what others can read. What is checked in
//! the database is the store's matter.

use crate::config::{Exposure, StoreConfig};
use crate::hub::StartError;
use crate::store::{DatabaseUrl, Store, StoreSettings, load_or_create_master_key};
use secrecy::ExposeSecret as _;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// How long a request waits for a free database connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the database of the settings and brings its tables up to date.
pub async fn open_store(config: &StoreConfig) -> Result<Store, StartError> {
    let folder = &config.data_dir;
    // Messages and keys lie in it: a folder of the hub's own making is its owner's alone.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| StartError::DataDir {
            path: folder.display().to_string(),
            source,
        })?;
    let url = DatabaseUrl::parse(config.database_url.expose_secret())?;
    // Before the database is opened, which may fold its log and remove it.
    warn_of_exposed_files(config, &url);
    let vault = load_or_create_master_key(config.master_key.as_ref(), folder, &url).await?;
    let settings = StoreSettings {
        url,
        pool_size: config.pool_size,
        acquire_timeout: ACQUIRE_TIMEOUT,
    };
    Ok(Store::open(&settings, vault).await?)
}

/// Messages and keys lie in these: whoever reads them has the accounts' past, and with the master
/// key the accounts themselves.
fn warn_of_exposed_files(config: &StoreConfig, url: &DatabaseUrl) {
    let mut paths = vec![config.data_dir.clone(), config.data_dir.join("master.key")];
    if let Some(database) = url.sqlite_path() {
        paths.extend(["", "-wal", "-shm"].map(|end| {
            let mut path = database.as_os_str().to_owned();
            path.push(end);
            PathBuf::from(path)
        }));
    }
    for exposure in paths.iter().filter_map(|path| Exposure::of(path)) {
        log::warn!("{exposure}");
    }
}
