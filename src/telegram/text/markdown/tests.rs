//! What Markdown reads as, by example.

use super::{markdown, to_markdown};
use crate::telegram::text::tests::places;
use crate::telegram::text::{Formatted, html};

/// Checks sources, their texts, and the entities in those, and that what is written is stable.
fn reads_as(examples: &[(&str, &str, &[&str])]) {
    for (source, text, entities) in examples {
        let read = markdown(source);
        assert_eq!(
            (read.text.as_str(), places(&read)),
            (*text, owned(entities)),
            "{source}"
        );
        assert_eq!(markdown(&to_markdown(&read)), read, "{source}");
    }
}

fn owned(entities: &[&str]) -> Vec<String> {
    entities.iter().map(|entity| (*entity).to_owned()).collect()
}

#[test]
fn marks_become_entities_in_utf16_units_and_line_breaks_stay() {
    reads_as(&[
        ("plain\ntext\n\n- a list", "plain\ntext\n\n- a list", &[]),
        ("a **b** c", "a b c", &["bold 2 1"]),
        (
            "😀 __i__ ~~s~~ ||p||",
            "😀 i s p",
            &["italic 3 1", "strike 5 1", "spoiler 7 1"],
        ),
        ("**a __b__ c**", "a b c", &["bold 0 5", "italic 2 1"]),
        ("__**a**__", "a", &["bold 0 1", "italic 0 1"]),
        ("**a\n\nb**", "a\n\nb", &["bold 0 4"]),
        ("a **b** c **d**", "a b c d", &["bold 2 1", "bold 6 1"]),
        ("**a****b**", "ab", &["bold 0 2"]),
        ("** a **", " a", &["bold 0 2"]),
        ("***a***", "*a*", &["bold 0 2"]),
    ]);
}

#[test]
fn code_is_verbatim() {
    reads_as(&[
        ("`a **b**`", "a **b**", &["code 0 7"]),
        (
            "`C:\\` and `D:\\`",
            "C:\\ and D:\\",
            &["code 0 3", "code 8 3"],
        ),
        ("``a`b``", "a`b", &["code 0 3"]),
        ("`` `a` ``", "`a`", &["code 0 3"]),
        ("x``  `a``", "x `a", &["code 1 3"]),
        ("x `` a ``b", "x  a b", &["code 2 3"]),
        ("``a` ``", "a`", &["code 0 2"]),
        ("```rust\nlet a;\n```", "let a;", &["pre 0 6 rust"]),
        ("```c++\na\n```", "a", &["pre 0 1 c++"]),
        ("```\n  a\n\n  b\n```", "  a\n\n  b", &["pre 0 8"]),
        ("```let a;```", "let a;", &["pre 0 6"]),
        ("```let a\nb```", "let a\nb", &["pre 0 7"]),
        ("````\n```\na\n```\n````", "```\na\n```", &["pre 0 9"]),
        ("**a `b` c**", "a b c", &["bold 0 5", "code 2 1"]),
        ("**a `**`", "**a **", &["code 4 2"]),
        ("it`s", "it`s", &[]),
        ("```a", "```a", &[]),
    ]);
}

#[test]
fn links_lead_to_addresses_users_and_emoji() {
    reads_as(&[
        (
            "[**x**](https://t.me)",
            "x",
            &["link 0 1 https://t.me", "bold 0 1"],
        ),
        (
            "**[x](https://t.me)**",
            "x",
            &["link 0 1 https://t.me", "bold 0 1"],
        ),
        ("[x](tg://user?id=5)", "x", &["mention 0 1 5"]),
        ("[x](tg://user?id=abc)", "x", &["link 0 1 tg://user?id=abc"]),
        ("[x](@name)", "x", &["link 0 1 @name"]),
        ("![👍](tg://emoji?id=536)", "👍", &["emoji 0 2 536"]),
        ("wow![x](u)", "wow!x", &["link 4 1 u"]),
        ("[a\\]b](u)", "a]b", &["link 0 3 u"]),
        ("[a](u\\)v)", "a", &["link 0 1 u)v"]),
        ("[a](b\\c)", "a", &["link 0 1 b\\c"]),
        ("[a\nb](u)", "a\nb", &["link 0 3 u"]),
        ("[`a\\]b`](u)", "a\\]b", &["link 0 4 u", "code 0 4"]),
        ("[a](u)[b](u) [c](v)", "ab c", &["link 0 2 u", "link 3 1 v"]),
        ("a[0](", "a[0](", &[]),
        (
            "[](u) [a]() [a] (u) [a [b](u)",
            "[](u) [a]() [a] (u) [a b",
            &["link 23 1 u"],
        ),
    ]);
}

