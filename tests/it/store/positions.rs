use super::{at, session_id};
use crate::support::contract;
use telegram_hub::model::UpdatesPosition;
use telegram_hub::store::update_states;

fn position(pts: i32, channels: &[(i64, i32)]) -> UpdatesPosition {
    UpdatesPosition {
        pts,
        qts: 1,
        date: 2,
        seq: 3,
        channels: channels.to_vec(),
    }
}

contract! {
    async fn channels_that_a_position_does_not_name_keep_theirs(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (before, after, deleted) = store
            .write(move |c| {
                let before = update_states::load(c, id)?;
                update_states::put(c, id, &position(10, &[(8, 80), (7, 70)]), at(0))?;
                update_states::put(c, id, &position(11, &[(8, 81), (9, 90), (9, 91)]), at(1))?;
                let after = update_states::load(c, id)?;
                update_states::delete(c, id)?;
                Ok((before, after, update_states::load(c, id)?))
            })
            .await?;
        assert_eq!(before, None);
        assert_eq!(after, Some(position(11, &[(7, 70), (8, 81), (9, 91)])));
        assert_eq!(deleted, None);
    }

    async fn a_channel_seen_before_is_not_moved_by_a_listing(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (new, old, stored) = store
            .write(move |c| {
                update_states::put(c, id, &position(10, &[(7, 70)]), at(0))?;
                let new = update_states::put_channel_if_absent(c, id, 8, 80)?;
                let old = update_states::put_channel_if_absent(c, id, 7, 99)?;
                Ok((new, old, update_states::load(c, id)?))
            })
            .await?;
        assert_eq!((new, old), (true, false));
        assert_eq!(stored, Some(position(10, &[(7, 70), (8, 80)])));
    }
}
