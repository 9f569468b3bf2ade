//! The JSON of `POST /rules` and `GET /calls/{account}`.
//!
//! Owns the fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::world::rules::Limit;
use crate::world::watch::MadeCall;

/// `POST /rules`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct RulesBody {
    /// First of all, everything, or nothing of it.
    pub(in crate::control) all: Option<bool>,
    pub(in crate::control) too_long_beyond_limit: Option<bool>,
    pub(in crate::control) hashes_end: Option<bool>,
    pub(in crate::control) differences_omit: Option<bool>,
    pub(in crate::control) codes_are_written: Option<bool>,
    pub(in crate::control) search_by_words: Option<bool>,
    pub(in crate::control) search_ignores: Option<bool>,
    pub(in crate::control) archive_folds: Option<bool>,
    /// By method; `null` for no limit.
    #[serde(default)]
    pub(in crate::control) limits: BTreeMap<String, Option<Limit>>,
}

/// `GET /calls/{account}?from=&to=&log=`, in microseconds since 1970.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct CallsQuery {
    #[serde(default)]
    pub(in crate::control) from: i64,
    pub(in crate::control) to: Option<i64>,
    /// Whether each call is listed.
    #[serde(default)]
    pub(in crate::control) log: bool,
}

/// Answer of `GET /calls/{account}`.
#[derive(Debug, Serialize)]
pub(in crate::control) struct CallsAnswer {
    pub(in crate::control) total: usize,
    pub(in crate::control) calls: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::control) log: Option<Vec<MadeCall>>,
}
