//! Every kind of media, as phones send it.

use super::{Failure, all, keep, read};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::ledger::done;
use local_dc::dc::media::{MediaKind, NewMedia};
use local_dc::world::send::Draft;
use telegram_hub::model::{FileKind, MediaClass, MediaState, MessageId};
use telegram_hub::ops::media::Wanted;

/// Bob sends Alice one of each; answers their numbers.
async fn one_of_each(hub: &TestHub, kinds: &[MediaKind]) -> Result<Vec<MessageId>, Failure> {
    let mut ids = Vec::new();
    for kind in kinds {
        let media = NewMedia {
            url: Some("http://example.org/".to_owned()),
            question: Some("Which?".to_owned()),
            answers: vec!["This".to_owned(), "That".to_owned()],
            size: Some(4_000),
            phone: Some("+15550000009".to_owned()),
            ..NewMedia::of(*kind)
        };
        let sent = done(hub.dc.send_media("bob", "alice", &media, Draft::default()))?;
        ids.push(MessageId(sent.receiver));
    }
    eventually(|| async {
        let there = hub.client.messages("alice").await?.len();
        Ok((there >= kinds.len()).then_some(()))
    })
    .await?;
    Ok(ids)
}

contract! {
    async fn every_kind_is_told_apart_and_kept_as_it_is_wanted(db: TestDb) {
        let expected = [
            (MediaKind::Photo, FileKind::Photos),
            (MediaKind::Video, FileKind::Videos),
            (MediaKind::RoundVideo, FileKind::VideoMessages),
            (MediaKind::Gif, FileKind::Gifs),
            (MediaKind::Voice, FileKind::VoiceMessages),
            (MediaKind::Music, FileKind::Files),
            (MediaKind::Sticker, FileKind::Stickers),
            (MediaKind::File, FileKind::Files),
        ];
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let ids = one_of_each(&hub, &expected.map(|(kind, _)| kind)).await?;
        let mut wanted = all();
        wanted.kinds.remove(&FileKind::Videos);
        let kept = keep(&hub, "alice", &ids, wanted).await?;
        assert_eq!(kept.downloaded, expected.len() - 1);
        for (id, (sent, kind)) in ids.iter().zip(expected) {
            let media = &kept.files[id];
            let class = if sent == MediaKind::Photo { MediaClass::Photo } else { MediaClass::Document };
            assert_eq!((media.file.class, media.file.kind), (class, kind), "{sent:?}");
            if kind == FileKind::Videos {
                assert_eq!(media.state, MediaState::Skipped);
                continue;
            }
            assert_eq!(media.state, MediaState::Stored, "{sent:?}");
            let bytes = read(&hub, "alice", media).await?;
            assert_eq!(bytes.len() as u64, media.file.size, "{sent:?}");
            assert_eq!(media.size(), media.file.size, "{sent:?}");
        }
        hub.stop().await?;
    }

    async fn what_is_no_file_has_none(db: TestDb) {
        let kinds = [MediaKind::WebPage, MediaKind::Poll, MediaKind::Geo, MediaKind::Venue, MediaKind::Contact];
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let ids = one_of_each(&hub, &kinds).await?;
        assert!(keep(&hub, "alice", &ids, Wanted::default()).await?.files.is_empty());
        hub.stop().await?;
    }
}
