use super::{at, session_id};
use crate::support::contract;
use crate::support::db::vault;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use telegram_hub::store::auth_keys::{self, DcKey};
use telegram_hub::store::sessions::{self, Purge};
use telegram_hub::store::{Error, Sealed};
use zeroize::Zeroizing;

fn dc(dc_id: i32, key: Option<u8>) -> DcKey {
    DcKey {
        dc_id,
        ipv4: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 443),
        ipv6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, 443, 0, 0),
        auth_key: key.map(|byte| Zeroizing::new([byte; 256])),
    }
}

contract! {
    async fn keys_come_back_in_order_and_an_address_alone_keeps_the_key(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let vault = store.vault().clone();
        let loaded = store
            .write(move |c| {
                auth_keys::put(c, &vault, id, &dc(4, None), at(0))?;
                auth_keys::put(c, &vault, id, &dc(2, Some(9)), at(0))?;
                let moved = DcKey { ipv4: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80), ..dc(2, None) };
                auth_keys::put(c, &vault, id, &moved, at(1))?;
                auth_keys::load(c, &vault, id)
            })
            .await?;
        let expected = DcKey { ipv4: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80), ..dc(2, Some(9)) };
        assert_eq!(loaded, [expected, dc(4, None)]);
        assert!(!format!("{loaded:?}").contains("9, 9"));
    }

    async fn a_key_of_another_vault_does_not_open(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let own = store.vault().clone();
        let loaded = store
            .write(move |c| {
                auth_keys::put(c, &own, id, &dc(2, Some(9)), at(0))?;
                Ok(auth_keys::load(c, &vault(8), id))
            })
            .await?;
        assert!(matches!(loaded, Err(Error::Decrypt { what }) if what == format!("auth_key:{id}:2")));
    }

    async fn keys_go_with_their_session(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let vault = store.vault().clone();
        let left = store
            .write(move |c| {
                auth_keys::put(c, &vault, id, &dc(2, Some(9)), at(0))?;
                sessions::delete(c, id, Purge::KeepMessages)?;
                auth_keys::load(c, &vault, id)
            })
            .await?;
        assert_eq!(left, []);
    }
}

#[test]
fn a_sealed_value_opens_only_unaltered_in_its_own_place_with_its_own_key() {
    let sealed = vault(1).seal("auth_key:1:2", b"secret").expect("seals");
    let opened = vault(1).open("auth_key:1:2", &sealed).expect("opens");
    assert_eq!(*opened, b"secret");
    let altered = |change: fn(&mut Vec<u8>)| {
        let mut bytes = sealed.bytes.clone();
        change(&mut bytes);
        Sealed {
            bytes,
            ..sealed.clone()
        }
    };
    for (vault, aad, sealed) in [
        (vault(1), "auth_key:2:2", sealed.clone()),
        (vault(2), "auth_key:1:2", sealed.clone()),
        (vault(1), "auth_key:1:2", altered(|bytes| bytes[30] ^= 1)),
        (
            vault(1),
            "auth_key:1:2",
            altered(|bytes| bytes.truncate(10)),
        ),
        (vault(1), "auth_key:1:2", altered(Vec::clear)),
    ] {
        assert!(matches!(
            vault.open(aad, &sealed),
            Err(Error::Decrypt { .. })
        ));
    }
    assert!(!format!("{:?}", vault(1)).contains("1, 1"));
}
