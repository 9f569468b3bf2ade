//! One account's life: connecting, staying online, capturing, backing off, logging in and out.
//!
//! Each account is one supervised task (`account`) that owns everything of the account and moves
//! from phase to phase; what others may see or ask goes through a [`SessionHandle`]. Nothing here
//! knows of HTTP, and no account's trouble reaches another.

mod account;
mod backoff;
mod capture;
mod connect;
mod crossings;
mod giving_up;
mod handle;
mod healing;
mod history;
mod import;
mod known_peers;
mod ladder;
mod log_outs;
mod login;
mod login_attempt;
mod login_phase;
mod looks;
mod online;
mod present;
mod qr;
mod reconcile;
mod registry;
mod restore;
mod rhythm;
mod unreadable;
mod waiting;
mod watchdog;
mod writer;

pub use account::{SessionContext, Timing};
pub use backoff::BackoffPolicy;
pub use giving_up::{destroy, log_out_state};
pub use handle::{SessionHandle, SessionSnapshot};
pub use history::{HistoryRequest, stream_history};
pub use import::{ForeignKey, export, import};
pub use log_outs::{LogOuts, run as run_log_outs};
pub use login::{LoginProgress, LoginStarted};
pub use qr::{QrLogins, QrLook, QrState, QrTiming, WrongPassword};
pub use registry::Registry;
pub use restore::{RestoreProgress, RestoreSnapshot};
pub use waiting::Reconnected;
pub use writer::Writer;
