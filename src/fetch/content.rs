//! Reading the header fields that describe a file.
//!
//! Owns the grammar of media types and of the file names in `Content-Disposition`, as servers
//! write them and not only as they should. It must not know what makes a good file name.

use percent_encoding::percent_decode_str;

/// The media type of a `Content-Type` in lower case (RFC 9110, section 8.3.1), without parameters.
pub(super) fn mime(header: &[u8]) -> Option<String> {
    let text = str::from_utf8(header).ok()?;
    let mime = text.split(';').next()?.trim();
    let (kind, subtype) = mime.split_once('/')?;
    (is_token(kind) && is_token(subtype)).then(|| mime.to_ascii_lowercase())
}

/// Tokens of RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

/// The file name in a `Content-Disposition`: `filename*` before `filename` (RFC 6266, section 4.3).
pub(super) fn disposition_name(header: &[u8]) -> Option<String> {
    let text = decode(header);
    let (_, parameters) = text.split_once(';')?;
    let mut plain = None;
    let mut extended = None;
    for (name, value) in Parameters(parameters) {
        if name.eq_ignore_ascii_case("filename*") {
            extended = extended.or_else(|| extended_value(&value));
        } else if name.eq_ignore_ascii_case("filename") {
            plain = plain.or(Some(value));
        }
    }
    extended.or(plain)
}

/// UTF-8, as browsers and most servers have it, else ISO 8859-1 as the standard did.
fn decode(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// `charset'language'percent-encoded` (RFC 8187, section 3.2).
fn extended_value(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, value) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Vec<u8> = percent_decode_str(value).collect();
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => String::from_utf8(bytes).ok(),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

/// `name=value; name="quoted value"`, in order; a part without `=` is passed over.
struct Parameters<'a>(&'a str);

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let text = self.0.trim_start_matches([';', ' ', '\t']);
            let end = text.find(['=', ';'])?;
            let (name, rest) = text.split_at(end);
            let Some(value) = rest.strip_prefix('=') else {
                self.0 = rest;
                continue;
            };
            let value = value.trim_start();
            let (value, rest) = if let Some(quoted) = value.strip_prefix('"') {
                unquote(quoted)
            } else {
                let (value, rest) = value.split_at(value.find(';').unwrap_or(value.len()));
                (value.trim_end().to_owned(), rest)
            };
            self.0 = rest;
            return Some((name.trim_end(), value));
        }
    }
}

/// The content of a quoted string (RFC 9110, section 5.6.4) and what follows its end.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_read_without_its_parameters() {
        let read = |text: &str| mime(text.as_bytes());
        assert_eq!(read("image/PNG").as_deref(), Some("image/png"));
        assert_eq!(
            read(" text/html ; charset=utf-8").as_deref(),
            Some("text/html")
        );
        for text in [
            "",
            "image",
            "image/",
            "/png",
            "a/b/c",
            "a b/c",
            "image/\u{e9}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(mime(b"image/\xff"), None);
    }

    #[test]
    fn the_file_name_of_a_disposition_is_read_as_servers_write_it() {
        for (header, name) in [
            (r#"attachment; filename="a b.txt""#, Some("a b.txt")),
            ("attachment; filename=plain.txt", Some("plain.txt")),
            ("attachment;FileName = plain.txt ; x=y", Some("plain.txt")),
            (
                r#"attachment; filename="a\"b\\c.txt""#,
                Some(r#"a"b\c.txt"#),
            ),
            (r#"attachment; filename="a;b.txt"; size=3"#, Some("a;b.txt")),
            ("inline; filename*=UTF-8''na%C3%AFve.txt", Some("naïve.txt")),
            (
                r#"attachment; filename="x.txt"; filename*=utf-8'de'%e2%82%ac.txt"#,
                Some("€.txt"),
            ),
            (
                "a; filename*=iso-8859-1''%E9.txt; filename=e.txt",
                Some("é.txt"),
            ),
            ("a; filename*=utf-8''%FF; filename=e.txt", Some("e.txt")),
            ("a; filename*=koi8-r''%D0; filename=e.txt", Some("e.txt")),
            ("attachment; filename=\"naïve.txt\"", Some("naïve.txt")),
            ("attachment; filename=\"unclosed", Some("unclosed")),
            ("attachment; filename=\"x\\", Some("x")),
            ("attachment; odd; filename=x", Some("x")),
            ("attachment", None),
            ("attachment; filename", None),
            ("", None),
        ] {
            let read = disposition_name(header.as_bytes());
            assert_eq!(read.as_deref(), name, "{header}");
        }
        let latin = disposition_name(b"attachment; filename=\"\xe9.txt\"");
        assert_eq!(latin.as_deref(), Some("é.txt"));
    }
}