#[test]
fn lines_after_a_sign_are_a_quote() {
    reads_as(&[
        ("> a\n> **b**\nc", "a\nb\nc", &["quote 0 3", "bold 2 1"]),
        (
            ">Block quotation\n>second line",
            "Block quotation\nsecond line",
            &["quote 0 27"],
        ),
        ("x\n> a\n>\n> b", "x\na\n\nb", &["quote 2 4"]),
        ("**>a\n>b||", "a\nb", &["collapsed 0 3"]),
        ("> a\n> b||", "a\nb", &["collapsed 0 3"]),
        ("> a\n**> b||", "a\nb", &["quote 0 1", "collapsed 2 1"]),
        ("> a\n**> b", "a\nb", &["quote 0 1", "quote 2 1"]),
        ("> ||a||", "a", &["quote 0 1", "spoiler 0 1"]),
        (
            "> ```c\n> x\n>\n> y\n> ```",
            "x\n\ny",
            &["quote 0 4", "pre 0 4 c"],
        ),
        ("**a\n> b**", "**a\nb**", &["quote 4 3"]),
        (
            "**a\n> b\nc**",
            "a\nb\nc",
            &["bold 0 1", "quote 2 1", "bold 2 1", "bold 4 1"],
        ),
        ("> > a", "> a", &["quote 0 3"]),
        ("> \u{c}", "\u{c}", &["quote 0 1"]),
        ("```\n> a\n```", "> a", &["pre 0 3"]),
    ]);
}

#[test]
fn what_looks_like_a_mark_and_is_none_is_text() {
    for source in [
        "2 ** 3 and snake_case__x",
        "****",
        "a || b",
        "~~",
        "it`s",
        ">5 people came",
        ">_<",
        ">>> print()",
        "a > b",
        "> ",
        ">",
        "**>",
        "¯\\_(ツ)_/¯",
        "\\\\server\\share",
        "\\d+\\*?",
        "C:\\dir\\",
        "\\",
        "a\\\nb",
        "#tag @name https://example.org/a_(b)__c?x=[1]",
        "[x] (y)",
        "<b>a</b> &amp;",
        "\u{202e}x\u{0}",
    ] {
        assert_eq!(
            markdown(source),
            Formatted::plain(source.trim_end().to_owned()),
            "{source}"
        );
    }
}

#[test]
fn of_two_marks_that_cross_the_first_is_one() {
    reads_as(&[
        ("**a __b** c__", "a __b c__", &["bold 0 5"]),
        ("**[a**](u)", "**a**", &["link 2 3 u"]),
        (
            "__a ||b__ c|| ~~d~~",
            "a ||b c|| d",
            &["italic 0 5", "strike 10 1"],
        ),
    ]);
}

#[test]
fn a_backslash_before_a_mark_makes_text_of_it() {
    reads_as(&[
        ("\\**a**", "**a**", &[]),
        ("\\\\**a**", "\\a", &["bold 1 1"]),
        ("\\\\\\**a", "\\**a", &[]),
        ("\\__a__ \\~~a~~ \\||a||", "__a__ ~~a~~ ||a||", &[]),
        ("\\`a`", "`a`", &[]),
        ("\\[a](u)", "[a](u)", &[]),
        ("\\> a", "> a", &[]),
        ("!\\[a](u) \\![a](u)", "![a](u) !a", &["link 9 1 u"]),
        ("**a\\***", "a*", &["bold 0 2"]),
    ]);
}

#[test]
fn blanks_at_the_ends_go_but_not_those_of_code() {
    reads_as(&[
        ("\n  a \n", "a", &[]),
        ("  **a**  ", "a", &["bold 0 1"]),
        ("**a  **", "a", &["bold 0 1"]),
        ("\n```\n  a\n```\n", "  a", &["pre 0 3"]),
        (" \n ", "", &[]),
        ("** **", "", &[]),
        ("a ** ** b", "a   b", &[]),
    ]);
}

#[test]
fn what_has_no_mark_is_left_out_and_its_text_stays() {
    for (source, written) in [
        ("<u>a</u> **b**", "a \\**b\\**"),
        ("a<blockquote>b</blockquote>c", "abc"),
        ("<code>a``b</code>", "``a` ```` `b``"),
        ("<code>`</code>", "`` ` ``"),
        (
            "<pre><code class=\"language-a b\">x</code></pre>",
            "```\nx\n```",
        ),
        ("<a href=\"u\"><code>a[0]</code></a>", "[a\\[0\\]](u)"),
    ] {
        let formatted = html(source);
        assert_eq!(to_markdown(&formatted), written);
        assert_eq!(markdown(written).text, formatted.text);
    }
}
