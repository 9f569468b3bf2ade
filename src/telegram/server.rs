//! Which Telegram servers the hub talks to: Telegram's own, its test ones, or one of your own.
//!
//! A server of your own has its own RSA key, which this module reads; the key exchange with it is
//! [`crate::telegram::handshake`]'s. Nothing here connects.

use crate::config::TelegramServer;
use grammers_client::session::types::DcOption;
use num_bigint::BigUint;
use pkcs1::der::{Decode as _, pem};
use pkcs1::{RsaPublicKey, UintRef};
use sha1::{Digest as _, Sha1};
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs as _};

/// The data centre that a session starts from, as Telegram's own applications do.
pub const DEFAULT_DC: i32 = 2;

/// The servers to connect to.
#[derive(Clone, Debug)]
pub enum Server {
    /// Telegram itself.
    Production,
    /// Telegram's test data centres: other accounts, other keys.
    Test,
    /// One server that plays every data centre.
    Custom {
        /// Where it listens.
        address: SocketAddr,
        /// Its public RSA key.
        key: ServerKey,
    },
}

/// The public RSA key of a server, for the key exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKey {
    /// The modulus.
    pub n: BigUint,
    /// The public exponent.
    pub e: BigUint,
    /// The number by which the server names the key.
    pub fingerprint: i64,
}

/// Why the setting of the server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The host has no address.
    #[error("TELEGRAM_SERVER is `{host}`, which has no IPv4 or IPv6 address")]
    Lookup {
        /// The setting.
        host: String,
        /// What the resolver said.
        #[source]
        source: std::io::Error,
    },
    /// The key is no PKCS#1 PEM.
    #[error("TELEGRAM_SERVER_KEY is no RSA public key in PKCS#1 PEM (`BEGIN RSA PUBLIC KEY`)")]
    Key(#[source] pkcs1::der::Error),
    /// The PEM holds something else.
    #[error("TELEGRAM_SERVER_KEY holds a `{0}`: it must be `RSA PUBLIC KEY` (PKCS#1)")]
    KeyLabel(String),
}

impl Server {
    /// The servers that the settings name. A host name is looked up once, here.
    pub fn resolve(setting: &TelegramServer) -> Result<Self, ServerError> {
        let (address, public_key) = match setting {
            TelegramServer::Production => return Ok(Self::Production),
            TelegramServer::Test => return Ok(Self::Test),
            TelegramServer::Custom {
                address,
                public_key,
            } => (address, public_key),
        };
        let key = ServerKey::from_pem(public_key)?;
        let looked_up = (address.host.as_str(), address.port)
            .to_socket_addrs()
            .map_err(|source| ServerError::Lookup {
                host: address.host.clone(),
                source,
            })?
            .next();
        let none = std::io::ErrorKind::NotFound;
        let address = looked_up.ok_or_else(|| ServerError::Lookup {
            host: address.host.clone(),
            source: none.into(),
        })?;
        Ok(Self::Custom { address, key })
    }

    /// The address of a data centre as this server knows it, without a key.
    ///
    /// `None` for ids that it does not know. Source of the test addresses:
    /// <https://core.telegram.org/api/auth#test-accounts> and Telegram's own applications.
    pub fn dc_option(&self, dc_id: i32) -> Option<DcOption> {
        match self {
            Self::Production => grammers_client::session::SessionData::default()
                .dc_options
                .get(&dc_id)
                .cloned(),
            Self::Test => {
                let last = match dc_id {
                    1 => 10,
                    2 => 40,
                    3 => 117,
                    _ => return None,
                };
                let host = if dc_id == 2 {
                    [149, 154, 167, last]
                } else {
                    [149, 154, 175, last]
                };
                Some(option(dc_id, SocketAddr::from((host, 443))))
            }
            Self::Custom { address, .. } => {
                (1..=5).contains(&dc_id).then(|| option(dc_id, *address))
            }
        }
    }

    /// Whether every data centre is the same machine, which must keep its address and its key.
    pub const fn is_custom(&self) -> bool {
        matches!(self, Self::Custom { .. })
    }
}

fn option(id: i32, address: SocketAddr) -> DcOption {
    let unspecified = SocketAddrV4::new([0, 0, 0, 0].into(), 0);
    let (ipv4, ipv6) = match address {
        SocketAddr::V4(v4) => (
            v4,
            SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0),
        ),
        SocketAddr::V6(v6) => (unspecified, v6),
    };
    DcOption {
        id,
        ipv4,
        ipv6,
        auth_key: None,
    }
}

impl Server {
    /// The address at which a data centre is reached.
    pub fn address(&self, dc_id: i32) -> Option<SocketAddr> {
        let option = self.dc_option(dc_id)?;
        Some(if needs_ipv6(&option) {
            SocketAddr::V6(option.ipv6)
        } else {
            SocketAddr::V4(option.ipv4)
        })
    }
}

/// Whether an option can only be reached over IPv6.
pub(super) fn needs_ipv6(option: &DcOption) -> bool {
    option.ipv4.port() == 0 && *option.ipv6.ip() != Ipv6Addr::UNSPECIFIED
}

impl ServerKey {
    /// Reads a PKCS#1 PEM (RFC 8017, appendix A.1.1).
    pub fn from_pem(pem: &str) -> Result<Self, ServerError> {
        let (label, der) = pem::decode_vec(pem.trim().as_bytes())
            .map_err(|error| ServerError::Key(error.into()))?;
        if label != "RSA PUBLIC KEY" {
            return Err(ServerError::KeyLabel(label.to_owned()));
        }
        let key = RsaPublicKey::<UintRef<'_>>::from_der(&der).map_err(ServerError::Key)?;
        Ok(Self::new(
            BigUint::from_bytes_be(key.modulus.as_bytes()),
            BigUint::from_bytes_be(key.public_exponent.as_bytes()),
        ))
    }

    /// The fingerprint is the last 8 bytes of SHA-1 over the TL strings of modulus and exponent.
    /// Source: <https://core.telegram.org/mtproto/auth_key>.
    fn new(n: BigUint, e: BigUint) -> Self {
        use grammers_client::tl::Serializable as _;
        let bytes = [n.to_bytes_be().to_bytes(), e.to_bytes_be().to_bytes()].concat();
        let hash: [u8; 20] = Sha1::digest(&bytes).into();
        let fingerprint = hash.last_chunk().copied().map_or(0, i64::from_le_bytes);
        Self { n, e, fingerprint }
    }
}
