//! PostgreSQL URLs, read so strictly that no part of a password can be taken for anything else.
//!
//! It owns the reading of what libpq calls a connection URI, and hands libpq the parts one by one:
//! with an unescaped `@`, `/`, `?`, `#` or `%` in a password libpq would take the rest of it for a
//! host, a port or a parameter, and print that. Such URLs are refused here, and not quoted.
//! Source: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};

/// Why a text is no PostgreSQL URL. No text in it is the URL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// A character that means something else where it stands.
    #[error(
        "it holds {0:?} where it ends a part or means nothing; in a user name, a password, a \
         database name or a value write it percent-encoded (%{code:02X})", code = u32::from(*.0)
    )]
    Unescaped(char),
    /// An `@` behind the host.
    #[error(
        "it holds an @ behind a / or a ?, where no host can follow; in a password @, / and ? are \
         written percent-encoded (%40, %2F, %3F)"
    )]
    Late,
    /// A blank, a control character or one beyond ASCII.
    #[error(
        "it holds a blank, a control character or a character beyond ASCII; write it \
         percent-encoded as UTF-8, such as %20 for a space"
    )]
    NotPlain,
    /// `%` without two hex digits, or what is no UTF-8 without them.
    #[error(
        "it holds a % that two hex digits do not follow, or an encoding of no text; a % in a \
         password is written %25"
    )]
    Encoding,
    /// What stands behind a host's colon.
    #[error(
        "what follows the host's colon is no port; if it is a part of the password, \
         percent-encode it, and write postgres://user:password@host/name"
    )]
    Port,
    /// A parameter that libpq does not have.
    #[error(
        "it has a parameter that is not written name=value, or that libpq does not know; an & in \
         a password is written %26"
    )]
    Parameter,
}

type Read<T> = Result<T, PostgresUrlError>;

/// What a URL says.
pub(super) struct PostgresUrl {
    /// libpq's keywords and their values.
    parameters: Vec<(&'static str, SecretString)>,
    /// The URL without its password and parameters.
    pub(super) shown: String,
}

/// libpq's keywords. Source: section 32.1.2 of PostgreSQL's manual, versions 13 to 18.
const KEYWORDS: [&str; 52] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Those whose values are secrets.
#[cfg(feature = "postgres-system")]
const SECRETS: [&str; 5] = [
    "oauth_client_secret",
    "password",
    "scram_client_key",
    "scram_server_key",
    "sslpassword",
];

impl PostgresUrl {
    /// Reads what follows the scheme's `://`.
    pub(super) fn parse(scheme: &str, rest: &str) -> Read<Self> {
        if !rest.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(PostgresUrlError::NotPlain);
        }
        let plain = |c: &char| {
            matches!(
                c,
                '#' | '\\' | '"' | '<' | '>' | '^' | '`' | '{' | '|' | '}'
            )
        };
        if let Some(c) = rest.chars().find(plain) {
            return Err(PostgresUrlError::Unescaped(c));
        }
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, name) = before.split_once('/').unwrap_or((before, ""));
        let (login, hosts) = match authority.split_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        if name.contains('@') || query.contains('@') {
            return Err(PostgresUrlError::Late);
        }
        for (part, more) in [(hosts, '@'), (name, '/'), (query, '?')] {
            if part.contains(more) {
                return Err(PostgresUrlError::Unescaped(more));
            }
        }
        let mut url = Self {
            parameters: Vec::new(),
            shown: String::new(),
        };
        let shown_login = url.take_login(login)?;
        url.take_hosts(hosts)?;
        url.take("dbname", name)?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            url.take_parameter(pair)?;
        }
        let slash = if before.contains('/') { "/" } else { "" };
        url.shown = format!("{scheme}://{shown_login}{hosts}{slash}{name}");
        Ok(url)
    }

    /// Takes `user:password` and says how much of it may be shown.
    fn take_login(&mut self, login: Option<&str>) -> Read<String> {
        let Some(login) = login else {
            return Ok(String::new());
        };
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        self.take("user", user)?;
        self.take("password", password.unwrap_or_default())?;
        let hidden = password.map_or("", |_| ":***");
        Ok(format!("{user}{hidden}@"))
    }

    /// Hosts and ports, of which libpq tries one after the other.
    fn take_hosts(&mut self, hosts: &str) -> Read<()> {
        let (mut names, mut ports) = (Vec::new(), Vec::new());
        for host in hosts.split(',') {
            let (name, port) = if let Some(rest) = host.strip_prefix('[') {
                let (address, port) = rest.split_once(']').ok_or(PostgresUrlError::Port)?;
                let port = port.strip_prefix(':').or(port.is_empty().then_some(""));
                (address, port.ok_or(PostgresUrlError::Port)?)
            } else {
                host.split_once(':').unwrap_or((host, ""))
            };
            if !port.bytes().all(|b| b.is_ascii_digit()) || port.len() > 5 {
                return Err(PostgresUrlError::Port);
            }
            names.push(name);
            ports.push(port);
        }
        self.take("host", &names.join(","))?;
        self.take("port", &ports.join(","))
    }

    fn take_parameter(&mut self, pair: &str) -> Read<()> {
        let (name, value) = pair.split_once('=').ok_or(PostgresUrlError::Parameter)?;
        // What JDBC's URLs say, and libpq understands too.
        let (name, value) = match (name, value) {
            ("ssl", "true") => ("sslmode", "require"),
            pair => pair,
        };
        let known = KEYWORDS.iter().find(|keyword| **keyword == name);
        self.take(known.ok_or(PostgresUrlError::Parameter)?, value)
    }

    /// A later value replaces an earlier one; an empty one leaves it.
    fn take(&mut self, keyword: &'static str, encoded: &str) -> Read<()> {
        if !encoded.is_empty() {
            let value = decoded(encoded)?;
            self.parameters.retain(|(known, _)| *known != keyword);
            self.parameters.push((keyword, value));
        }
        Ok(())
    }

    /// The secrets in it, as they are.
    #[cfg(feature = "postgres-system")]
    pub(super) fn secrets(&self) -> Vec<SecretString> {
        let secret = |(keyword, value): &(&str, SecretString)| {
            SECRETS.contains(keyword).then(|| value.clone())
        };
        self.parameters.iter().filter_map(secret).collect()
    }

    /// The keywords and values in the form that nothing in a value can break, with a limit on the
    /// time to connect, which libpq does not have by itself.
    pub(super) fn conninfo(&self) -> SecretString {
        let mut pairs = Vec::new();
        if !self
            .parameters
            .iter()
            .any(|(keyword, _)| *keyword == "connect_timeout")
        {
            pairs.push("connect_timeout='5'".to_owned());
        }
        for (keyword, value) in &self.parameters {
            let value = value
                .expose_secret()
                .replace('\\', r"\\")
                .replace('\'', r"\'");
            pairs.push(format!("{keyword}='{value}'"));
        }
        pairs.join(" ").into()
    }
}

fn decoded(text: &str) -> Read<SecretString> {
    let encoded = text.split('%').skip(1);
    let hex = |part: &str| {
        part.get(..2)
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    if !encoded.into_iter().all(hex) {
        return Err(PostgresUrlError::Encoding);
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(value) if !value.contains('\0') => Ok(value.into_owned().into()),
        _ => Err(PostgresUrlError::Encoding),
    }
}
