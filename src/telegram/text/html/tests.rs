//! What HTML reads as, by example.

use super::{html, to_html};
use crate::telegram::text::Formatted;
use crate::telegram::text::tests::places;

/// Checks sources, their texts, and the entities in those, and that what is written is stable.
fn reads_as(examples: &[(&str, &str, &[&str])]) {
    for (source, text, entities) in examples {
        let read = html(source);
        let expected: Vec<String> = entities.iter().map(|entity| (*entity).to_owned()).collect();
        assert_eq!(
            (read.text.as_str(), places(&read)),
            (*text, expected),
            "{source}"
        );
        assert_eq!(html(&to_html(&read)), read, "{source}");
    }
}

#[test]
fn every_tag_of_telegram_becomes_its_entity() {
    reads_as(&[
        ("<b>a</b><strong>b</strong>", "ab", &["bold 0 2"]),
        ("<i>a</i> <em>b</em>", "a b", &["italic 0 1", "italic 2 1"]),
        (
            "<u>a</u> <ins>b</ins>",
            "a b",
            &["underline 0 1", "underline 2 1"],
        ),
        (
            "<s>a</s> <strike>b</strike> <del>c</del>",
            "a b c",
            &["strike 0 1", "strike 2 1", "strike 4 1"],
        ),
        (
            "<tg-spoiler>a</tg-spoiler> <span class=\"tg-spoiler\">b</span> <spoiler>c</spoiler>",
            "a b c",
            &["spoiler 0 1", "spoiler 2 1", "spoiler 4 1"],
        ),
        ("<code>a &lt; b</code>", "a < b", &["code 0 5"]),
        ("<pre>a\n  b</pre>", "a\n  b", &["pre 0 5"]),
        (
            "<pre><code class=\"language-python\">a</code></pre> <code>b</code>",
            "a b",
            &["pre 0 1 python", "code 2 1"],
        ),
        ("<blockquote>a\nb</blockquote>", "a\nb", &["quote 0 3"]),
        (
            "<blockquote expandable>a</blockquote>",
            "a",
            &["collapsed 0 1"],
        ),
        (
            "<a href=\"https://t.me/?a=1&amp;b=2\">a</a>",
            "a",
            &["link 0 1 https://t.me/?a=1&b=2"],
        ),
        ("<A HREF='tg://user?id=7'>a</A>", "a", &["mention 0 1 7"]),
        ("<a href=x>a</a>", "a", &["link 0 1 x"]),
        (
            "<tg-emoji emoji-id=\"536\">👍</tg-emoji>",
            "👍",
            &["emoji 0 2 536"],
        ),
        (
            "<a href=\"mailto:a@b.c\">me</a>",
            "me",
            &["link 0 2 mailto:a@b.c"],
        ),
    ]);
}

#[test]
fn tags_nest_and_crossed_ones_are_cut() {
    reads_as(&[
        ("<b>a<i>b</i>c</b>", "abc", &["bold 0 3", "italic 1 1"]),
        (
            "<b>a<i>b<a href=x></b>c</i>d</a>",
            "abcd",
            &["bold 0 2", "italic 1 1", "link 2 2 x", "italic 2 1"],
        ),
        ("<b>a<b>b</b>c</b>d", "abcd", &["bold 0 3"]),
        (
            "<b>a<i>b</b>c</i>",
            "abc",
            &["bold 0 2", "italic 1 1", "italic 2 1"],
        ),
        ("<code>a<b>b</b></code>", "ab", &["code 0 2"]),
        (
            "<a href=x>a<a href=y>b</a>",
            "ab",
            &["link 0 1 x", "link 1 1 y"],
        ),
        ("<b>a", "a", &["bold 0 1"]),
        ("a</b>", "a", &[]),
        (
            "<span>a<span class='tg-spoiler'>b</span>c</span>",
            "abc",
            &["spoiler 1 1"],
        ),
        (
            "<blockquote>a</blockquote><blockquote>b</blockquote>",
            "ab",
            &["quote 0 1", "quote 1 1"],
        ),
        (
            "<b>a<blockquote>b</blockquote>c</b>",
            "abc",
            &["bold 0 1", "quote 1 1", "bold 1 1", "bold 2 1"],
        ),
    ]);
}

#[test]
fn unknown_tags_and_comments_are_left_out_and_what_is_in_tags_stays() {
    reads_as(&[
        (
            "<div>a <h1>b</h1></div><!-- c > d -->e<!DOCTYPE html>",
            "a be",
            &[],
        ),
        (
            "<a>a</a> <a href=\"\">b</a> <tg-emoji>c</tg-emoji>",
            "a b c",
            &[],
        ),
        ("a<br>b<br/>c", "a\nb\nc", &[]),
        ("<p>a</p><p>b</p>c", "a\nb\nc", &[]),
        ("<p>a</p>\n<p>b</p>", "a\nb", &[]),
        ("<li>a\nb", "a\nb", &[]),
    ]);
}

#[test]
fn what_is_no_tag_and_no_name_is_text() {
    for source in [
        "a < b > c",
        "<3",
        "a <b",
        "1 <!-- 2",
        "<b <i",
        "<a href=\"x",
        "</>",
        "<>",
        "&nosuch; &; & &#; &#0; &#xD800; &#x110000; &amp",
        "**a** `b`",
    ] {
        assert_eq!(
            html(source),
            Formatted::plain(source.to_owned()),
            "{source}"
        );
    }
}

#[test]
fn characters_are_named_by_name_and_number() {
    let read = html("&lt;&gt;&amp;&quot;&apos;&#39;&#x1F600;&#X41;&mdash;a&nbsp;b &amp;lt;");
    assert_eq!(
        read,
        Formatted::plain("<>&\"''😀A—a\u{A0}b &lt;".to_owned())
    );
}

#[test]
fn blanks_at_the_ends_go_but_not_those_of_code() {
    reads_as(&[
        ("  <b>a</b>\n", "a", &["bold 0 1"]),
        ("\n<pre>  a\n</pre>", "  a", &["pre 0 3"]),
        ("<b> </b>a", "a", &[]),
    ]);
}

#[test]
fn what_is_written_is_what_the_bot_api_understands() {
    let source = "<b>a</b> <pre><code class=\"language-c\">x &amp; y</code></pre>\
                  <a href=\"tg://user?id=1\">b</a><tg-spoiler>c</tg-spoiler>";
    assert_eq!(to_html(&html(source)), source);
}
