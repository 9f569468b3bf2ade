//! Who is at the data centre in a run.
//!
//! Owns the people, groups and channels, and who holds which username at the moment: what the
//! steps call the truth. It asks the data centre and never the hub.

use crate::Failure;
use crate::fleet::refused;
use fastrand::Rng;
use local_dc::dc::Dc;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use std::collections::BTreeMap;

/// The run's own account.
pub(super) const OWN_PHONE: &str = "+15550000001";
/// Its id.
pub(super) const OWN: i64 = 5_550_000_001;
/// Its name.
pub(super) const OWN_NAME: &str = "alice";

/// A chat as the ledger names it: the marked id of a group or channel, the sides of a private one.
pub(super) type Place = Vec<i64>;

/// Names that move from channel to channel.
const NAMES: usize = 6;

/// A person with a username and a number.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) username: String,
    pub(super) phone: String,
}

/// A basic group, and the supergroup it has become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) id: i64,
    pub(super) upgraded: Option<i64>,
}

/// Everybody and everything.
#[derive(Debug)]
pub(super) struct Crowd {
    /// Those who have written to the account and have a username.
    pub(super) people: Vec<Person>,
    /// Those who write in the large group alone, whom nobody knows otherwise.
    pub(super) strangers: Vec<Person>,
    /// The large group of the strangers.
    pub(super) large: i64,
    pub(super) groups: Vec<Group>,
    pub(super) channels: Vec<i64>,
    /// Who has each of the names that move; `None` is nobody.
    pub(super) owners: BTreeMap<String, Option<i64>>,
}

/// The private chat of the account with somebody.
pub(super) fn private(with: i64) -> Place {
    let mut sides = vec![OWN, with];
    sides.sort_unstable();
    sides.dedup();
    sides
}

fn person(dc: &Dc, number: usize) -> Result<Person, Failure> {
    let phone = format!("+1555000{number:04}");
    let id = dc.user(&phone).map_err(|refusal| refused(&refusal))?.0;
    let username = format!("user{number:04}");
    Ok(Person {
        id,
        username,
        phone,
    })
}

impl Crowd {
    /// What a chat that was named by its id means today: the supergroup in a group's place.
    pub(super) fn today(&self, place: Place) -> Place {
        let group = self.groups.iter().find(|group| place == [group.id]);
        let upgraded = group.and_then(|group| group.upgraded);
        upgraded.map_or(place, |id| vec![id])
    }

    /// Makes them all.
    pub(super) fn gather(dc: &Dc) -> Result<Self, Failure> {
        let no = |refusal| refused(&refusal);
        let people: Vec<Person> = (100..112)
            .map(|number| person(dc, number))
            .collect::<Result<_, _>>()?;
        for one in &people {
            dc.send(&one.username, OWN_NAME, "hello").map_err(no)?;
        }
        let strangers: Vec<Person> = (300..306)
            .map(|number| person(dc, number))
            .collect::<Result<_, _>>()?;
        let names: Vec<&str> = strangers.iter().map(|one| one.username.as_str()).collect();
        let large = NewChat::new(OWN_NAME, "large").with(&names);
        let large = dc.create_channel(ChannelKind::Supergroup, large);
        let mut groups = Vec::new();
        for (number, one) in people.iter().take(10).enumerate() {
            let (title, with) = (format!("group {number}"), [one.username.as_str()]);
            let new = NewChat::new(OWN_NAME, &title).with(&with);
            let id = dc.create_group(new).map_err(no)?;
            groups.push(Group { id, upgraded: None });
        }
        let mut channels = Vec::new();
        for number in 0..8 {
            let title = format!("channel {number}");
            let kind = match number % 2 {
                0 => ChannelKind::Supergroup,
                _ => ChannelKind::Broadcast,
            };
            let new = NewChat::new(OWN_NAME, &title);
            channels.push(dc.create_channel(kind, new).map_err(no)?);
        }
        let mut crowd = Self {
            people,
            strangers,
            large: large.map_err(no)?,
            groups,
            channels,
            owners: BTreeMap::new(),
        };
        for number in 0..NAMES {
            let (name, channel) = (format!("moving_{number}"), crowd.channels[number]);
            dc.publish(&channel.to_string(), Some(&name)).map_err(no)?;
            crowd.owners.insert(name, Some(channel));
        }
        Ok(crowd)
    }

    /// Takes a name from its channel and gives it to another that has none, or to nobody.
    pub(super) fn move_name(&mut self, dc: &Dc, rng: &mut Rng) -> Result<(), Failure> {
        let no = |refusal| refused(&refusal);
        let names: Vec<String> = self.owners.keys().cloned().collect();
        let name = &names[rng.usize(..names.len())];
        let nameless = self.channels.iter().filter(|channel| {
            let owners: Vec<_> = self.owners.values().flatten().collect();
            !owners.contains(channel)
        });
        let nameless: Vec<i64> = nameless.copied().collect();
        if let Some(Some(owner)) = self.owners.get(name) {
            dc.publish(&owner.to_string(), None).map_err(no)?;
        }
        let heir = (rng.u8(..) > 50).then(|| nameless[rng.usize(..nameless.len())]);
        if let Some(heir) = heir {
            dc.publish(&heir.to_string(), Some(name)).map_err(no)?;
        }
        self.owners.insert(name.clone(), heir);
        Ok(())
    }

    /// Makes a supergroup of a group, unless all are. Whether there was one left.
    pub(super) fn upgrade(&mut self, dc: &Dc) -> Result<bool, Failure> {
        let Some(group) = self
            .groups
            .iter_mut()
            .find(|group| group.upgraded.is_none())
        else {
            return Ok(false);
        };
        let made = dc.upgrade(&group.id.to_string());
        group.upgraded = Some(made.map_err(|refusal| refused(&refusal))?);
        Ok(true)
    }
}
