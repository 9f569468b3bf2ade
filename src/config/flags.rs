//! The flags and variables as they are written, before any check.

use crate::config::{ConfigError, Given, LimitFlags, SecretFiles, secret_files};
use clap::Parser;
use secrecy::{ExposeSecret as _, SecretString};

/// Settings of the hub. Each flag can also be set by the variable named beside it.
///
/// Flags win over variables, and variables over the file `.env`. An empty value counts as unset.
/// Prefer variables for secrets: a command line can be read by every user of the machine.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "telegram-hub", version)]
pub struct Flags {
    /// Address and port to listen on [default: 127.0.0.1:8000].
    #[arg(long, global = true, env = "HUB_LISTEN", hide_env_values = true)]
    pub listen: Option<String>,
    /// Key that clients must show; required when listening on anything but loopback.
    #[arg(long, global = true, env = "HUB_API_KEY", hide_env_values = true)]
    pub api_key: Option<SecretString>,
    /// Host names, separated by commas, that requests may be addressed to.
    #[arg(long, global = true, env = "HUB_ALLOWED_HOSTS", hide_env_values = true)]
    pub allowed_hosts: Option<String>,
    /// Wrong keys that each client address may show in a minute, 0 (no limit) to 10000
    /// [default: 10].
    #[arg(
        long,
        global = true,
        env = "HUB_WRONG_KEYS_PER_MINUTE",
        hide_env_values = true
    )]
    pub wrong_keys_per_minute: Option<String>,
    /// Doors to open, separated by commas [default: all].
    #[arg(long, global = true, env = "HUB_DOORS", hide_env_values = true)]
    pub doors: Option<String>,
    /// Threads that serve HTTP, 1 to 256 [default: 2].
    #[arg(long, global = true, env = "HUB_HTTP_WORKERS", hide_env_values = true)]
    pub http_workers: Option<String>,
    /// What a client may cost.
    #[command(flatten)]
    pub limits: LimitFlags,
    /// Folder of everything the hub writes to disk [default: ./data].
    #[arg(long, global = true, env = "HUB_DATA_DIR", hide_env_values = true)]
    pub data_dir: Option<String>,
    /// Database: postgres://… or sqlite://… [default: hub.db in the data folder].
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// Database connections, 1 to 1000 [default: 8].
    #[arg(long, global = true, env = "HUB_POOL_SIZE", hide_env_values = true)]
    pub pool_size: Option<String>,
    /// Key that encrypts secrets at rest; a file in the data folder when unset.
    #[arg(long, global = true, env = "HUB_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<SecretString>,
    /// Telegram api id, from <https://my.telegram.org>; `API_ID` is read as well.
    #[arg(long, global = true, env = "TELEGRAM_API_ID", hide_env_values = true)]
    pub telegram_api_id: Option<String>,
    /// Telegram api hash, from <https://my.telegram.org>; `API_HASH` is read as well.
    #[arg(long, global = true, env = "TELEGRAM_API_HASH", hide_env_values = true)]
    pub telegram_api_hash: Option<SecretString>,
    #[doc(hidden)]
    #[arg(
        long,
        global = true,
        env = "API_ID",
        hide_env_values = true,
        hide = true
    )]
    pub fallback_api_id: Option<String>,
    #[doc(hidden)]
    #[arg(
        long,
        global = true,
        env = "API_HASH",
        hide_env_values = true,
        hide = true
    )]
    pub fallback_api_hash: Option<SecretString>,
    /// Telegram's servers: production, test, or host:port of another [default: production].
    #[arg(long, global = true, env = "TELEGRAM_SERVER", hide_env_values = true)]
    pub telegram_server: Option<String>,
    /// RSA public key (PKCS#1 PEM, or a file with it) of the server host:port.
    #[arg(
        long,
        global = true,
        env = "TELEGRAM_SERVER_KEY",
        hide_env_values = true
    )]
    pub telegram_server_key: Option<String>,
    /// Device model that accounts show under active sessions [default: telegram-hub].
    #[arg(long, global = true, env = "HUB_DEVICE_MODEL", hide_env_values = true)]
    pub device_model: Option<String>,
    /// System version that accounts show [default: Linux].
    #[arg(
        long,
        global = true,
        env = "HUB_SYSTEM_VERSION",
        hide_env_values = true
    )]
    pub system_version: Option<String>,
    /// Application version that accounts show [default: the hub's version].
    #[arg(long, global = true, env = "HUB_APP_VERSION", hide_env_values = true)]
    pub app_version: Option<String>,
    /// Language code of the accounts' connections [default: en].
    #[arg(long, global = true, env = "HUB_LANG", hide_env_values = true)]
    pub lang: Option<String>,
    /// Accounts brought back at the same time at start, 1 to 10000 [default: 50].
    #[arg(
        long,
        global = true,
        env = "HUB_RESTORE_CONCURRENCY",
        hide_env_values = true
    )]
    pub restore_concurrency: Option<String>,
    /// Connections that all accounts together make in a second, 1 to 10000 [default: 300].
    #[arg(
        long,
        global = true,
        env = "HUB_CONNECTS_PER_SECOND",
        hide_env_values = true
    )]
    pub connects_per_second: Option<String>,
    /// Login codes that all accounts together ask for in a minute, 1 to 100000 [default: 30].
    #[arg(
        long,
        global = true,
        env = "HUB_LOGINS_PER_MINUTE",
        hide_env_values = true
    )]
    pub logins_per_minute: Option<String>,
    /// Addresses and networks, separated by commas, whose files may be fetched although they are
    /// not public.
    #[arg(long, global = true, env = "HUB_FETCH_ALLOW", hide_env_values = true)]
    pub fetch_allow: Option<String>,
    /// Seconds that a file may take to arrive from a URL, 1 to 3600 [default: 60].
    #[arg(long, global = true, env = "HUB_FETCH_TIMEOUT", hide_env_values = true)]
    pub fetch_timeout: Option<String>,
    /// Milliseconds between two sends of an account, 0 to 60000 [default: 50].
    #[arg(long, global = true, env = "HUB_SEND_INTERVAL", hide_env_values = true)]
    pub send_interval: Option<String>,
    /// Milliseconds between two sends of an account to one chat, 0 to 60000 [default: 1000].
    #[arg(
        long,
        global = true,
        env = "HUB_CHAT_SEND_INTERVAL",
        hide_env_values = true
    )]
    pub chat_send_interval: Option<String>,
    /// Usernames that an account looks up in a minute, 0 (no limit) to 10000 [default: 10].
    #[arg(
        long,
        global = true,
        env = "HUB_LOOKUPS_PER_MINUTE",
        hide_env_values = true
    )]
    pub lookups_per_minute: Option<String>,
    /// Seconds that requests may go on after a stop signal, 1 to 60 [default: 5].
    #[arg(
        long,
        global = true,
        env = "HUB_SHUTDOWN_TIMEOUT",
        hide_env_values = true
    )]
    pub shutdown_timeout: Option<String>,
    /// Session of calls that name none [default: the only one there is].
    #[arg(
        long,
        global = true,
        env = "HUB_DEFAULT_SESSION",
        hide_env_values = true
    )]
    pub default_session: Option<String>,
    /// Session string of Telethon that is imported at the first start.
    #[arg(long, global = true, env = "TELETHON_SESSION", hide_env_values = true)]
    pub telethon_session: Option<SecretString>,
    #[doc(hidden)]
    #[arg(
        long,
        global = true,
        env = "TELETHON_API_ID",
        hide_env_values = true,
        hide = true
    )]
    pub telethon_api_id: Option<String>,
    #[doc(hidden)]
    #[arg(
        long,
        global = true,
        env = "TELETHON_API_HASH",
        hide_env_values = true,
        hide = true
    )]
    pub telethon_api_hash: Option<SecretString>,
    #[doc(hidden)]
    #[arg(
        long,
        global = true,
        env = "TELETHON_HTTP_LISTEN_ADDRESS",
        hide_env_values = true,
        hide = true
    )]
    pub telethon_listen: Option<String>,
    /// What is logged, such as `info` or `info,telegram_hub=debug`.
    #[arg(long, global = true, env = "HUB_LOG", hide_env_values = true)]
    pub log: Option<String>,
    /// How it is logged: human or json [default: human].
    #[arg(long, global = true, env = "HUB_LOG_FORMAT", hide_env_values = true)]
    pub log_format: Option<String>,
    /// Secrets out of files.
    #[command(flatten)]
    pub secret_files: SecretFiles,
    /// What is set of the doors, whose flags a command has beside these: see [`crate::config::parse`].
    #[arg(skip)]
    pub given: Given,
}

