//! Accounts that are logged in at the data centre and stored in a hub's database.
//!
//! Owns the short cut past the login: the data centre hands out keys that are logged in, and the
//! hub's own store writes them where a login would have left them. A hub must not run meanwhile.

use crate::Failure;
use crate::bare::{Account, Accounts};
use local_dc::dc::Dc;
use std::collections::BTreeMap;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::ops::Range;
use telegram_hub::model::{
    ChatId, ChatKind, MessageBox, MessageId, Peer, SessionId, SessionName, StoredState,
    UpdatesPosition, UserId, UtcTime,
};
use telegram_hub::store::auth_keys::{self, DcKey};
use telegram_hub::store::peers;
use telegram_hub::store::sequences;
use telegram_hub::store::sessions::{self, NewSession, Profile};
use telegram_hub::store::update_states;
use telegram_hub::store::{AnyConnection, Error, Store, Vault};
use zeroize::Zeroizing;

/// The data centre that the accounts live in.
const HOME_DC: i32 = 2;

/// The largest fleet: the data centre has that many numbers.
pub const LARGEST: usize = 10_000;

/// One account of a fleet.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its session's number in the hub.
    pub session: SessionId,
    /// Its session's name in the hub.
    pub name: SessionName,
    /// Its number at the data centre, by which scripts name it.
    pub phone: String,
    /// Its user id at the data centre.
    pub user_id: i64,
}

struct Recruit {
    name: SessionName,
    phone: String,
    user_id: i64,
    username: String,
    key: [u8; 256],
    pts: i32,
}

/// Logs `count` accounts in and stores them, in one transaction for each thousand.
///
/// # Errors
/// When there are more than [`LARGEST`], or the database fails.
pub async fn enrol(dc: &Dc, store: &Store, count: usize) -> Result<Vec<Member>, Failure> {
    if count > LARGEST {
        return Err(format!("a fleet has at most {LARGEST} accounts").into());
    }
    let SocketAddr::V4(address) = dc.addr() else {
        return Err("the data centre must listen on IPv4".into());
    };
    let mut members = Vec::with_capacity(count);
    let recruits: Vec<Recruit> = (0..count)
        .map(|number| recruit(dc, number))
        .collect::<Result<_, _>>()?;
    let mut recruits = recruits.into_iter().peekable();
    while recruits.peek().is_some() {
        let batch: Vec<Recruit> = recruits.by_ref().take(1000).collect();
        let vault = store.vault().clone();
        let stored = store.write(move |conn| {
            let now = UtcTime::now();
            batch
                .into_iter()
                .map(|recruit| store_one(conn, &vault, address, recruit, now))
                .collect::<Result<Vec<_>, _>>()
        });
        members.extend(stored.await?);
    }
    Ok(members)
}

/// Accounts for another client, by their places at the data centre: their numbers, and what it
/// needs to be them.
pub fn strangers(dc: &Dc, places: Range<usize>) -> Result<(Vec<String>, Accounts), Failure> {
    let SocketAddr::V4(server) = dc.addr() else {
        return Err("the data centre must listen on IPv4".into());
    };
    let recruits: Vec<Recruit> = places
        .map(|number| recruit(dc, number))
        .collect::<Result<_, _>>()?;
    let accounts = recruits.iter().map(|recruit| Account {
        key: hex::encode(recruit.key),
        pts: recruit.pts,
    });
    let accounts = Accounts {
        server,
        accounts: accounts.collect(),
    };
    Ok((recruits.into_iter().map(|r| r.phone).collect(), accounts))
}

/// The number of somebody at the data centre who is in no fleet of up to 9,000.
pub fn outsider(number: usize) -> String {
    format!("+1555000{:04}", LARGEST - 1 - number)
}

/// The same person's username.
pub fn outsider_username(number: usize) -> String {
    format!("user{:04}", LARGEST - 1 - number)
}

fn recruit(dc: &Dc, number: usize) -> Result<Recruit, Failure> {
    let phone = format!("+1555000{number:04}");
    let key = dc.log_in(&phone).map_err(|refusal| refused(&refusal))?;
    let account = dc.account(&phone).map_err(|refusal| refused(&refusal))?;
    Ok(Recruit {
        name: SessionName::parse(&format!("account-{number:04}"))?,
        phone,
        user_id: account.user_id,
        username: account.username,
        key,
        pts: account.pts,
    })
}

/// The data centre's refusal as an error of a run.
pub fn refused(refusal: &local_dc::world::refusal::Refusal) -> Failure {
    format!("the data centre refuses: {refusal:?}").into()
}

fn store_one(
    conn: &mut AnyConnection,
    vault: &Vault,
    address: SocketAddrV4,
    recruit: Recruit,
    now: UtcTime,
) -> Result<Member, Error> {
    let new = NewSession {
        name: recruit.name.clone(),
        owner: None,
        api_id: 1,
        api_hash: "0123456789abcdef0123456789abcdef".into(),
        now,
    };
    let id = sessions::create_or_get(conn, vault, &new)?.id;
    let dc = DcKey {
        dc_id: HOME_DC,
        ipv4: address,
        ipv6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, address.port(), 0, 0),
        auth_key: Some(Zeroizing::new(recruit.key)),
    };
    auth_keys::put(conn, vault, id, &dc, now)?;
    let own = own_peer(&recruit);
    sessions::set_user(conn, id, &profile(&own), now)?;
    sessions::set_home_dc(conn, id, HOME_DC, now)?;
    peers::upsert_many(conn, id, &[own], now)?;
    let position = UpdatesPosition {
        pts: recruit.pts,
        qts: 0,
        date: i32::try_from(now.as_micros() / 1_000_000).unwrap_or(i32::MAX),
        seq: 1,
        channels: Vec::new(),
    };
    update_states::put(conn, id, &position, now)?;
    // Nothing was written to the account before.
    let complete = BTreeMap::from([(MessageBox::ACCOUNT, MessageId(0))]);
    sequences::put(conn, id, &complete)?;
    sessions::set_state(conn, id, StoredState::Active, None, now)?;
    Ok(Member {
        session: id,
        name: recruit.name,
        phone: recruit.phone,
        user_id: recruit.user_id,
    })
}

fn own_peer(recruit: &Recruit) -> Peer {
    Peer {
        peer_id: ChatId(recruit.user_id),
        kind: ChatKind::User,
        access_hash: Some(0),
        username: Some(recruit.username.clone()),
        usernames: Some(vec![recruit.username.clone()]),
        whole: true,
        phone: Some(recruit.phone.trim_start_matches('+').to_owned()),
        name: Some(recruit.username.clone()),
        first_name: Some(recruit.username.clone()),
        last_name: None,
        is_bot: Some(false),
        is_self: Some(true),
        is_broadcast: None,
    }
}

fn profile(own: &Peer) -> Profile {
    Profile {
        user_id: Some(UserId(own.peer_id.0)),
        first_name: own.first_name.clone(),
        last_name: None,
        username: own.username.clone(),
        phone: own.phone.clone(),
    }
}
