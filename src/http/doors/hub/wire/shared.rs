//! What several requests and answers of this door have in common.

use crate::http::input::Policy;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::{IntoParams, ToSchema};

/// A success without further facts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// Always `success`.
    #[schema(example = "success")]
    pub(crate) status: &'static str,
    /// What was done, in words.
    pub(crate) message: Cow<'static, str>,
}

impl Done {
    /// A success with its sentence.
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: SUCCESS,
            message: message.into(),
        }
    }
}

/// The session that a path names, for the document; handlers read it with an extractor.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Path)]
pub(crate) struct SessionNameParam {
    /// The session's name: 1 to 128 characters, no control characters, no `/`.
    #[param(
        min_length = 1,
        max_length = 128,
        pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$",
        example = "user123"
    )]
    pub(crate) session_id: String,
}

/// What every success says of itself.
pub(super) const SUCCESS: &str = "success";

/// How this door reads: unknown fields are ignored, and null is the same as nothing.
pub(super) const POLICY: Policy = Policy::PLAIN;
