//! A switch that the kernel pulls: it ends this process at an instant that nobody has put off.
//!
//! It owns one timer of `timer_create(2)`, whose signal is SIGKILL. It works also while the process
//! is stopped, swapped out or hung, and the process's sockets close with it. It must not know what
//! the instant means.

use crate::model::BootTime;
use nix::sys::signal::{SigEvent, SigevNotify, Signal};
use nix::sys::time::TimeSpec;
use nix::sys::timer::{Expiration, Timer, TimerSetTimeFlags};
use nix::time::{ClockId, clock_gettime};
use std::sync::mpsc;
use std::time::Duration;

/// The switch. It is off until it is armed, and when it is dropped.
#[derive(Debug)]
pub struct DeadMan {
    orders: mpsc::Sender<Order>,
}

struct Order {
    /// `None` puts the switch off for good.
    at: Option<BootTime>,
    done: mpsc::Sender<nix::Result<()>>,
}

impl DeadMan {
    /// Makes a switch.
    ///
    /// # Errors
    /// When the kernel gives no timer.
    pub fn new() -> std::io::Result<Self> {
        let (orders, inbox) = mpsc::channel::<Order>();
        let (made, answer) = mpsc::channel();
        // A timer stays with the thread that has made it.
        std::thread::Builder::new()
            .name("dead-man".to_owned())
            .spawn(move || match create() {
                Ok((mut timer, clock)) => {
                    made.send(Ok(())).ok();
                    for order in inbox {
                        order.done.send(set(&mut timer, clock, order.at)).ok();
                    }
                }
                Err(error) => {
                    made.send(Err(error)).ok();
                }
            })?;
        answer
            .recv()
            .unwrap_or(Err(nix::errno::Errno::EAGAIN))
            .map_err(std::io::Error::from)?;
        Ok(Self { orders })
    }

    /// Lets the kernel end this process at an instant, and no earlier.
    ///
    /// # Errors
    /// When the kernel does not take it; an earlier instant stands then.
    pub(super) fn arm(&self, at: BootTime) -> std::io::Result<()> {
        self.order(Some(at))
    }

    /// Puts the switch off.
    ///
    /// # Errors
    /// When the kernel does not take it.
    pub(super) fn disarm(&self) -> std::io::Result<()> {
        self.order(None)
    }

    fn order(&self, at: Option<BootTime>) -> std::io::Result<()> {
        let (done, answer) = mpsc::channel();
        let sent = self.orders.send(Order { at, done }).is_ok();
        let result = sent.then(|| answer.recv().ok()).flatten();
        // The thread lives as long as this.
        result
            .unwrap_or(Err(nix::errno::Errno::ESRCH))
            .map_err(std::io::Error::from)
    }
}

fn create() -> nix::Result<(Timer, ClockId)> {
    let event = || {
        SigEvent::new(SigevNotify::SigevSignal {
            signal: Signal::SIGKILL,
            si_value: 0,
        })
    };
    let first = ClockId::CLOCK_BOOTTIME;
    match Timer::new(first, event()) {
        Ok(timer) => Ok((timer, first)),
        Err(error) => {
            log::warn!(
                "the kernel has no timer that goes on in a suspended machine ({error}); one that \
                 stands still meanwhile is used, so do not let this machine sleep"
            );
            let second = ClockId::CLOCK_MONOTONIC;
            Timer::new(second, event()).map(|timer| (timer, second))
        }
    }
}

fn set(timer: &mut Timer, clock: ClockId, at: Option<BootTime>) -> nix::Result<()> {
    let instant = match at {
        Some(at) => {
            // An instant that has passed is one that comes at once; zero would put it off.
            let left = at.left().max(Duration::from_nanos(1));
            clock_gettime(clock)? + TimeSpec::from_duration(left)
        }
        None => TimeSpec::new(0, 0),
    };
    timer.set(
        Expiration::OneShot(instant),
        TimerSetTimeFlags::TFD_TIMER_ABSTIME,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_that_is_put_off_in_time_harms_nobody() {
        let switch = DeadMan::new().expect("a timer");
        let far = BootTime::now().after(Duration::from_mins(1));
        switch.arm(far).expect("armed");
        switch.disarm().expect("put off");
    }
}
