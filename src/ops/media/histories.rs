//! The files of a history on its way: each message goes on once its file is kept, or cannot be.

use crate::error::Error;
use crate::model::{ChatId, HistoryMessage, HistoryPart, SessionName};
use crate::ops::media::keep::{KeepFiles, KeptFiles, Wanted};
use crate::ops::{self, Ctx};
use tokio::sync::mpsc;

/// How many files are waited for before the messages that have them go on. A page of a history may
/// have a thousand, and nobody waits for all of these without a word.
const FILES_AT_A_TIME: usize = 10;

/// The files of one chat's history.
pub(in crate::ops) struct FilesOfHistory {
    pub(in crate::ops) ctx: Ctx,
    pub(in crate::ops) session: SessionName,
    pub(in crate::ops) chat: ChatId,
    pub(in crate::ops) wanted: Wanted,
}

impl FilesOfHistory {
    /// Sends the parts of a history on, with the files of their messages. It ends with the history,
    /// with the first error, or when nobody takes the parts any more, and with it a download.
    pub(in crate::ops) async fn send(
        self,
        parts: mpsc::Receiver<Result<HistoryPart, Error>>,
        sender: mpsc::Sender<Result<HistoryPart, Error>>,
    ) {
        tokio::select! {
            () = self.send_all(parts, &sender) => {}
            () = sender.closed() => {}
        }
    }

    async fn send_all(
        &self,
        mut parts: mpsc::Receiver<Result<HistoryPart, Error>>,
        sender: &mpsc::Sender<Result<HistoryPart, Error>>,
    ) {
        while let Some(part) = parts.recv().await {
            let sent = match part {
                Ok(part) => self.send_part(part, sender).await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                // Whoever waited may have gone in this moment.
                drop(sender.send(Err(error)).await);
                return;
            }
        }
    }

    async fn send_part(
        &self,
        part: HistoryPart,
        sender: &mpsc::Sender<Result<HistoryPart, Error>>,
    ) -> Result<(), Error> {
        let HistoryPart {
            mut messages,
            downloaded,
            ..
        } = part;
        while !messages.is_empty() {
            let mut piece = next_piece(&mut messages);
            let files_downloaded = self.keep(&mut piece).await?;
            let part = HistoryPart {
                messages: piece,
                downloaded,
                files_downloaded,
            };
            if sender.send(Ok(part)).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives messages their files, and says how many of these were downloaded for it.
    async fn keep(&self, messages: &mut [HistoryMessage]) -> Result<usize, Error> {
        let with_files = messages.iter().filter(|told| told.has_file());
        let message_ids: Vec<_> = with_files.map(|told| told.message_id).collect();
        if message_ids.is_empty() {
            return Ok(0);
        }
        let op = KeepFiles {
            session: self.session.clone(),
            chat: self.chat,
            message_ids,
            wanted: self.wanted.clone(),
        };
        let KeptFiles {
            mut files,
            downloaded,
        } = ops::call(op, &self.ctx).await?;
        for told in messages {
            told.file = files.remove(&told.message_id).map(Box::new);
        }
        Ok(downloaded)
    }
}

/// Takes out the first messages, up to the one with the last of as many files as are waited for.
fn next_piece(messages: &mut Vec<HistoryMessage>) -> Vec<HistoryMessage> {
    let with_files = messages.iter().enumerate();
    let mut with_files = with_files.filter(|(_, told)| told.has_file());
    let last = with_files.nth(FILES_AT_A_TIME - 1).map(|(index, _)| index);
    let rest = last.map_or_else(Vec::new, |last| messages.split_off(last + 1));
    std::mem::replace(messages, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HistoryMedia, MessageId, UtcTime};

    fn message(id: i32, kind: &str) -> HistoryMessage {
        HistoryMessage {
            message_id: MessageId(id),
            sent_at: UtcTime::now(),
            edited_at: None,
            sender_id: None,
            sender: None,
            text: String::new(),
            reply_to: None,
            post_author: None,
            forward: None,
            media: Some(HistoryMedia {
                kind: kind.to_owned(),
                file_name: None,
                size: None,
            }),
            file: None,
        }
    }

    #[test]
    fn a_piece_ends_with_the_last_file_that_is_waited_for() {
        let mut messages: Vec<_> = (0..50)
            .map(|id| message(id, if id % 2 == 0 { "poll" } else { "photo" }))
            .collect();
        let mut pieces = Vec::new();
        while !messages.is_empty() {
            pieces.push(next_piece(&mut messages));
        }
        let sizes: Vec<_> = pieces.iter().map(Vec::len).collect();
        assert_eq!(sizes, [20, 20, 10]);
        let all = pieces.iter().flatten().map(|told| told.message_id.0);
        assert!(all.eq(0..50));
    }
}
