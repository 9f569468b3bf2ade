use super::{at, session_id};
use crate::support::contract;
use telegram_hub::model::{ChatId, Peer, SessionId};
use telegram_hub::store::peers::{self, usernames};
use telegram_hub::store::{AnyConnection, Error};

fn user(id: i64) -> Peer {
    Peer::new(ChatId::user(id))
}

fn named(id: i64, usernames: &[&str]) -> Peer {
    let usernames: Vec<String> = usernames.iter().map(|&name| name.to_owned()).collect();
    Peer {
        username: usernames.first().cloned(),
        usernames: Some(usernames),
        whole: true,
        ..user(id)
    }
}

fn bob() -> Peer {
    Peer {
        access_hash: Some(i64::MIN),
        phone: Some("15550000002".to_owned()),
        name: Some("Bob Older".to_owned()),
        first_name: Some("Bob".to_owned()),
        last_name: Some("Older".to_owned()),
        is_self: Some(false),
        ..named(2, &["BobTheOlder"])
    }
}

/// The peer as it comes out of the database.
fn stored(peer: Peer) -> Peer {
    Peer {
        usernames: None,
        whole: false,
        ..peer
    }
}

/// Whose each of these usernames is.
fn owners(c: &mut AnyConnection, id: SessionId, names: &[&str]) -> Result<Vec<Option<i64>>, Error> {
    let owner = |name: &&str| Ok(peers::by_username(c, id, name)?.map(|peer| peer.peer_id.0));
    names.iter().map(owner).collect()
}