impl Flags {
    /// Takes empty values for unset ones, and reads the secrets that stand in files. The sentences
    /// beside the flags say what should be mended.
    pub(super) fn complete(self) -> Result<(Self, Vec<String>), ConfigError> {
        let mut flags = self.without_empty();
        let mut warnings = Vec::new();
        let files = &mut flags.secret_files;
        for (name, secret, file) in [
            ("HUB_API_KEY", &mut flags.api_key, &mut files.api_key_file),
            (
                "HUB_MASTER_KEY",
                &mut flags.master_key,
                &mut files.master_key_file,
            ),
            (
                "DATABASE_URL",
                &mut flags.database_url,
                &mut files.database_url_file,
            ),
            (
                "TELEGRAM_API_HASH",
                &mut flags.telegram_api_hash,
                &mut files.telegram_api_hash_file,
            ),
            (
                "API_HASH",
                &mut flags.fallback_api_hash,
                &mut files.fallback_api_hash_file,
            ),
            (
                "TELETHON_API_HASH",
                &mut flags.telethon_api_hash,
                &mut files.telethon_api_hash_file,
            ),
            (
                "TELETHON_SESSION",
                &mut flags.telethon_session,
                &mut files.telethon_session_file,
            ),
        ] {
            secret_files::read(name, secret, file, &mut warnings)?;
        }
        flags.given.complete(&mut warnings)?;
        Ok((flags, warnings))
    }

