//! What the library's bookkeeping gets wrong about channels, put right before it can.
//!
//! It owns three cures for grammers 0.11. `updateChannelTooLong` tells the channel's newest pts; the
//! library takes it for the account's own, and skips everything in between. The last part of a
//! channel's difference carries edits and deletions with pts of their own; the library has moved
//! to the end by then, and drops them as old. A difference's `timeout` is for clients that show the
//! channel; the library would ask again after it for ever. It must not know what becomes of the updates.

use crate::telegram::receiver::wanted::Places;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl::enums::updates::{ChannelDifference, Difference};
use grammers_client::tl::enums::{Update, Updates};

/// Lets a push tell only that a channel has more, not where its updates are to go on; answers the
/// channels of which it says so.
pub(super) fn keep_positions(pushed: &mut UpdatesLike) -> Vec<i64> {
    let UpdatesLike::Updates(updates) = pushed else {
        return Vec::new();
    };
    match updates {
        Updates::Updates(updates) => keep_each(&mut updates.updates),
        Updates::Combined(updates) => keep_each(&mut updates.updates),
        Updates::UpdateShort(short) => keep_each(std::slice::from_mut(&mut short.update)),
        _ => Vec::new(),
    }
}

/// The same for the account's difference. It tells of all channels that have had something since
/// its date, also of those that are where they had it: these have no more, if it says where.
pub(super) fn keep_positions_in(difference: &mut Difference, places: &Places) -> Vec<i64> {
    let updates = match difference {
        Difference::Difference(part) => &mut part.other_updates,
        Difference::Slice(part) => &mut part.other_updates,
        Difference::Empty(_) | Difference::TooLong(_) => return Vec::new(),
    };
    updates.retain(|update| match update {
        Update::ChannelTooLong(more) => more.pts.is_none_or(|pts| {
            places
                .get(&more.channel_id)
                .is_none_or(|known| pts > *known)
        }),
        _ => true,
    });
    keep_each(updates)
}

fn keep_each(updates: &mut [Update]) -> Vec<i64> {
    let mut channels = Vec::new();
    for update in updates {
        if let Update::ChannelTooLong(too_long) = update {
            too_long.pts = None;
            channels.push(too_long.channel_id);
        }
    }
    channels
}

/// Takes the wish to be asked again for ever out of a channel's difference.
pub(super) fn drop_timeout(difference: &mut ChannelDifference) {
    match difference {
        ChannelDifference::Difference(part) => part.timeout = None,
        ChannelDifference::Empty(part) => part.timeout = None,
        ChannelDifference::TooLong(part) => part.timeout = None,
    }
}

/// Takes what is not a new message out of a channel's difference. It is to be applied as it is:
/// all of it comes after the position that was asked for.
pub(super) fn take_changes(difference: &mut ChannelDifference) -> Vec<Update> {
    match difference {
        ChannelDifference::Difference(part) => std::mem::take(&mut part.other_updates),
        ChannelDifference::Empty(_) | ChannelDifference::TooLong(_) => Vec::new(),
    }
}
