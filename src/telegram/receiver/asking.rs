//! A channel's difference on its way: asked for beside the reading of pushes, so that one channel
//! that is not answered holds up nothing.
//!
//! Owns how long an answer is waited for. It must not know what it says.

use crate::model::GapCause;
use crate::telegram::error::Error;
use crate::telegram::lenient::{Read, Unread};
use crate::telegram::patience::CallOptions;
use crate::telegram::received::Received;
use crate::telegram::receiver::Receiver;
use crate::telegram::receiver::channels::asked;
use crate::telegram::storage::HubSession;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use grammers_client::session::Session as _;
use grammers_client::session::types::{PeerId, PeerInfo};
use grammers_client::tl;
use grammers_client::tl::enums::updates::ChannelDifference;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Updates of a channel for one call. Source:
/// <https://core.telegram.org/method/updates.getChannelDifference>, which allows users 100.
const CHANNEL_DIFFERENCE_LIMIT: i32 = 100;

/// How long a channel's answer is waited for at first, twice as long after each that did not come:
/// the others wait for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// For how long nothing but the answer is waited for.
const AT_ONCE: Duration = Duration::from_millis(300);

/// What Telegram has answered about a channel.
pub(super) type Answer = Result<Result<Read<ChannelDifference>, Unread>, Error>;

/// A channel's difference on its way. Pushes are read meanwhile.
pub(super) struct Asking {
    channel: i64,
    /// From where on.
    pts: i32,
    answer: BoxFuture<'static, Answer>,
}

/// Waits for what is on its way; for ever when nothing is.
pub(super) async fn answer(asking: &mut Option<Asking>) -> (i64, i32, Answer) {
    let Some(waiting) = asking else {
        return pending().await;
    };
    let told = (&mut waiting.answer).await;
    let (channel, pts) = (waiting.channel, waiting.pts);
    *asking = None;
    (channel, pts, told)
}

impl Receiver {
    /// Asks for the next channel's difference, unless that one is not to be asked for.
    pub(super) async fn ask_channel(&mut self) -> Result<Option<Received>, Error> {
        let Some(mut request) = self.boxes.get_channel_difference() else {
            return Ok(None);
        };
        let Some(channel) = asked(&request) else {
            return Ok(None);
        };
        let now = Instant::now();
        if !self.wanted.contains(channel) {
            return Ok(self.leave(channel));
        }
        if self.retries.waits(channel, now) {
            return Ok(self.still_failing(channel));
        }
        if let Some(until) = self.retries.flooded_until(now) {
            self.put_off(channel, until);
            return Ok(None);
        }
        let Some(input) = Self::input_channel(self.session(), channel).await? else {
            log::debug!("channel {channel} has no access hash; its difference has to wait");
            return Ok(Some(self.lost(channel, GapCause::NoAccessHash)));
        };
        request.channel = input;
        request.limit = CHANNEL_DIFFERENCE_LIMIT;
        let (caller, pts) = (Arc::clone(&self.caller), request.pts);
        let failures = self.retries.failures(channel).min(4);
        let patience = (caller.call_timeout() / 3).min(PATIENCE * (1 << failures));
        let answer = async move {
            // A link that has to be made anew may wait its turn for longer than for an answer.
            caller.turn().await;
            let answer = timeout(
                patience,
                caller.invoke_or_place(&request, &CallOptions::default()),
            )
            .await;
            answer.unwrap_or(Err(Error::Timeout))
        };
        let answer = answer.boxed();
        self.asking = Some(Asking {
            channel,
            pts,
            answer,
        });
        // An answer that comes at once is not kept waiting by pushes, each of which is written first.
        match timeout(AT_ONCE, self::answer(&mut self.asking)).await {
            Ok(answered) => self.channel_answered(answered).await,
            Err(_elapsed) => Ok(None),
        }
    }

    /// A channel as a call names it, if its access hash is known.
    async fn input_channel(
        session: &HubSession,
        channel: i64,
    ) -> Result<Option<tl::enums::InputChannel>, Error> {
        let peer = session.peer(PeerId::channel_unchecked(channel)).await;
        let peer = peer.map_err(|error| Error::Storage(error.into()))?;
        Ok(match peer {
            Some(PeerInfo::Channel {
                id,
                auth: Some(auth),
                ..
            }) => Some(
                tl::types::InputChannel {
                    channel_id: id,
                    access_hash: auth.hash(),
                }
                .into(),
            ),
            _ => None,
        })
    }
}
