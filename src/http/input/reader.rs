//! Reading the fields of one request: what their declarations make of the given values.
//!
//! All faults are found in one go, those of the fields first and in their order, then those of
//! unknown names. It must not know which request is read.

use super::fault::{Fault, Place, Trouble};
use super::param::{Missing, Param};
use super::policy::{Null, Policy, Unknown};
use serde_json::{Map, Value};

/// The values of one request, and the faults found in them.
pub(crate) struct Reader<'a> {
    place: &'static str,
    given: &'a Map<String, Value>,
    policy: Policy,
    known: Vec<&'static str>,
    chats: Vec<String>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Values found in `place`: `body` or `query`.
    pub(crate) const fn new(
        place: &'static str,
        given: &'a Map<String, Value>,
        policy: Policy,
    ) -> Self {
        Self {
            place,
            given,
            policy,
            known: Vec::new(),
            chats: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Reads a field. `None` when it has a fault, which is noted.
    pub(crate) fn field<T>(&mut self, name: &'static str, param: impl Into<Param<T>>) -> Option<T> {
        let (param, given) = (param.into(), self.given);
        self.known.push(name);
        let null_is_missing = self.policy.null == Null::IsMissing;
        let value = match (given.get(name), param.missing) {
            (None, Missing::Taken(value, _)) => return Some(value),
            (Some(Value::Null), Missing::Taken(value, _)) if null_is_missing => return Some(value),
            (value, _) => value,
        };
        if param.names_chat {
            let named = value.and_then(Value::as_str);
            self.chats.extend(named.map(str::to_owned));
        }
        let read = match value {
            Some(value) => (param.read)(value, self.policy),
            None => Err(vec![Fault::of(Trouble::Missing, self.policy.input(given))]),
        };
        read.map_err(|faults| self.note(name, faults)).ok()
    }

    /// The chats that the fields so far name, as they were given.
    pub(crate) fn chats(&mut self) -> Vec<String> {
        std::mem::take(&mut self.chats)
    }

    /// What was made of the fields, or every fault.
    ///
    /// # Errors
    /// At least one fault.
    pub(crate) fn finish<T>(mut self, read: Option<T>) -> Result<T, Vec<Fault>> {
        if self.policy.unknown == Unknown::Refused {
            let known = std::mem::take(&mut self.known);
            let unknown = self.given.iter();
            for (name, value) in unknown.filter(|(name, _)| !known.contains(&name.as_str())) {
                let fault = Fault::of(Trouble::Extra, self.policy.input(value));
                self.note(name, vec![fault]);
            }
        }
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(self.faults),
        }
    }

    fn note(&mut self, name: &str, faults: Vec<Fault>) {
        let prefix = self.policy.prefix.then_some(self.place);
        let place = || prefix.into_iter().chain([name]);
        let faults = faults.into_iter();
        self.faults.extend(
            faults.map(|fault| fault.within(place().map(|step| Place::Field(step.to_owned())))),
        );
    }
}

#[cfg(test)]
pub(super) mod tests;
