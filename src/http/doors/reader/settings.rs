//! What can be set of the reader door.

use crate::config::{AnySetting, GUEST_CLIENTS, GUEST_CONNECTS, GUEST_IDLE, Setting, Switch};

/// Every setting of this door.
pub(super) static SETTINGS: &[&dyn AnySetting] =
    &[&PUBLIC, &GUEST_IDLE, &GUEST_CLIENTS, &GUEST_CONNECTS];

/// Whether who brings a session string needs no key.
pub(super) static PUBLIC: Setting<Switch> = Setting {
    name: "HUB_READER_PUBLIC",
    former: &[],
    what: "Whether the reader door is open to callers who show no key",
    more: "They reach the accounts whose session strings they bring and nothing else. It changes \
           nothing for a hub without `HUB_API_KEY`, which other machines cannot reach.",
    kind: Switch,
};
