//! Places and contacts that a client hands in.
//!
//! Owns the translation alone: which places there are is the world's.

use grammers_tl_types::enums::InputGeoPoint;
use grammers_tl_types::types;

use crate::world::World;
use crate::world::media::Media;
use crate::world::place;
use crate::world::refusal::Refusal;

/// A point on the map.
///
/// # Errors
/// 400 `GEO_POINT_INVALID`.
pub(super) fn point(input: &InputGeoPoint) -> Result<Media, Refusal> {
    located(input).map(place::geo)
}

/// A place with a name.
///
/// # Errors
/// 400 `GEO_POINT_INVALID`.
pub(super) fn venue(input: types::InputMediaVenue) -> Result<Media, Refusal> {
    let venue = types::MessageMediaVenue {
        geo: located(&input.geo_point)?.into(),
        title: input.title,
        address: input.address,
        provider: input.provider,
        venue_id: input.venue_id,
        venue_type: input.venue_type,
    };
    Ok(Media::Told(Box::new(venue.into())))
}

/// Somebody's number and name.
pub(super) fn contact(world: &World, input: types::InputMediaContact) -> Media {
    let names = (input.first_name, input.last_name);
    world.contact_card(&input.phone_number, names, input.vcard)
}

fn located(input: &InputGeoPoint) -> Result<types::GeoPoint, Refusal> {
    match input {
        InputGeoPoint::Point(point) => place::point(point.lat, point.long, point.accuracy_radius),
        InputGeoPoint::Empty => Err(Refusal::bad("GEO_POINT_INVALID")),
    }
}
