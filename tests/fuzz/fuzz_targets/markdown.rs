//! Any text is Markdown, and what it means can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use telegram_hub::telegram::{Formatted, html, markdown, to_html, to_markdown};
use telegram_hub_fuzz::check;

fuzz_target!(|source: &str| {
    let read = markdown(source);
    check(&read);
    assert_eq!(markdown(&to_markdown(&read)), read);
    assert_eq!(html(&to_html(&read)), read);

    let plain = Formatted::plain(source.to_owned());
    assert_eq!(plain.text, source);
    let plain = plain.tidy();
    assert_eq!(markdown(&to_markdown(&plain)), plain);
});
