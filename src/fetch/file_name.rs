//! What a fetched file is called.
//!
//! Owns the choice between the name that the server gives and the one in the URL, and what a name
//! may consist of. It must not know how either was transferred.

use crate::fetch::content::disposition_name;
use percent_encoding::percent_decode_str;
use url::Url;

/// The most bytes that file systems take.
const LONGEST: usize = 255;

/// Long enough for every extension in use; longer ones are no extensions.
const LONGEST_EXTENSION: usize = 16;

/// A name for the file at this URL, from a `Content-Disposition` if that has a usable one.
pub(super) fn of(disposition: Option<&[u8]>, url: &Url) -> String {
    let given = disposition.and_then(disposition_name);
    given
        .and_then(|name| cleaned(&name))
        .or_else(|| last_segment(url).and_then(|name| cleaned(&name)))
        .unwrap_or_else(|| "file".to_owned())
}

fn last_segment(url: &Url) -> Option<String> {
    let segment = url.path_segments()?.next_back()?;
    Some(percent_decode_str(segment).decode_utf8_lossy().into_owned())
}

/// The last component of a path, without what could deceive or disturb whoever gets the file.
fn cleaned(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = name.chars().filter(|c| !is_unseen(*c)).collect();
    let plain = plain.trim();
    let speaks = plain.contains(|c: char| c != '.' && !c.is_whitespace());
    speaks.then(|| shortened(plain))
}

/// Control characters, and those that turn the direction of the text: `exe.gpj` read backwards.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{61c}' | '\u{feff}')
}

/// Cuts a long name before its extension.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let dot = name
        .rfind('.')
        .filter(|dot| name.len() - dot <= LONGEST_EXTENSION);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let kept = stem.floor_char_boundary(LONGEST - extension.len());
    let (stem, _) = stem.split_at(kept);
    format!("{stem}{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(disposition: Option<&str>, url: &str) -> String {
        let url = Url::parse(url).expect("a URL");
        of(disposition.map(str::as_bytes), &url)
    }

    #[test]
    fn the_servers_name_comes_first_then_the_urls_then_a_plain_one() {
        let url = "https://example.org/a/b%20c.txt?q=/d.txt";
        assert_eq!(named(Some("attachment; filename=x.pdf"), url), "x.pdf");
        assert_eq!(named(Some("attachment"), url), "b c.txt");
        assert_eq!(named(Some("attachment; filename=\"..\""), url), "b c.txt");
        assert_eq!(named(None, url), "b c.txt");
        assert_eq!(named(None, "https://example.org"), "file");
        assert_eq!(named(None, "https://example.org/a/"), "file");
        assert_eq!(named(None, "https://example.org/%2e%2e%2f"), "file");
    }

    #[test]
    fn a_name_is_one_component_of_visible_characters() {
        for (given, name) in [
            ("../../etc/passwd", "passwd"),
            (r"C:\\Users\\x\\report.doc", "report.doc"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("a\u{7}\u{200b}b", "ab"),
            ("  spaced .txt ", "spaced .txt"),
            (".bashrc", ".bashrc"),
        ] {
            let header = format!("attachment; filename=\"{given}\"");
            assert_eq!(named(Some(&header), "https://example.org/"), name);
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let url = format!("https://example.org/{}.tar", "é".repeat(300));
        let name = named(None, &url);
        assert!(name.len() <= 255 && name.ends_with("é.tar"), "{name}");
    }

    proptest! {
        #[test]
        fn any_header_and_any_path_make_a_usable_name(header: Vec<u8>, path in "\\PC*") {
            let mut url = Url::parse("https://example.org/").expect("a URL");
            url.set_path(&path);
            let name = of(Some(&header), &url);
            prop_assert!(!name.is_empty() && name.len() <= 255);
            prop_assert!(!name.contains(['/', '\\', '\0', '\n']) && name != "." && name != "..");
        }

        #[test]
        fn any_quoted_name_makes_a_usable_name(given in ".*") {
            let name = named(Some(&format!("a; filename=\"{given}\"")), "https://example.org/");
            prop_assert!(!name.is_empty() && name.len() <= 255);
            prop_assert!(!name.contains(['/', '\\', '\0', '\n']) && name != "." && name != "..");
        }
    }
}
