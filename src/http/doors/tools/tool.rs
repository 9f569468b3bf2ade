//! One tool of the table.

use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::schema::Output;
use crate::http::input::{Described, Fault, Policy, Reader, Request};
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
    /// What it takes, and what it does with that.
    pub(crate) action: Action,
    /// What a success answers.
    pub(crate) output: Output,
    /// What a caller should know before calling it.
    pub(crate) hints: Hints,
    /// Where REST has it.
    pub(crate) route: Route,
}

/// The arguments of a tool, which do what the tool does.
pub(crate) trait Arguments: Request + Send + 'static {
    /// Does it, and answers the tool's output.
    fn run(self, call: &Call<'_>) -> impl Future<Output = Result<Value, Error>> + Send;
}

/// What a tool takes and does, whichever arguments it has.
#[derive(Clone, Copy)]
pub(crate) struct Action {
    arguments: fn(Policy) -> Vec<Described>,
    read: Reading,
}

/// Reads the arguments of a call, or tells every fault.
type Reading = fn(&Map<String, Value>, Policy) -> Result<Taken<Ready>, Vec<Fault>>;

/// Arguments that have been read, and the chats that they name.
pub(crate) struct Taken<T> {
    /// The arguments.
    pub(crate) arguments: T,
    /// The chats, as they were given.
    pub(crate) chats: Vec<String>,
}

/// Arguments that wait for their call.
pub(crate) type Ready = Box<dyn Run>;

/// What [`Arguments`] are when nobody needs to know which.
pub(crate) trait Run: Send {
    /// Does what the tool does.
    fn run<'a>(self: Box<Self>, call: &'a Call<'a>) -> BoxFuture<'a, Result<Value, Error>>;
}

impl<T: Arguments> Run for T {
    fn run<'a>(self: Box<Self>, call: &'a Call<'a>) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(T::run(*self, call))
    }
}

impl<T: Request> Taken<T> {
    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// Every fault; at least one.
    pub(crate) fn read(given: &Map<String, Value>, policy: Policy) -> Result<Self, Vec<Fault>> {
        let mut reader = Reader::new("arguments", given, policy);
        let read = T::read_fields(&mut reader);
        let chats = reader.chats();
        let arguments = reader.finish(read)?;
        Ok(Self { arguments, chats })
    }
}

impl Action {
    /// The action of these arguments.
    pub(crate) const fn of<T: Arguments>() -> Self {
        Self {
            arguments: T::fields,
            read: |given, policy| {
                let Taken { arguments, chats } = Taken::<T>::read(given, policy)?;
                let arguments: Ready = Box::new(arguments);
                Ok(Taken { arguments, chats })
            },
        }
    }
}

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
    /// What is published of its arguments, in their order.
    pub(crate) fn arguments(&self, policy: Policy) -> Vec<Described> {
        (self.action.arguments)(policy)
    }

    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// Every fault; at least one.
    pub(crate) fn read(
        &self,
        given: &Map<String, Value>,
        policy: Policy,
    ) -> Result<Taken<Ready>, Vec<Fault>> {
        (self.action.read)(given, policy)
    }
}
