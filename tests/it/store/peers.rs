use super::{at, session_id};
use crate::support::contract;
use telegram_hub::model::ChatId;
use telegram_hub::store::peers::{self, PeerRow};

fn user(id: i64) -> PeerRow {
    PeerRow::new(ChatId::user(id))
}

fn bob() -> PeerRow {
    PeerRow {
        access_hash: Some(i64::MIN),
        username: Some("BobTheÄlder".to_owned()),
        phone: Some("15550000002".to_owned()),
        name: Some("Bob".to_owned()),
        is_self: Some(false),
        ..user(2)
    }
}

contract! {
    async fn what_is_unknown_never_erases_what_is_stored(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let stored = store
            .write(move |c| {
                peers::upsert_many(c, id, &[bob()], at(0))?;
                let renamed = PeerRow { name: Some("Robert\0".to_owned()), ..user(2) };
                peers::upsert_many(c, id, &[renamed], at(1))?;
                peers::get(c, id, ChatId::user(2))
            })
            .await?;
        let expected = PeerRow { name: Some("Robert\u{fffd}".to_owned()), ..bob() };
        assert_eq!(stored, Some(expected));
    }

    async fn two_rows_of_one_peer_in_a_batch_are_merged(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let stored = store
            .write(move |c| {
                let later = PeerRow { access_hash: Some(5), ..user(2) };
                peers::upsert_many(c, id, &[bob(), later], at(0))?;
                peers::get(c, id, ChatId::user(2))
            })
            .await?;
        assert_eq!(stored, Some(PeerRow { access_hash: Some(5), ..bob() }));
    }

    async fn peers_are_found_by_username_phone_and_self(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let other = session_id(&store, "other").await?;
        let found = store
            .write(move |c| {
                let own = PeerRow { is_self: Some(true), ..user(1) };
                peers::upsert_many(c, id, &[bob(), own], at(0))?;
                Ok((
                    peers::by_username(c, id, "bobtheäLDER")?.map(|p| p.peer_id),
                    peers::by_phone(c, id, "15550000002")?.map(|p| p.peer_id),
                    peers::self_peer(c, id)?.map(|p| p.peer_id),
                    peers::by_username(c, other, "bobtheälder")?,
                    peers::by_username(c, id, "\0%")?,
                ))
            })
            .await?;
        let bob = Some(ChatId::user(2));
        assert_eq!(found, (bob, bob, Some(ChatId::user(1)), None, None));
    }

    async fn of_two_peers_with_one_username_the_last_seen_counts(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let found = store
            .write(move |c| {
                peers::upsert_many(c, id, &[bob()], at(0))?;
                let heir = PeerRow { username: bob().username, ..user(3) };
                peers::upsert_many(c, id, &[heir], at(1))?;
                peers::by_username(c, id, "bobtheälder")
            })
            .await?;
        assert_eq!(found.map(|peer| peer.peer_id), Some(ChatId::user(3)));
    }

    async fn thousands_of_peers_go_in_at_once_and_come_out_in_order(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let listed = store
            .write(move |c| {
                let many: Vec<PeerRow> = (1..=2_500).rev().map(user).collect();
                peers::upsert_many(c, id, &many, at(0))?;
                let listed = peers::list(c, id)?;
                peers::delete_all(c, id)?;
                assert_eq!(peers::list(c, id)?, []);
                Ok(listed)
            })
            .await?;
        assert_eq!(listed, (1..=2_500).map(user).collect::<Vec<_>>());
    }
}
