//! Raw objects: what stands for them while an answer is put together, and their bytes afterwards.
//!
//! Owns one constructor for each place a raw object can have, which ends with its mark. TL carries
//! no lengths, so the bytes are put in only when everything around them is serialised.

use grammers_tl_types::{Identifiable, enums, types};

use crate::world::World;
use crate::world::ids::MessageId;
use crate::world::raw::RawId;

/// Bytes of a mark.
const MARK: usize = 8;
/// Bytes before the mark of what stands for a message: `messageEmpty`, flags, id, `peerChannel`.
const BEFORE_MESSAGE: usize = 16;
/// Where the id is in it.
const MESSAGE_ID: usize = 8;
/// Bytes before the mark of what stands for a message's media: `messageMediaGeo`, `geoPoint`,
/// flags, two coordinates.
const BEFORE_MEDIA: usize = 28;
/// Bytes before the mark of what stands for a user, chat or update: the constructor.
const BEFORE_OBJECT: usize = 4;

/// Stands for a whole message.
pub(super) fn raw_message(world: &World, raw: RawId, id: MessageId) -> enums::Message {
    let channel_id = world.raws.mark(raw);
    types::MessageEmpty {
        id: id.0,
        peer_id: Some(types::PeerChannel { channel_id }.into()),
    }
    .into()
}

/// Stands for what a message shows beside its text.
pub(super) fn raw_media(world: &World, raw: RawId) -> enums::MessageMedia {
    let geo = types::GeoPoint {
        long: 0.0,
        lat: 0.0,
        access_hash: world.raws.mark(raw),
        accuracy_radius: None,
    };
    types::MessageMediaGeo { geo: geo.into() }.into()
}

/// Stands for a user.
pub(super) fn raw_user(world: &World, raw: RawId) -> enums::User {
    let id = world.raws.mark(raw);
    types::UserEmpty { id }.into()
}

/// Stands for a group or channel.
pub(super) fn raw_chat(world: &World, raw: RawId) -> enums::Chat {
    let id = world.raws.mark(raw);
    types::ChatEmpty { id }.into()
}

/// Stands for an update.
pub(super) fn raw_update(world: &World, raw: RawId) -> enums::Update {
    let channel_id = world.raws.mark(raw);
    types::UpdateChannel { channel_id }.into()
}

/// Puts the bytes of raw objects in their places.
pub(in crate::rpc) fn fill(world: &World, answer: Vec<u8>) -> Vec<u8> {
    if world.raws.is_empty() {
        return answer;
    }
    let mut filled = Vec::with_capacity(answer.len());
    let (mut copied, mut at) = (0, 0);
    while let Some(mark) = read(&answer, at).map(i64::from_le_bytes) {
        let raw = world.raws.marked(mark);
        let Some((raw, start)) = raw.and_then(|raw| Some((raw, start(&answer, at)?))) else {
            at += 4;
            continue;
        };
        filled.extend_from_slice(answer.get(copied..start).unwrap_or_default());
        let id = read(&answer, start + MESSAGE_ID).map_or(0, i32::from_le_bytes);
        filled.extend(raw.with_id(id));
        at += MARK;
        copied = at;
    }
    filled.extend_from_slice(answer.get(copied..).unwrap_or_default());
    filled
}

/// Where the object begins that ends with the mark at this place.
fn start(answer: &[u8], mark: usize) -> Option<usize> {
    let places = [
        (BEFORE_MESSAGE, types::MessageEmpty::CONSTRUCTOR_ID),
        (BEFORE_MEDIA, types::MessageMediaGeo::CONSTRUCTOR_ID),
        (BEFORE_OBJECT, types::UserEmpty::CONSTRUCTOR_ID),
        (BEFORE_OBJECT, types::ChatEmpty::CONSTRUCTOR_ID),
        (BEFORE_OBJECT, types::UpdateChannel::CONSTRUCTOR_ID),
    ];
    let mut places = places.into_iter();
    places.find_map(|(before, constructor)| {
        let start = mark.checked_sub(before)?;
        (read(answer, start).map(u32::from_le_bytes) == Some(constructor)).then_some(start)
    })
}

fn read<const N: usize>(answer: &[u8], at: usize) -> Option<[u8; N]> {
    answer.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::Serializable as _;

    use super::*;
    use crate::clock::Clock;
    use crate::world::people::fixed;
    use crate::world::raw::Raw;

    #[test]
    fn every_place_is_filled_and_what_is_around_stays() {
        let mut world = World::new(fixed(), Clock::default());
        let id = world.raws.keep(Raw::new([0xAB; 12]).with_id_at(4)).unwrap();
        let objects = [
            raw_message(&world, id, MessageId(9)).to_bytes(),
            raw_media(&world, id).to_bytes(),
            raw_user(&world, id).to_bytes(),
            raw_chat(&world, id).to_bytes(),
            raw_update(&world, id).to_bytes(),
        ];
        for (n, object) in objects.into_iter().enumerate() {
            let mut answer = vec![1; 40];
            answer.extend(object);
            answer.extend([2; 20]);
            let filled = fill(&world, answer);
            assert_eq!(filled.len(), 40 + 12 + 20, "{n}");
            assert_eq!(
                filled.get(..44),
                Some(&[&[1; 40][..], &[0xAB; 4]].concat()[..])
            );
            assert_eq!(
                filled.get(48..),
                Some(&[&[0xAB; 4][..], &[2; 20]].concat()[..])
            );
        }
    }
}
