//! The files of a page of messages, downloaded as the account wants them.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{
    ArchiveSettings, ChatId, ChatTarget, FileKind, Media, MediaState, MessageId, Peer, SessionId,
    SessionName, UtcTime,
};
use crate::ops::chat::{self, OpenChat};
use crate::ops::media::download::{self, Outcome};
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::media::{self, Known, MessagesOfChat};
use crate::telegram;
use futures_util::{StreamExt as _, stream};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

/// How many files of a page are downloaded at the same time.
const FILES_AT_ONCE: usize = 2;

/// How long a file rests for each failed attempt before it is tried again.
const REST: Duration = Duration::from_mins(10);

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_hours(24);

/// Which files an account wants to be kept.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of these kinds.
    pub kinds: BTreeSet<FileKind>,
    /// No larger than this, in bytes.
    pub max_bytes: Option<u64>,
    /// Also those that were left out, or lost, before.
    pub repair: bool,
    /// All that the rest allows, whatever was tried before.
    pub refresh: bool,
}

/// Bytes of a MiB.
const MIB: f64 = 1_048_576.0;

impl Wanted {
    /// What the archive's settings of an account want.
    pub fn of(settings: &ArchiveSettings, refresh: bool) -> Self {
        let kinds = settings.file_kinds.iter().copied();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a limit is not negative, and what is beyond the integers is none"
        )]
        let bytes = |mib: f64| (mib * MIB) as u64;
        Self {
            kinds: kinds.filter(|_| settings.download_media).collect(),
            max_bytes: settings.max_media_size_mb.map(bytes),
            repair: settings.repair_media,
            refresh,
        }
    }

    fn takes(&self, file: &Media, is_new: bool, now: UtcTime) -> bool {
        if !self.kinds.contains(&file.file.kind)
            || self.max_bytes.is_some_and(|most| file.file.size > most)
        {
            return false;
        }
        let rest = LONGEST_REST.min(REST * file.attempts);
        match file.state {
            MediaState::Stored => false,
            MediaState::Failed => {
                self.refresh || (self.repair && file.updated_at <= now.before(rest))
            }
            MediaState::Skipped | MediaState::Gone => self.refresh || self.repair || is_new,
        }
    }
}

/// Says which of these messages of the log have files, and downloads those that are wanted.
///
/// A file that cannot be had is no failure: its message is shown without it.
///
/// # Errors
/// `session_not_found`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct KeepFiles {
    /// The account.
    pub session: SessionName,
    /// The chat.
    pub chat: ChatId,
    /// The messages' numbers there, those of a page at most.
    pub message_ids: Vec<MessageId>,
    /// Which files are to be kept.
    pub wanted: Wanted,
}

/// The files of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptFiles {
    /// Those that there are, by the messages' numbers.
    pub files: HashMap<MessageId, Media>,
    /// How many of them were downloaded now.
    pub downloaded: usize,
}

impl Operation for KeepFiles {
    const NAME: &'static str = "media.keep";
    const SCOPE: Scope = Scope::Read;
    /// Files come one after the other, and some are large.
    const TIME_LIMIT: Duration = Duration::from_hours(2);
    type Output = KeptFiles;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(ChatTarget::Marked(self.chat).to_string())
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session = accounts::id_of_name(&ctx.hub, &self.session).await?;
        let of = MessagesOfChat {
            session_id: session,
            chat_id: self.chat,
            ids: self.message_ids.clone(),
        };
        let (known, new) = known(ctx, &of).await?;
        let now = UtcTime::now();
        let is_wanted = |file: &&Media| {
            let is_new = new.contains(&file.message_id);
            self.wanted.takes(file, is_new, now)
        };
        let wanted: Vec<Media> = known.iter().filter(is_wanted).cloned().collect();
        let mut kept = KeptFiles {
            files: by_number(known),
            downloaded: 0,
        };
        if wanted.is_empty() || ctx.hub.media.objects.is_away() {
            return Ok(kept);
        }
        let ids = wanted.iter().map(|file| file.message_id).collect();
        kept.downloaded = self.download(ctx, wanted).await;
        let changed = known_now(ctx, MessagesOfChat { ids, ..of }).await?;
        kept.files.extend(by_number(changed.media));
        Ok(kept)
    }
}

impl KeepFiles {
    /// Downloads files, and says how many are kept now.
    async fn download(&self, ctx: &Ctx, wanted: Vec<Media>) -> usize {
        let chat = match self.open(ctx).await {
            Ok(chat) => chat,
            Err(error) => {
                log::debug!("files of a chat are not downloaded: {error}");
                return 0;
            }
        };
        let outcomes = stream::iter(wanted)
            .map(|file| download::keep(ctx, &chat, file))
            .buffer_unordered(FILES_AT_ONCE);
        outcomes
            .filter(|outcome| std::future::ready(*outcome == Outcome::Kept))
            .count()
            .await
    }

