//! Flood waits outlive everything but their end.

use super::{at, session_id};
use crate::support::contract;
use telegram_hub::store::flood_waits;
use telegram_hub::store::sessions::{self, Purge};

contract! {
    async fn a_wait_is_kept_per_account_and_method_until_it_ends(db: TestDb) {
        let store = db.open().await?;
        let (alice, bob) = (session_id(&store, "alice").await?, session_id(&store, "bob").await?);
        let (waits, later, others) = store
            .write(move |c| {
                flood_waits::put(c, alice, "messages.sendMessage", at(10))?;
                flood_waits::put(c, alice, "messages.sendMessage", at(20))?;
                flood_waits::put(c, alice, "auth.sendCode", at(30))?;
                Ok((
                    flood_waits::load(c, alice, at(0))?,
                    flood_waits::load(c, alice, at(20))?,
                    flood_waits::load(c, bob, at(0))?,
                ))
            })
            .await?;
        let (send, code) = ("messages.sendMessage".to_owned(), "auth.sendCode".to_owned());
        assert_eq!(waits, [(code.clone(), at(30)), (send, at(20))]);
        assert_eq!(later, [(code, at(30))]);
        assert!(others.is_empty());
    }

    async fn only_waits_that_are_over_are_pruned(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (pruned, left) = store
            .write(move |c| {
                flood_waits::put(c, id, "a", at(5))?;
                flood_waits::put(c, id, "b", at(6))?;
                let pruned = flood_waits::prune(c, at(5))?;
                Ok((pruned, flood_waits::load(c, id, at(0))?))
            })
            .await?;
        assert_eq!((pruned, left), (1, vec![("b".to_owned(), at(6))]));
    }

    async fn a_session_made_anew_under_its_name_still_waits(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                flood_waits::put(c, id, "auth.sendCode", at(5))?;
                sessions::delete(c, id, Purge::All)
            })
            .await?;
        let anew = session_id(&store, "alice").await?;
        let waits = store.read(move |c| flood_waits::load(c, anew, at(0))).await?;
        assert_eq!(waits, [("auth.sendCode".to_owned(), at(5))]);
    }
}