contract! {
    async fn what_is_unknown_never_erases_what_is_stored(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let found = store
            .write(move |c| {
                peers::upsert_many(c, id, &[bob()], at(0))?;
                let renamed = Peer { name: Some("Robert\0".to_owned()), ..user(2) };
                peers::upsert_many(c, id, &[renamed], at(1))?;
                assert_eq!(owners(c, id, &["bobtheolder"])?, [Some(2)]);
                peers::get(c, id, ChatId::user(2))
            })
            .await?;
        let expected = Peer { name: Some("Robert\u{fffd}".to_owned()), ..stored(bob()) };
        assert_eq!(found, Some(expected));
    }

    async fn what_a_whole_object_leaves_out_is_forgotten_but_for_its_access_hash(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let found = store
            .write(move |c| {
                peers::upsert_many(c, id, &[bob()], at(0))?;
                let now = Peer { first_name: Some("Bob".to_owned()), ..named(2, &[]) };
                peers::upsert_many(c, id, &[now], at(1))?;
                assert_eq!(owners(c, id, &["bobtheolder"])?, [None]);
                assert_eq!(peers::by_phone(c, id, "15550000002")?, None);
                peers::get(c, id, ChatId::user(2))
            })
            .await?;
        let expected = Peer {
            access_hash: Some(i64::MIN),
            first_name: Some("Bob".to_owned()),
            is_self: Some(false),
            ..user(2)
        };
        assert_eq!(found, Some(expected));
    }

    async fn a_username_is_taken_from_whoever_had_it(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let other = session_id(&store, "other").await?;
        store
            .write(move |c| {
                for account in [id, other] {
                    peers::upsert_many(c, account, &[named(2, &["Shop", "old"])], at(0))?;
                }
                peers::upsert_many(c, id, &[named(3, &["sHOP"])], at(1))?;
                assert_eq!(owners(c, id, &["shop", "old"])?, [Some(3), Some(2)]);
                let loser = peers::get(c, id, ChatId::user(2))?;
                assert_eq!(loser.and_then(|peer| peer.username), None);
                assert_eq!(owners(c, other, &["shop"])?, [Some(2)], "accounts know for themselves");
                // Back again, in one batch and in the order in which they were seen.
                let back = [named(2, &["shop"]), named(3, &["shop"]), named(2, &["shop"])];
                peers::upsert_many(c, id, &back, at(2))?;
                assert_eq!(owners(c, id, &["shop", "old"])?, [Some(2), None]);
                let both = [named(2, &["shop"]), named(3, &["shop"]), named(3, &["other"])];
                peers::upsert_many(c, id, &both, at(3))?;
                assert_eq!(owners(c, id, &["shop", "other"])?, [None, Some(3)]);
                Ok(())
            })
            .await?;
    }

    async fn usernames_alone_replace_usernames_alone(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                peers::upsert_many(c, id, &[bob()], at(0))?;
                let renamed = Peer { whole: false, ..named(2, &["rob", "bought"]) };
                peers::upsert_many(c, id, &[renamed], at(1))?;
                let names = ["bobtheolder", "ROB", "Bought"];
                assert_eq!(owners(c, id, &names)?, [None, Some(2), Some(2)]);
                let expected = Peer { username: Some("rob".to_owned()), ..stored(bob()) };
                assert_eq!(peers::get(c, id, ChatId::user(2))?, Some(expected));
                let none = Peer { whole: false, ..named(2, &[]) };
                peers::upsert_many(c, id, &[none], at(2))?;
                assert_eq!(owners(c, id, &names)?, [None, None, None]);
                let expected = Peer { username: None, ..stored(bob()) };
                assert_eq!(peers::get(c, id, ChatId::user(2))?, Some(expected));
                Ok(())
            })
            .await?;
    }

    async fn a_username_of_nobody_is_forgotten_and_its_age_is_known(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                peers::upsert_many(c, id, &[bob()], at(0))?;
                // What says nothing of usernames makes them no younger.
                peers::upsert_many(c, id, &[stored(bob())], at(5))?;
                let seen = usernames::owner(c, id, "BOBtheolder")?.map(|(_, seen)| seen);
                assert_eq!(seen, Some(at(0)));
                usernames::forget(c, id, "BOBtheolder")?;
                assert_eq!(owners(c, id, &["bobtheolder"])?, [None]);
                let expected = Peer { username: None, ..stored(bob()) };
                assert_eq!(peers::get(c, id, ChatId::user(2))?, Some(expected));
                Ok(())
            })
            .await?;
    }

    async fn two_rows_of_one_peer_in_a_batch_are_merged(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let found = store
            .write(move |c| {
                let later = Peer { access_hash: Some(5), ..user(2) };
                peers::upsert_many(c, id, &[bob(), later], at(0))?;
                peers::get(c, id, ChatId::user(2))
            })
            .await?;
        assert_eq!(found, Some(Peer { access_hash: Some(5), ..stored(bob()) }));
    }

    async fn peers_are_found_by_username_phone_and_self(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let other = session_id(&store, "other").await?;
        let found = store
            .write(move |c| {
                let own = Peer { is_self: Some(true), ..user(1) };
                peers::upsert_many(c, id, &[bob(), own], at(0))?;
                Ok((
                    peers::by_username(c, id, "bobtheoLDER")?.map(|p| p.peer_id),
                    peers::by_phone(c, id, "15550000002")?.map(|p| p.peer_id),
                    peers::self_peer(c, id)?.map(|p| p.peer_id),
                    peers::by_username(c, other, "bobtheolder")?,
                    peers::by_username(c, id, "\0%")?,
                ))
            })
            .await?;
        let bob = Some(ChatId::user(2));
        assert_eq!(found, (bob, bob, Some(ChatId::user(1)), None, None));
    }

    async fn what_is_told_again_is_noted_again_after_a_while(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                let shop = named(2, &["shop"]);
                let seen = |c: &mut AnyConnection| {
                    Ok::<_, Error>(usernames::owner(c, id, "shop")?.map(|(_, seen)| seen))
                };
                for (when, noted) in [(0, 0), (599, 0), (600, 600), (601, 600)] {
                    peers::upsert_many(c, id, std::slice::from_ref(&shop), at(when))?;
                    assert_eq!(seen(c)?, Some(at(noted)), "told at {when}");
                }
                // Whatever is new is written at once, a change of one part among it.
                let named_now = Peer { name: Some("Shop".to_owned()), ..shop.clone() };
                peers::upsert_many(c, id, std::slice::from_ref(&named_now), at(602))?;
                assert_eq!(peers::get(c, id, ChatId::user(2))?, Some(stored(named_now)));
                peers::upsert_many(c, id, std::slice::from_ref(&shop), at(603))?;
                assert_eq!(peers::get(c, id, ChatId::user(2))?, Some(stored(shop)));
                // Of two with one number the one that was seen last is meant.
                let phone = |id| Peer { phone: Some("1555".to_owned()), ..user(id) };
                for (when, who) in [(604, 5), (605, 6), (606, 5), (607, 6)] {
                    peers::upsert_many(c, id, &[phone(who)], at(when))?;
                    let found = peers::by_phone(c, id, "1555")?.map(|peer| peer.peer_id);
                    assert_eq!(found, Some(ChatId::user(who)));
                }
                Ok(())
            })
            .await?;
    }

    async fn thousands_of_peers_go_in_at_once_and_come_out_in_order(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let listed = store
            .write(move |c| {
                let many: Vec<Peer> = (1..=2_500).rev().map(|id| named(id, &[&format!("user{id}")])).collect();
                peers::upsert_many(c, id, &many, at(0))?;
                let listed = peers::list(c, id)?;
                peers::delete_all(c, id)?;
                assert_eq!(peers::list(c, id)?, []);
                Ok(listed)
            })
            .await?;
        assert_eq!(listed, (1..=2_500).map(|id| stored(named(id, &[&format!("user{id}")]))).collect::<Vec<_>>());
    }
}
