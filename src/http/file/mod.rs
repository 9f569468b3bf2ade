//! How files are answered, whichever door they are asked through: parts of them, under conditions,
//! and by what name they are saved.
//!
//! It must not know where files come from.

mod conditions;
mod range;

pub(crate) use conditions::{Asked, Validators, asked};
pub(crate) use range::requested;

use actix_web::http::header::{
    Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};

/// Says of a request that its answer leaves without a body: nobody needs to read a file for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadOnly;

/// Always an attachment: what people send must not run in a browser as a page of this hub.
pub(crate) fn attachment(name: Option<&str>) -> ContentDisposition {
    let parameters = name.map(|name| {
        DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        })
    });
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: parameters.into_iter().collect(),
    }
}

/// The same for clients that read `filename` alone, as far as the name allows it.
pub(crate) fn saved_as(name: &str) -> ContentDisposition {
    let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%');
    if !name.chars().all(is_plain) {
        return attachment(Some(name));
    }
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name.to_owned())],
    }
}

/// The value of `Content-Range` for a part (RFC 9110, section 14.4).
pub(crate) fn content_range(start: u64, length: u64, size: u64) -> String {
    let last = (start + length).saturating_sub(1);
    format!("bytes {start}-{last}/{size}")
}

/// The same when no part can be given.
pub(crate) fn unsatisfied_range(size: u64) -> String {
    format!("bytes */{size}")
}
