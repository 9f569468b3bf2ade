//! The usernames of a user or channel.
//!
//! Owns their two forms: one username stands in a field of its own, several in a list alone.
//! Source: <https://core.telegram.org/api/username#collectible-usernames>.

use grammers_tl_types::{enums, types};

/// The list: the main one, which its owner may change, and the bought ones.
pub(super) fn usernames(main: &str, bought: &[String]) -> Vec<enums::Username> {
    let own = Some(main).filter(|name| !name.is_empty());
    let own = own.map(|name| username(name, true, true));
    own.into_iter()
        .chain(bought.iter().map(|name| username(name, false, true)))
        .collect()
}

/// The field and the list of an object; one of the two is empty.
pub(super) fn of_object(
    main: Option<&str>,
    bought: &[String],
) -> (Option<String>, Option<Vec<enums::Username>>) {
    let main = main.filter(|name| !name.is_empty());
    if bought.is_empty() {
        return (main.map(str::to_owned), None);
    }
    let mut all = usernames(main.unwrap_or_default(), bought);
    // Bought by the same owner and switched off: it leads nowhere.
    let asleep = bought.iter().map(|name| format!("{name}_off"));
    all.extend(asleep.map(|name| username(&name, false, false)));
    (None, Some(all))
}

fn username(name: &str, editable: bool, active: bool) -> enums::Username {
    types::Username {
        editable,
        active,
        deletable: false,
        expired: false,
        username: name.to_owned(),
    }
    .into()
}