    /// Takes empty values for unset ones, as compose files and `.env` templates mean them.
    fn without_empty(mut self) -> Self {
        self.limits.without_empty();
        for text in [
            &mut self.listen,
            &mut self.allowed_hosts,
            &mut self.wrong_keys_per_minute,
            &mut self.doors,
            &mut self.http_workers,
            &mut self.data_dir,
            &mut self.pool_size,
            &mut self.telegram_api_id,
            &mut self.fallback_api_id,
            &mut self.telegram_server,
            &mut self.telegram_server_key,
            &mut self.device_model,
            &mut self.system_version,
            &mut self.app_version,
            &mut self.lang,
            &mut self.restore_concurrency,
            &mut self.connects_per_second,
            &mut self.logins_per_minute,
            &mut self.fetch_allow,
            &mut self.fetch_timeout,
            &mut self.send_interval,
            &mut self.chat_send_interval,
            &mut self.lookups_per_minute,
            &mut self.shutdown_timeout,
            &mut self.default_session,
            &mut self.telethon_api_id,
            &mut self.telethon_listen,
            &mut self.log,
            &mut self.log_format,
        ] {
            text.take_if(|text| text.trim().is_empty());
        }
        for secret in [
            &mut self.api_key,
            &mut self.database_url,
            &mut self.master_key,
            &mut self.telegram_api_hash,
            &mut self.fallback_api_hash,
            &mut self.telethon_session,
            &mut self.telethon_api_hash,
        ] {
            secret.take_if(|secret| secret.expose_secret().trim().is_empty());
        }
        self
    }
}
