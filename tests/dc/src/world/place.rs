//! Places and contacts that messages show.
//!
//! Owns which coordinates there are, and whom a number belongs to. The objects say everything
//! themselves.

use grammers_tl_types::types;

use super::World;
use super::media::Media;
use super::random::random;
use super::refusal::Refusal;

/// A point on the map.
///
/// # Errors
/// 400 `GEO_POINT_INVALID` for what is not on the globe.
pub fn point(
    latitude: f64,
    longitude: f64,
    accuracy_radius: Option<i32>,
) -> Result<types::GeoPoint, Refusal> {
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err(Refusal::bad("GEO_POINT_INVALID"));
    }
    Ok(types::GeoPoint {
        long: longitude,
        lat: latitude,
        access_hash: i64::from_le_bytes(random()),
        accuracy_radius,
    })
}

/// A point as a message shows it.
pub fn geo(point: types::GeoPoint) -> Media {
    let geo = point.into();
    Media::Told(Box::new(types::MessageMediaGeo { geo }.into()))
}

impl World {
    /// A number and a name as a message shows them, with the account of that number.
    pub fn contact_card(&self, phone: &str, names: (String, String), vcard: String) -> Media {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let user = self.by_phone.get(&digits).copied();
        let (first_name, last_name) = names;
        let card = types::MessageMediaContact {
            phone_number: phone.to_owned(),
            first_name,
            last_name,
            vcard,
            user_id: user.map_or(0, |user| user.0),
        };
        Media::Told(Box::new(card.into()))
    }
}
