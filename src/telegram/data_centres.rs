//! The data centres that one account knows, in the least memory: thousands of accounts keep
//! theirs, and most of these have no key or share one.

use crate::store::auth_keys::DcKey;
use crate::telegram::server::Server;
use grammers_client::session::types::DcOption;
use std::net::{SocketAddrV4, SocketAddrV6};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Telegram's data centres have these numbers.
const ALL: std::ops::RangeInclusive<i32> = 1..=5;

/// An account's data centres by number.
pub(super) struct DataCentres(Vec<DataCentre>);

#[derive(Clone)]
struct DataCentre {
    id: i32,
    ipv4: SocketAddrV4,
    ipv6: SocketAddrV6,
    auth_key: Option<Arc<Zeroizing<[u8; 256]>>>,
}

impl From<&DcOption> for DataCentre {
    fn from(option: &DcOption) -> Self {
        Self {
            id: option.id,
            ipv4: option.ipv4,
            ipv6: option.ipv6,
            auth_key: option.auth_key.map(|key| Arc::new(Zeroizing::new(key))),
        }
    }
}

impl DataCentres {
    /// The stored ones; with a server of one's own, the key of `home` serves every data centre
    /// that has none.
    pub(super) fn new(server: &Server, home: i32, keys: Vec<DcKey>) -> Self {
        if server.is_custom() {
            let mut keys: Vec<_> = keys
                .into_iter()
                .filter_map(|row| Some((row.dc_id, Arc::new(row.auth_key?))))
                .collect();
            keys.sort_by_key(|(id, _)| *id != home);
            let key = |id| {
                let own = keys.iter().find(|(dc, _)| *dc == id);
                own.or(keys.first()).map(|(_, key)| Arc::clone(key))
            };
            let options = ALL.filter_map(|id| server.dc_option(id));
            return Self(
                options
                    .map(|option| DataCentre {
                        auth_key: key(option.id),
                        ..DataCentre::from(&option)
                    })
                    .collect(),
            );
        }
        let rows = keys.into_iter();
        Self(
            rows.map(|row| DataCentre {
                id: row.dc_id,
                ipv4: row.ipv4,
                ipv6: row.ipv6,
                auth_key: row.auth_key.map(Arc::new),
            })
            .collect(),
        )
    }

    /// What is known of one.
    pub(super) fn get(&self, id: i32) -> Option<DcOption> {
        let found = self.0.iter().find(|known| known.id == id)?;
        Some(DcOption {
            id,
            ipv4: found.ipv4,
            ipv6: found.ipv6,
            auth_key: found.auth_key.as_ref().map(|key| ***key),
        })
    }

    /// Takes what is known of one now.
    pub(super) fn put(&mut self, option: &DcOption) {
        self.set(DataCentre::from(option));
    }

    /// The same for a server of one's own, where data centres may share a key.
    pub(super) fn put_shared(&mut self, option: &DcOption) {
        let before = self.key(option.id);
        let known = DataCentre::from(option);
        for id in ALL {
            if id == option.id || self.key(id) == before {
                self.set(DataCentre {
                    id,
                    ..known.clone()
                });
            }
        }
    }

    /// Whether two data centres have the same key, or none.
    pub(super) fn share_key(&self, one: i32, other: i32) -> bool {
        self.key(one) == self.key(other)
    }

    fn key(&self, id: i32) -> Option<Arc<Zeroizing<[u8; 256]>>> {
        let known = self.0.iter().find(|known| known.id == id)?;
        known.auth_key.clone()
    }

    fn set(&mut self, known: DataCentre) {
        match self.0.iter_mut().find(|each| each.id == known.id) {
            Some(each) => *each = known,
            None => self.0.push(known),
        }
    }
}
