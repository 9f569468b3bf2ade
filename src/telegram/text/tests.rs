//! Both markups against each other and against any text.

use super::*;
use grammers_client::tl::types;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// `kind offset length`, and what the entity leads to.
pub(super) fn places(formatted: &Formatted) -> Vec<String> {
    let place = |entity: &Entity| {
        let (kind, more) = match entity {
            Entity::Bold(_) => ("bold", String::new()),
            Entity::Italic(_) => ("italic", String::new()),
            Entity::Underline(_) => ("underline", String::new()),
            Entity::Strike(_) => ("strike", String::new()),
            Entity::Spoiler(_) => ("spoiler", String::new()),
            Entity::Code(_) => ("code", String::new()),
            Entity::Pre(e) => ("pre", e.language.clone()),
            Entity::TextUrl(e) => ("link", e.url.clone()),
            Entity::MentionName(e) => ("mention", e.user_id.to_string()),
            Entity::CustomEmoji(e) => ("emoji", e.document_id.to_string()),
            Entity::Blockquote(e) if e.collapsed => ("collapsed", String::new()),
            Entity::Blockquote(_) => ("quote", String::new()),
            _ => ("other", String::new()),
        };
        let place = format!("{kind} {} {} {more}", entity.offset(), entity.length());
        place.trim_end().to_owned()
    };
    formatted.entities.iter().map(place).collect()
}

/// What must hold of every answer of a reader.
fn check(formatted: &Formatted) -> Result<(), TestCaseError> {
    let units = i32::try_from(formatted.text.encode_utf16().count()).unwrap();
    let mut open: Vec<i32> = Vec::new();
    let mut last = (0, i32::MIN);
    for entity in &formatted.entities {
        let (start, length) = (entity.offset(), entity.length());
        prop_assert!(start >= 0 && length > 0 && start + length <= units);
        prop_assert!(last <= (start, -length), "not in their order");
        last = (start, -length);
        while open.pop_if(|end| *end <= start).is_some() {}
        prop_assert!(
            open.last().is_none_or(|end| start + length <= *end),
            "crossed"
        );
        open.push(start + length);
    }
    prop_assert_eq!(&formatted.clone().tidy(), formatted);
    Ok(())
}

/// Marks of both markups and what may stand beside them, with `¦` between them.
const MARKS: &str = "**¦__¦~~¦||¦`¦```¦``¦\\¦[¦](¦)¦]¦![¦tg://emoji?id=5¦tg://user?id=7¦\n¦\n>¦\n> ¦\n**> ¦>¦\
    a¦ ¦B ¦😀¦*¦_¦|¦~¦<b>¦</b>¦<i>¦</i>¦<u>¦</u>¦<code>¦</code>¦<pre>¦</pre>¦<a href=\"x\">¦\
    <a href='tg://user?id=9'>¦</a>¦<blockquote>¦</blockquote>¦<blockquote expandable>¦\
    <code class=\"language-c\">¦<tg-emoji emoji-id=\"3\">¦</tg-emoji>¦\
    <span class=\"tg-spoiler\">¦</span>¦<br>¦<p>¦</p>¦&amp;¦&lt;¦&¦<¦<!--¦-->¦!¦é¦rust\n¦\r¦\
    \t¦mailto:a¦<a href=mailto:a>";

/// Texts that are dense in marks and line breaks.
fn marked() -> impl Strategy<Value = String> {
    let parts: Vec<&str> = MARKS.split('¦').collect();
    prop::collection::vec(prop::sample::select(parts), 0..24).prop_map(|parts| parts.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![marked(), "\\PC{0,40}", any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_markdown_reads_as_tidy_text_and_comes_back_when_it_is_written(source in any_text()) {
        let read = markdown(&source);
        check(&read)?;
        let written = to_markdown(&read);
        prop_assert_eq!(markdown(&written), read, "{}", written);
    }

    #[test]
    fn any_html_reads_as_tidy_text_and_comes_back_when_it_is_written(source in any_text()) {
        let read = html(&source);
        check(&read)?;
        let written = to_html(&read);
        prop_assert_eq!(html(&written), read, "{}", written);
    }

    #[test]
    fn what_markdown_says_can_be_said_in_html(source in any_text()) {
        let read = markdown(&source);
        prop_assert_eq!(html(&to_html(&read)), read);
    }

    #[test]
    fn a_text_that_is_escaped_reads_as_it_was(source in any_text()) {
        let plain = Formatted::plain(source).tidy();
        prop_assert_eq!(&markdown(&to_markdown(&plain)), &plain);
        prop_assert_eq!(html(&to_html(&plain)), plain);
    }

    #[test]
    fn what_markdown_can_say_of_html_it_says_stably(source in marked()) {
        let said = markdown(&to_markdown(&html(&source)));
        check(&said)?;
        // Blanks that only an entity kept at the beginning go when there is no mark for it.
        let meant = html(&source).text;
        prop_assert_eq!(said.text.trim_start(), meant.trim_start());
        prop_assert_eq!(markdown(&to_markdown(&said)), said);
    }

    #[test]
    fn what_html_says_of_quotes_and_code_markdown_says_stably(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<a href=\"x\">", "</a>", "<b>", "<code>", "</code>", "<br>",
                "**", ">", "a", "`",
            ]),
            0..12,
        ),
    ) {
        let said = markdown(&to_markdown(&html(&parts.concat())));
        check(&said)?;
        prop_assert_eq!(markdown(&to_markdown(&said)), said);
    }

    #[test]
    fn a_plain_text_stays_byte_for_byte(source in any::<String>()) {
        prop_assert_eq!(Formatted::plain(source.clone()).text, source);
    }

    #[test]
    fn entities_from_anywhere_become_tidy(
        text in any_text(),
        places in prop::collection::vec((-2..40_i32, -2..40_i32, 0..10_u8), 0..12),
    ) {
        let entities = places.into_iter().map(foreign).collect();
        let tidy = Formatted { text, entities }.tidy();
        check(&tidy)?;
        prop_assert_eq!(html(&to_html(&tidy)), tidy);
    }
}

