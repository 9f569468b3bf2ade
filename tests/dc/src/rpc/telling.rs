//! Telling: from what has happened to serialised updates on their way to sessions.
//!
//! Owns how news are put together, who is reached, and that pushes get lost, doubled or out of
//! order when they are told to. How they look is `render`'s.

use std::collections::HashMap;

use bytes::Bytes;

use super::{Outlet, render};
use crate::world::World;
use crate::world::ids::UserId;
use crate::world::news::{News, Notice, Origin, Target};
use crate::world::push_faults::Fate;

/// News for the same sessions, told at once.
struct Parcel {
    to: Target,
    except: Option<Origin>,
    news: Vec<News>,
}

/// Tells everything that has happened since the last time.
pub(super) fn tell(world: &mut World, outlet: &dyn Outlet) {
    let notices = world.take_notices();
    if notices.is_empty() {
        return;
    }
    // Taken out for as long as the world is only read.
    let mut faults = std::mem::take(&mut world.faults.pushes);
    for parcel in parcels(notices, world.bundle) {
        let push = render::pushes(world, parcel.to, &parcel.news);
        let mut send = |user: UserId| {
            if let Some(updates) = push.own.get(&user).or(push.shared.as_ref()) {
                let except = parcel.except;
                let sealed = Sealed { except, updates };
                sealed.hand_over(world, outlet, user, &mut faults);
            }
        };
        match parcel.to {
            Target::Account(user) => send(user),
            Target::Channel(channel) => {
                let members = world.channel(channel).map(|channel| channel.members.keys());
                members.into_iter().flatten().copied().for_each(send);
            }
        }
    }
    world.faults.pushes = faults;
}

/// Puts up to `bundle` news for the same sessions together, in the order of the first of each.
fn parcels(notices: Vec<Notice>, bundle: usize) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::with_capacity(notices.len());
    let mut open: HashMap<(Target, Option<Origin>), usize> = HashMap::new();
    for Notice { to, except, what } in notices {
        let key = (to, except);
        let last = open.get(&key).and_then(|at| parcels.get_mut(*at));
        if let Some(parcel) = last.filter(|parcel| parcel.news.len() < bundle) {
            parcel.news.push(what);
            continue;
        }
        if bundle > 1 {
            open.insert(key, parcels.len());
        }
        let news = vec![what];
        parcels.push(Parcel { to, except, news });
    }
    parcels
}

/// Updates that are ready to leave, and whom not to tell.
struct Sealed<'a> {
    except: Option<Origin>,
    updates: &'a Bytes,
}

impl Sealed<'_> {
    fn hand_over(
        &self,
        world: &World,
        outlet: &dyn Outlet,
        user: UserId,
        faults: &mut crate::world::push_faults::PushFaults,
    ) {
        if !faults.any() {
            return self.push(world, outlet, user);
        }
        if world.account(user).is_none_or(|a| a.keys.is_empty()) {
            return;
        }
        match faults.fate(user) {
            Fate::Deliver => self.push(world, outlet, user),
            Fate::Repeat => {
                self.push(world, outlet, user);
                self.push(world, outlet, user);
            }
            Fate::Lose => return,
            Fate::Hold => return faults.hold(user, self.except, self.updates.clone()),
        }
        for (except, updates) in faults.release(user) {
            let updates = &updates;
            Sealed { except, updates }.push(world, outlet, user);
        }
    }

    fn push(&self, world: &World, outlet: &dyn Outlet, user: UserId) {
        let Some(account) = world.account(user) else {
            return;
        };
        for key in &account.keys {
            if world.imported(*key) {
                continue;
            }
            let except = self.except.filter(|origin| origin.key == *key);
            let except = except.map(|origin| origin.session);
            outlet.push(*key, except, self.updates.clone());
        }
    }
}
