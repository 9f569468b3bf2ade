use super::{at, session_id};
use crate::support::contract;
use telegram_hub::model::{ChatId, MessageId};
use telegram_hub::store::sends::{self, Claim};

contract! {
    async fn a_key_is_claimed_once_and_remembers_its_outcome(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let claims = store
            .write(move |c| {
                let first = sends::claim(c, id, "key\0", b"hash", 42, at(0))?;
                let retry = sends::claim(c, id, "key\0", b"hash", 43, at(1))?;
                assert!(sends::finish(c, id, "key\0", ChatId::user(2), Some(MessageId(5)), at(2))?);
                let done = sends::claim(c, id, "key\0", b"hash", 44, at(3))?;
                let other = sends::claim(c, id, "key\0", b"other", 45, at(4))?;
                Ok([first, retry, done, other])
            })
            .await?;
        let done = Claim::Done { chat_id: ChatId::user(2), message_id: Some(MessageId(5)), since: at(0), until: at(2) };
        let pending = Claim::Pending { random_id: 42, since: at(0) };
        assert_eq!(claims, [Claim::New(42), pending, done, Claim::Mismatch]);
    }

    async fn a_key_is_free_after_a_refusal_but_not_after_a_send(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (refused, again, sent) = store
            .write(move |c| {
                sends::claim(c, id, "key", b"hash", 42, at(0))?;
                let refused = sends::release(c, id, "key")?;
                let again = sends::claim(c, id, "key", b"other", 43, at(1))?;
                sends::finish(c, id, "key", ChatId::user(2), Some(MessageId(5)), at(2))?;
                Ok((refused, again, sends::release(c, id, "key")?))
            })
            .await?;
        assert_eq!((refused, again, sent), (true, Claim::New(43), false));
    }

    async fn of_many_claims_at_once_one_is_new(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let claims = (0..16).map(|n| {
            store.write(move |c| sends::claim(c, id, "key", b"hash", n, at(0)))
        });
        let claims = futures_util::future::try_join_all(claims).await?;
        let new: Vec<i64> = claims
            .iter()
            .filter_map(|claim| match claim {
                Claim::New(random_id) => Some(*random_id),
                _ => None,
            })
            .collect();
        assert_eq!(new.len(), 1);
        assert!(claims.iter().all(|claim| match claim {
            Claim::New(random_id) | Claim::Pending { random_id, .. } => new.contains(random_id),
            Claim::Done { .. } | Claim::Mismatch => false,
        }));
    }

    async fn old_keys_are_pruned(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (pruned, young) = store
            .write(move |c| {
                sends::claim(c, id, "old", b"hash", 1, at(0))?;
                sends::claim(c, id, "young", b"hash", 2, at(10))?;
                let pruned = sends::prune(c, at(5))?;
                Ok((pruned, sends::claim(c, id, "young", b"hash", 3, at(11))?))
            })
            .await?;
        assert_eq!(pruned, 1);
        assert_eq!(young, Claim::Pending { random_id: 2, since: at(10) });
    }
}
