//! Searching all chats of an account.
//! Source: <https://core.telegram.org/method/messages.searchGlobal>.

use crate::telegram::calls::history::{Answer, MESSAGES_A_CALL};
use crate::telegram::calls::live::{FoundMessages, Period};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// Where the next page of a search begins.
struct Offset {
    rate: i32,
    peer: tl::enums::InputPeer,
    id: i32,
}

impl Link {
    /// `messages.searchGlobal`, newest first, as many calls as the limit needs. Messages of which
    /// nothing can be read are left out.
    pub async fn search_all(
        &self,
        text: &str,
        sent: Period,
        limit: u32,
    ) -> Result<FoundMessages, Error> {
        let limit = limit as usize;
        let mut found = FoundMessages::default();
        let Some((min_date, max_date)) = sent.bounds() else {
            return Ok(found);
        };
        let mut offset = Offset {
            rate: 0,
            peer: tl::enums::InputPeer::Empty,
            id: 0,
        };
        while found.messages.len() < limit {
            let wanted = (limit - found.messages.len()).min(MESSAGES_A_CALL);
            let request = tl::functions::messages::SearchGlobal {
                broadcasts_only: false,
                groups_only: false,
                users_only: false,
                folder_id: None,
                community: None,
                q: text.to_owned(),
                filter: tl::enums::MessagesFilter::InputMessagesFilterEmpty,
                min_date,
                max_date,
                offset_rate: offset.rate,
                offset_peer: offset.peer.clone(),
                offset_id: offset.id,
                limit: i32::try_from(wanted).unwrap_or(i32::MAX),
            };
            let answer = self.page(&request).await?;
            let (before, next) = (found.messages.len(), offset_after(&answer));
            let mut page = self.live(&answer);
            // Numbers of different chats say nothing of each other.
            page.sort_by_key(|live| std::cmp::Reverse(live.content.sent_at));
            found.messages.extend(page);
            found
                .peers
                .extend(convert::peers(&answer.users, &answer.chats));
            match next {
                // A server that does not go on would say the same for ever.
                Some(next) if found.messages.len() > before && answer.len() >= wanted => {
                    offset = next;
                }
                _ => break,
            }
        }
        found.messages.retain(|live| sent.admits(live));
        found.messages.truncate(limit);
        Ok(found)
    }
}

/// After the last message: by the rate that Telegram tells, or else by the message's date.
fn offset_after(answer: &Answer) -> Option<Offset> {
    let last = answer.messages.last()?;
    let (chat, id) = convert::message_place(last)?;
    let peers = convert::peers(&answer.users, &answer.chats);
    let peer = peers.iter().find(|peer| peer.peer_id == chat)?;
    Some(Offset {
        rate: answer.next_rate.or_else(|| convert::message_date(last))?,
        peer: convert::input_peer(peer),
        id: id.0,
    })
}
