//! Pages that messages name: which address is previewed, and what the page is said to be.
//!
//! Owns the look for addresses in texts, and pages that are invented from their addresses alone.
//! Nothing is ever fetched. Source: <https://core.telegram.org/api/url-authorization#link-previews>.

use std::hash::{DefaultHasher, Hasher as _};

use grammers_tl_types::enums::MessageEntity;

use super::media::Media;
use super::post::Content;

/// A page as its preview shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The same for the same address. Positive.
    pub id: i64,
    /// As in the text.
    pub url: String,
    /// Without scheme and trailing slash.
    pub display_url: String,
    /// The name of the host.
    pub site_name: String,
    /// Never empty.
    pub title: String,
    /// Never empty.
    pub description: String,
}

impl Page {
    /// The page at an address.
    pub fn at(url: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(url.as_bytes());
        let id = hasher.finish() >> 1;
        let display_url = after_scheme(url).unwrap_or(url).trim_end_matches('/');
        let site_name = display_url.split('/').next().unwrap_or_default();
        Self {
            id: i64::try_from(id).unwrap_or_default(),
            url: url.to_owned(),
            display_url: display_url.to_owned(),
            site_name: site_name.to_owned(),
            title: format!("Title of {site_name}"),
            description: format!("What is to be read at {display_url}."),
        }
    }
}

impl Content {
    /// Shows the preview of the first page that the text or a link in it names, unless the message
    /// shows something else.
    pub fn preview(&mut self) {
        if self.media.is_none() {
            self.media = self.first_url().map(Media::WebPage);
        }
    }

    /// The address of the first page that is named, in the order of the text.
    pub fn first_url(&self) -> Option<String> {
        let links = self.entities.iter().filter_map(|entity| match entity {
            MessageEntity::TextUrl(link) if is_previewed(&link.url) => {
                Some((usize::try_from(link.offset).ok()?, link.url.clone()))
            }
            _ => None,
        });
        let mut units = 0;
        let words = self.text.split(char::is_whitespace).filter_map(|word| {
            let at = units;
            units += word.encode_utf16().count() + 1;
            let start = word.find("http://").or_else(|| word.find("https://"))?;
            let url = word.get(start..)?;
            let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'']);
            is_previewed(url).then(|| (at, url.to_owned()))
        });
        let words: Vec<_> = words.collect();
        let named = links.chain(words).min_by_key(|(at, _)| *at);
        named.map(|(_, url)| url)
    }
}

/// Whether an address is one of the web, with a name for a host.
pub fn is_previewed(url: &str) -> bool {
    let Some(rest) = after_scheme(url) else {
        return false;
    };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && last.len() >= 2 && last.chars().all(char::is_alphabetic)
}

fn after_scheme(url: &str) -> Option<&str> {
    url.strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::types;

    use super::*;

    #[test]
    fn the_first_address_of_a_text_is_found() {
        let found = |text: &str| Content::plain(text).first_url();
        assert_eq!(
            found("see (https://example.com/a?b=1), or http://example.org").as_deref(),
            Some("https://example.com/a?b=1")
        );
        for none in [
            "",
            "example.com",
            "http://localhost/",
            "http://127.0.0.1/x",
            "https://",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn a_link_under_words_counts_by_its_place() {
        let link = types::MessageEntityTextUrl {
            offset: 3,
            length: 4,
            url: "https://first.example".to_owned(),
        };
        let content = Content {
            text: "😀 here https://second.example".to_owned(),
            entities: vec![link.into()],
            ..Content::default()
        };
        assert_eq!(
            content.first_url().as_deref(),
            Some("https://first.example")
        );
    }

    #[test]
    fn a_page_is_the_same_each_time() {
        let page = Page::at("https://example.com/a/");
        assert_eq!(page, Page::at("https://example.com/a/"));
        assert_eq!(
            (page.display_url.as_str(), page.site_name.as_str()),
            ("example.com/a", "example.com")
        );
        assert!(page.id > 0);
    }
}
