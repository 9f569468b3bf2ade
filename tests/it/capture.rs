//! What accounts receive stands in the log, whole and once, whatever happens on the way.

mod content;
mod faults;