    async fn open(&self, ctx: &Ctx) -> Result<OpenChat, Error> {
        let target = ChatTarget::Marked(self.chat).to_string();
        let chat = chat::open(&ctx.looking(), &self.session, &target).await?;
        Ok(match chat.upgraded {
            // Messages from before an upgrade are the group's own.
            Some(group) => OpenChat {
                peer: Peer::new(group),
                upgraded: None,
                ..chat
            },
            None => chat,
        })
    }
}

fn by_number(files: Vec<Media>) -> HashMap<MessageId, Media> {
    files
        .into_iter()
        .map(|file| (file.message_id, file))
        .collect()
}

async fn known_now(ctx: &Ctx, of: MessagesOfChat) -> Result<Known, Error> {
    let read = move |conn: &mut _| media::known(conn, &of);
    Ok(ctx.hub.store.read(read).await?)
}

/// The files of messages, and the messages whose files were not known until now.
async fn known(ctx: &Ctx, of: &MessagesOfChat) -> Result<(Vec<Media>, HashSet<MessageId>), Error> {
    let known = known_now(ctx, of.clone()).await?;
    if known.unread.is_empty() {
        return Ok((known.media, HashSet::new()));
    }
    let unread = MessagesOfChat {
        ids: known.unread,
        ..of.clone()
    };
    note(ctx, unread.clone()).await?;
    let new: HashSet<MessageId> = unread.ids.iter().copied().collect();
    let mut files = known.media;
    files.extend(known_now(ctx, unread).await?.media);
    Ok((files, new))
}

/// Makes rows of the files of messages, out of their raw bytes.
async fn note(ctx: &Ctx, of: MessagesOfChat) -> Result<(), Error> {
    let (session, chat): (SessionId, ChatId) = (of.session_id, of.chat_id);
    let read = move |conn: &mut _| media::raw_messages(conn, &of);
    let messages = ctx.hub.store.read(read).await?;
    let files: Vec<_> = messages
        .into_iter()
        .filter_map(|message| {
            let file = telegram::message_file(&message.raw)?;
            Some((message.message_id, message.edited_at, file))
        })
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let now = UtcTime::now();
    let note = move |conn: &mut _| {
        for (id, edited_at, file) in &files {
            media::note(conn, (session, chat, *id), *edited_at, file, now)?;
        }
        Ok(())
    };
    Ok(ctx.hub.store.write(note).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileUuid, MediaClass, MessageFile};

    fn file(kind: FileKind, size: u64, state: MediaState, attempts: u32) -> Media {
        Media {
            id: 1,
            uuid: FileUuid::random(),
            session_id: SessionId(1),
            chat_id: ChatId::user(1),
            message_id: MessageId(1),
            file: MessageFile {
                class: MediaClass::Document,
                kind,
                file_id: 1,
                mime: "text/plain".to_owned(),
                name: None,
                size,
            },
            state,
            object: None,
            attempts,
            pinned: false,
            updated_at: UtcTime::now(),
        }
    }

    #[test]
    fn what_is_wanted_follows_from_kind_size_and_what_became_of_it() {
        let wanted = Wanted {
            kinds: BTreeSet::from([FileKind::Files]),
            max_bytes: Some(10),
            ..Wanted::default()
        };
        let repairs = Wanted {
            repair: true,
            ..wanted.clone()
        };
        let refreshes = Wanted {
            refresh: true,
            ..wanted.clone()
        };
        let now = UtcTime::now();
        let new = file(FileKind::Files, 10, MediaState::Skipped, 0);
        assert!(wanted.takes(&new, true, now));
        assert!(!wanted.takes(&new, false, now) && repairs.takes(&new, false, now));
        assert!(!repairs.takes(
            &file(FileKind::Files, 11, MediaState::Skipped, 0),
            true,
            now
        ));
        assert!(!repairs.takes(
            &file(FileKind::Videos, 1, MediaState::Skipped, 0),
            true,
            now
        ));
        assert!(repairs.takes(&file(FileKind::Files, 1, MediaState::Gone, 0), false, now));
        assert!(!refreshes.takes(&file(FileKind::Files, 1, MediaState::Stored, 0), true, now));
        let failed = file(FileKind::Files, 1, MediaState::Failed, 3);
        assert!(!repairs.takes(&failed, false, now) && refreshes.takes(&failed, false, now));
        let rested = Media {
            updated_at: now.before(3 * REST),
            ..failed
        };
        assert!(repairs.takes(&rested, false, now));
    }
}
