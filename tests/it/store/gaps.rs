use super::capturing::{batch, message};
use super::{at, session_id};
use crate::support::contract;
use telegram_hub::model::{ChatId, GapCause, MessageBox, MessageId, OpenedGap, SessionId};
use telegram_hub::store::capture;
use telegram_hub::store::{AnyConnection, Error, gaps};

const CHANNEL: ChatId = ChatId::channel(77);

/// Opens a gap of the channel; up to where it has captured messages compared then.
fn opened(
    c: &mut AnyConnection,
    id: SessionId,
    cause: GapCause,
    hides_changes: bool,
) -> Result<Option<MessageId>, Error> {
    let gap = OpenedGap {
        hides_changes,
        ..(MessageBox::of(CHANNEL), cause).into()
    };
    gaps::open_as(c, id, &gap, at(2_000))?;
    let open = gaps::pending(c, id)?;
    let open = open.into_iter().find(|gap| gap.cause == cause);
    Ok(open.and_then(|gap| gap.verify_to))
}

contract! {
    async fn what_was_captured_before_a_channels_hash_was_known_is_to_be_compared(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let cause = GapCause::NoAccessHash;
        let to = store.write(move |c| {
            let captured = [3, 5].map(|number| message(CHANNEL, number, "text"));
            capture::commit(c, &batch(id, captured.into()))?;
            opened(c, id, cause, cause.hides_changes())
        });
        assert_eq!(to.await?, Some(MessageId(5)));
        store.close().await;
    }

    async fn what_is_to_be_compared_stays_so_when_the_gap_is_met_again(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let told = store.write(move |c| {
            let cause = GapCause::Unreadable;
            capture::commit(c, &batch(id, vec![message(CHANNEL, 5, "text")]))?;
            let first = opened(c, id, cause, true)?;
            let again = opened(c, id, cause, false)?;
            capture::commit(c, &batch(id, vec![message(CHANNEL, 9, "text")]))?;
            Ok([first, again, opened(c, id, cause, true)?])
        });
        assert_eq!(told.await?, [5, 5, 9].map(|number| Some(MessageId(number))));
        store.close().await;
    }
}
