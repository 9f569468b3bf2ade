//! How many messages a chat has. Source: <https://core.telegram.org/method/messages.getHistory>.

use crate::model::Peer;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::lenient::Part;
use crate::telegram::link::Link;
use grammers_client::tl::{self, enums::messages::Messages};

impl Link {
    /// How many messages of a chat the account may see.
    pub async fn message_count(&self, peer: &Peer) -> Result<u64, Error> {
        let request = tl::functions::messages::GetHistory {
            peer: convert::input_peer(peer),
            offset_id: 0,
            offset_date: 0,
            add_offset: 0,
            limit: 1,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        let read = self.invoke_leniently(&request).await?;
        let told = match read.value {
            Messages::Slice(page) => page.count,
            Messages::ChannelMessages(page) => page.count,
            // These are all.
            Messages::Messages(page) => {
                let unreadable = read.unreadable.iter();
                let unreadable = unreadable.filter(|object| object.part == Part::Message);
                let all = page.messages.len() + unreadable.count();
                return Ok(u64::try_from(all).unwrap_or(u64::MAX));
            }
            Messages::NotModified(page) => page.count,
        };
        Ok(u64::try_from(told).unwrap_or_default())
    }
}