fn foreign((offset, length, kind): (i32, i32, u8)) -> Entity {
    match kind {
        0 => types::MessageEntityBold { offset, length }.into(),
        1 => types::MessageEntityItalic { offset, length }.into(),
        2 => types::MessageEntityCode { offset, length }.into(),
        3 => types::MessageEntityHashtag { offset, length }.into(),
        4 | 5 => types::MessageEntityTextUrl {
            offset,
            length,
            url: kind.to_string(),
        }
        .into(),
        6 => types::MessageEntityCustomEmoji {
            offset,
            length,
            document_id: 5,
        }
        .into(),
        7 => types::MessageEntityPre {
            offset,
            length,
            language: "c".to_owned(),
        }
        .into(),
        _ => types::MessageEntityBlockquote {
            collapsed: kind == 8,
            offset,
            length,
        }
        .into(),
    }
}

#[test]
fn a_mention_is_resolved_where_the_user_is_known_and_text_where_not() {
    let read = markdown("[Ann](tg://user?id=1) and [Bob](tg://user?id=2)");
    assert_eq!(read.mentioned().collect::<Vec<_>>(), [1, 2]);
    let user = |id| {
        (id == 1).then(|| {
            types::InputUser {
                user_id: id,
                access_hash: 99,
            }
            .into()
        })
    };
    let sent = read.resolve_mentions(user);
    assert_eq!(sent.text, "Ann and Bob");
    let [Entity::InputMessageEntityMentionName(mention)] = sent.entities.as_slice() else {
        panic!("{:?}", sent.entities);
    };
    assert_eq!((mention.offset, mention.length), (0, 3));
    assert_eq!(to_markdown(&sent), "[Ann](tg://user?id=1) and Bob");
}

/// What becomes of it when it is repeated, with `¦` between them.
const HOSTILE: &str = "*¦**¦** ¦**a¦**a__¦__**~~||¦`¦`a¦``a¦```¦[¦[a](¦[](¦![a](¦[a]¦\\¦\\*¦\\**¦\n>¦\n> a¦\
    \n**> a¦\n**>a||¦\n>\n¦\n> a\n¦<¦<a ¦<a href='¦<a href=\"x\">¦<b>¦<b><i>¦<!--¦<!¦&¦&#¦\
    &amp¦</¦<pre><code>¦<span>¦<blockquote>¦<blockquote></blockquote>¦<b></i>¦ ¦\n¦a\n¦\
    [a](b) ¦<i>a<b>b</i>c</b>¦<a href=x y=¦=¦<a =¦**[a**](b)";

/// Texts that make careless readers go over the rest of the text again and again, or too deep.
#[test]
fn hostile_texts_of_a_million_characters_take_no_more_than_their_length() {
    const LENGTH: usize = 1_000_000;
    let descending: String = (1..1_300).rev().map(|n| "`".repeat(n) + " ").collect();
    let tick_tail = descending + &"` ``` a".repeat(20_000);
    let hostile = HOSTILE
        .split('¦')
        .map(|part| part.repeat(LENGTH / part.len()));
    for source in hostile.chain([tick_tail]) {
        for (name, read, write) in [
            (
                "markdown",
                markdown as fn(&str) -> Formatted,
                to_markdown as fn(&Formatted) -> String,
            ),
            ("html", html, to_html),
        ] {
            let started = Instant::now();
            let formatted = read(&source);
            let reading = started.elapsed();
            let written = write(&formatted);
            let took = started.elapsed();
            let shown: String = source.chars().take(12).collect();
            // Seconds, because this is a debug build on a busy machine; quadratic ones take hours.
            assert!(
                took < Duration::from_secs(20),
                "{name} {shown:?} {reading:?} {took:?}"
            );
            assert!(
                written.len() <= 40 * source.len().max(10),
                "{name} {shown:?}"
            );
        }
    }
}
