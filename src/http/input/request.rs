//! A request as a struct: one declaration for its fields, their reading and their schemas.

use super::fault::Fault;
use super::param::Described;
use super::policy::Policy;
use super::reader::Reader;
use serde_json::{Map, Value};

/// Something that is read from the values of a body, a query or a tool call.
pub(crate) trait Request: Sized {
    /// What is published of its fields, in their order.
    fn fields(policy: Policy) -> Vec<Described>;

    /// Reads every field, also after a fault, so that a client learns of all faults at once.
    /// `None` when one has a fault, which `reader` has noted.
    fn read_fields(reader: &mut Reader<'_>) -> Option<Self>;

    /// Reads values found in `place`: `body` or `query`.
    ///
    /// # Errors
    /// Every fault; at least one.
    fn read(
        place: &'static str,
        given: &Map<String, Value>,
        policy: Policy,
    ) -> Result<Self, Vec<Fault>> {
        let mut reader = Reader::new(place, given, policy);
        let read = Self::read_fields(&mut reader);
        reader.finish(read)
    }
}

/// A request of a door that reads all of its own alike.
pub(crate) trait OwnRequest: Request {
    /// How the door reads.
    const POLICY: Policy;
    /// What the request is, in a sentence.
    const ABOUT: &'static str;
}

/// The name of a field, also of one that Rust would read as a word of its own.
pub(crate) fn field_name(written: &'static str) -> &'static str {
    written.trim_start_matches("r#")
}

/// Declares a request: a struct, and for each field a [`Kind`](crate::http::input::kind::Kind) of
/// values or a [`Param`](crate::http::input::Param), which says as well what holds when the field is
/// missing.
///
/// The comments are what clients read. With `policy` in front it is an
/// [`OwnRequest`], and what the OpenAPI document says of it is made
/// of the same declaration.
macro_rules! request {
    (
        policy $policy:expr;
        $(#[doc = $about:literal])*
        $visible:vis struct $name:ident { $($fields:tt)* }
    ) => {
        $crate::http::input::request! {
            $(#[doc = $about])*
            $visible struct $name { $($fields)* }
        }

        impl $crate::http::input::OwnRequest for $name {
            const POLICY: $crate::http::input::Policy = $policy;
            const ABOUT: &'static str = concat!($($about),*);
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::http::input::openapi::body::<Self>()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl utoipa::IntoParams for $name {
            fn into_params(
                _place: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::http::input::openapi::query::<Self>()
            }
        }
    };
    (
        $(#[doc = $about:literal])*
        $visible:vis struct $name:ident {
            $($(#[doc = $comment:literal])* $field:ident: $type:ty = $param:expr,)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug)]
        $visible struct $name {
            $($(#[doc = $comment])* pub(crate) $field: $type,)*
        }

        impl $crate::http::input::Request for $name {
            fn fields(
                policy: $crate::http::input::Policy,
            ) -> Vec<$crate::http::input::Described> {
                let _ = policy;
                vec![$($crate::http::input::Described::new::<$type>(
                    $crate::http::input::field_name(stringify!($field)),
                    concat!($($comment),*),
                    $param,
                    policy,
                )),*]
            }

            fn read_fields(reader: &mut $crate::http::input::Reader<'_>) -> Option<Self> {
                let _ = &reader;
                $(let $field: Option<$type> = reader.field(
                    $crate::http::input::field_name(stringify!($field)),
                    $param,
                );)*
                Some(Self { $($field: $field?),* })
            }
        }
    };
}

pub(crate) use request;
