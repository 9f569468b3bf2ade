//! The JSON of the hub's door: what it takes and what it gives.
//!
//! Owns the names of every field and the turning of them into operations and back.

mod backfills;
mod entities;
mod gaps;
mod healing;
mod import;
mod log_outs;
mod login;
mod messages;
mod qr;
mod sends;
mod sessions;
mod shared;

pub(crate) use backfills::{Backfill, BackfillIdParam, BackfillRequest, Backfills};
pub(crate) use entities::{CachedEntities, ResolveRequest, Resolved};
pub(crate) use gaps::{GapQueryParams, Gaps};
pub(crate) use import::{ImportRequest, Imported};
pub(crate) use log_outs::LoggedOutAnswer;
pub(crate) use login::{
    CodeRequest, LoginProgressAnswer, LoginStartedAnswer, PasswordRequest, SessionRequest,
    StartRequest,
};
pub(crate) use messages::{MessageQueryParams, Messages};
pub(crate) use qr::{
    Picture, QrImageQuery, QrLoginAnswer, QrPasswordRequest, QrRequest, QrTokenParam, cancelled,
};
pub(crate) use sends::{ReplyRequest, SendRequest, Sent};
pub(crate) use sessions::{DestroyQuery, ListQuery, Restored, Session, Sessions};
pub(crate) use shared::{Done, SessionNameParam};

#[cfg(test)]
mod tests;
