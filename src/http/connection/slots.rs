//! How many connections there may be, in all and from one address.

use crate::metrics::{HTTP_CONNECTIONS, HTTP_CONNECTIONS_REFUSED};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often refused connections are written of in the log.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// How much memory answers may take, in bytes, before those who do not take theirs lose them early.
const ANSWERS_BYTES: usize = 64 * 1024 * 1024;

/// All connections of the hub.
#[derive(Debug)]
pub(crate) struct Slots {
    most: usize,
    most_of_one: usize,
    held: Mutex<Held>,
    /// The bytes of answers that wait to be taken and nobody else has a use for.
    answers: AtomicUsize,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
    refused: usize,
    said: Option<Instant>,
}

/// The place of one connection; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Arc<Slots>,
    address: IpAddr,
}

impl Slots {
    /// Room for `most` connections, and for `most_of_one` from one address of another machine.
    pub(crate) fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_of_one,
            held: Mutex::default(),
            answers: AtomicUsize::new(0),
        })
    }

    /// A place for a connection from there, unless there is none left.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let address = whose(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = held.by_address.get(&address).copied().unwrap_or_default();
        let full = held.all >= self.most;
        if full || of_one >= self.share(address) {
            held.refuse(address, full);
            return None;
        }
        held.all += 1;
        held.by_address.insert(address, of_one + 1);
        metrics::gauge!(HTTP_CONNECTIONS).set(as_figure(held.all));
        drop(held);
        Some(Slot {
            slots: Arc::clone(self),
            address,
        })
    }

    pub(super) fn hold(&self, bytes: usize) {
        self.answers.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn let_go(&self, bytes: usize) {
        self.answers.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Programs on this machine, a reverse proxy among them, speak for many; some room is left to
    /// the others all the same.
    fn share(&self, address: IpAddr) -> usize {
        if address.is_loopback() {
            (self.most - self.most / 8).max(1)
        } else {
            self.most_of_one
        }
    }
}

impl Slot {
    pub(super) fn slots(&self) -> Arc<Slots> {
        Arc::clone(&self.slots)
    }

    /// Whether the answers that wait take more memory than they should.
    pub(super) fn is_crowded(&self) -> bool {
        self.slots.answers.load(Ordering::Relaxed) > ANSWERS_BYTES
    }
}

impl Held {
    fn refuse(&mut self, address: IpAddr, full: bool) {
        metrics::counter!(HTTP_CONNECTIONS_REFUSED).increment(1);
        self.refused += 1;
        if self.said.is_some_and(|said| said.elapsed() < SAY_EVERY) {
            return;
        }
        let limit = if full {
            "HUB_MAX_CONNECTIONS"
        } else {
            "HUB_MAX_CONNECTIONS_PER_ADDRESS"
        };
        log::warn!(
            refused = self.refused, address:% = address, open = self.all;
            "{} connections refused since the last such line, the last one from {address}: \
             {limit} is reached, {} are open",
            self.refused, self.all
        );
        self.refused = 0;
        self.said = Some(Instant::now());
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let held = self.slots.held.lock();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        held.all = held.all.saturating_sub(1);
        let left = held.by_address.get(&self.address).map(|count| count - 1);
        match left {
            Some(left) if left > 0 => held.by_address.insert(self.address, left),
            _ => held.by_address.remove(&self.address),
        };
        metrics::gauge!(HTTP_CONNECTIONS).set(as_figure(held.all));
    }
}

/// Whom an address belongs to: an IPv6 client has a whole network of 64 bits at its disposal.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address => address,
    }
}

fn as_figure(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_address_leaves_room_to_others_and_gives_back_what_it_held() {
        let slots = Slots::new(8, 2);
        let near = address("10.0.0.1");
        let held = [slots.take(near), slots.take(near)];
        assert!(held.iter().all(Option::is_some));
        assert!(slots.take(near).is_none());
        assert!(slots.take(address("::ffff:10.0.0.1")).is_none());
        assert!(slots.take(address("10.0.0.2")).is_some());
        drop(held);
        assert!(slots.take(near).is_some());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let slots = Slots::new(8, 1);
        let held = slots.take(address("2001:db8::1"));
        assert!(held.is_some() && slots.take(address("2001:db8::ffff:2")).is_none());
        assert!(slots.take(address("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn the_machine_itself_leaves_room_to_others() {
        let slots = Slots::new(8, 2);
        let own: Vec<_> = (0..8)
            .map_while(|_| slots.take(address("127.0.0.1")))
            .collect();
        assert_eq!(own.len(), 7);
        let other = slots.take(address("10.0.0.1"));
        assert!(other.is_some() && slots.take(address("10.0.0.2")).is_none());
    }
}
