//! JSON as Python's `json.dumps` writes it: a space after each colon and comma, and nothing but
//! ASCII. Source: <https://docs.python.org/3/library/json.html#json.dump>, `ensure_ascii`.

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};

/// Writes a value at the end of what has been written.
pub(crate) fn write(out: &mut Vec<u8>, value: &impl Serialize) {
    // A vector takes everything, and the values of this door have no keys but texts.
    drop(value.serialize(&mut Serializer::with_formatter(out, PythonFormatter)));
}

struct PythonFormatter;

impl Formatter for PythonFormatter {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let plain = |c: &char| c.is_ascii() && *c != '\u{7f}';
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !plain(c)) {
            let (before, after) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = after.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write(&mut out, value);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn it_is_what_python_writes() {
        // json.dumps({"a": [1, None, "Привет \U0001f600 \x7f\x1f\"\\\n/"], "b": {}})
        #[derive(Serialize)]
        struct Value {
            a: (i32, Option<i32>, &'static str),
            b: std::collections::BTreeMap<String, i32>,
        }
        let value = Value {
            a: (1, None, "Привет \u{1f600} \u{7f}\u{1f}\"\\\n/"),
            b: std::collections::BTreeMap::new(),
        };
        let expected = concat!(
            r#"{"a": [1, null, "\u041f\u0440\u0438\u0432\u0435\u0442 \ud83d\ude00 "#,
            r#"\u007f\u001f\"\\\n/"], "b": {}}"#
        );
        assert_eq!(written(&value), expected);
    }
}
