//! One tool of the table.

use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::schema::{Arguments, Fault, Output, Param, Strictness};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

/// Something a script or an agent can have an account do.
pub(crate) struct Tool {
    /// Its name, such as `send_message`.
    pub(crate) name: &'static str,
    /// Its name for people.
    pub(crate) title: &'static str,
    /// What it does, for people and agents.
    pub(crate) description: &'static str,
    /// Its arguments, in their order.
    pub(crate) params: &'static [Param],
    /// What a success answers.
    pub(crate) output: Output,
    /// What a caller should know before calling it.
    pub(crate) hints: Hints,
    /// The parameters that name chats.
    pub(crate) chats: &'static [&'static str],
    /// Where REST has it.
    pub(crate) route: Route,
    /// Does it, with arguments of `params`.
    pub(crate) run: Run,
}

/// How a tool is run.
pub(crate) type Run = for<'a> fn(&'a Call<'a>, Arguments) -> BoxFuture<'a, Result<Value, Error>>;

/// What a caller should know of a tool before calling it.
///
/// Source: <https://modelcontextprotocol.io/specification/2025-06-18/schema#toolannotations>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Changes nothing.
    pub(crate) read_only: bool,
    /// Takes something away, rather than only adding.
    pub(crate) destructive: bool,
    /// Calling it again with the same arguments changes nothing more.
    pub(crate) idempotent: bool,
}

impl Hints {
    /// Reads and changes nothing.
    pub(crate) const READS: Self = Self {
        read_only: true,
        destructive: false,
        idempotent: true,
    };
    /// Adds something each time.
    pub(crate) const ADDS: Self = Self {
        read_only: false,
        destructive: false,
        idempotent: false,
    };
    /// Brings about a state, which a second call finds already.
    pub(crate) const SETS: Self = Self {
        read_only: false,
        destructive: false,
        idempotent: true,
    };
    /// Takes something away or writes over it.
    pub(crate) const REMOVES: Self = Self {
        read_only: false,
        destructive: true,
        idempotent: true,
    };
}

/// Where REST has a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The method.
    pub(crate) method: Method,
    /// The path. Its only parameter can be `{message_id}`, an argument of the tool.
    pub(crate) path: &'static str,
    /// Where the other arguments are.
    pub(crate) source: Source,
}

/// A method of HTTP (RFC 9110, section 9; RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// Where a request has its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nowhere; a query is not looked at.
    Nothing,
    /// In the query.
    Query,
    /// In a JSON body.
    Body,
    /// In the query, and the answer is a file.
    Download,
    /// In the query, and the body is a file.
    Upload,
}

impl Route {
    /// A GET with a query.
    pub(crate) const fn get(path: &'static str) -> Self {
        Self::new(Method::Get, path, Source::Query)
    }

    /// A request with a body.
    pub(crate) const fn body(method: Method, path: &'static str) -> Self {
        Self::new(method, path, Source::Body)
    }

    /// Any request.
    pub(crate) const fn new(method: Method, path: &'static str, source: Source) -> Self {
        Self {
            method,
            path,
            source,
        }
    }

    /// Whether the path has the number of a message in it.
    pub(crate) fn names_message(&self) -> bool {
        self.path.contains("{message_id}")
    }
}

impl Tool {
    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// Every fault; at least one.
    pub(crate) fn arguments(
        &self,
        given: &Map<String, Value>,
        strictness: Strictness,
    ) -> Result<Arguments, Vec<Fault>> {
        Arguments::read(self.params, given, strictness)
    }
}
