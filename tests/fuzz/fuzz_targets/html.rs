//! Any text is HTML, and what it means can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use telegram_hub::telegram::{Formatted, html, markdown, to_html, to_markdown};
use telegram_hub_fuzz::check;

fuzz_target!(|source: &str| {
    let read = html(source);
    check(&read);
    assert_eq!(html(&to_html(&read)), read);

    // Markdown has no mark for some of it, but says the rest, and the same each time.
    let said = markdown(&to_markdown(&read));
    check(&said);
    assert_eq!(said.text.trim_start(), read.text.trim_start());
    assert_eq!(markdown(&to_markdown(&said)), said);

    let plain = Formatted::plain(source.to_owned()).tidy();
    assert_eq!(html(&to_html(&plain)), plain);
});
