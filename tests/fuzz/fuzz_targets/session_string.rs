//! Any text is answered, and a session string that is read can be written as it was.

#![no_main]

use telegram_hub::model::StringKind;
use libfuzzer_sys::fuzz_target;
use secrecy::ExposeSecret as _;
use telegram_hub::telegram::SessionString;

fuzz_target!(|text: &str| {
    let any = SessionString::parse_any(text);
    for kind in [StringKind::Telethon, StringKind::Pyrogram] {
        let Ok(session) = SessionString::parse(text, kind) else {
            assert!(!matches!(&any, Ok((_, found)) if *found == kind));
            continue;
        };
        assert!((1..=5).contains(&session.dc_id));
        assert_eq!(any.as_ref().ok(), Some(&(session.clone(), kind)));
        // Pyrogram's older forms are only read.
        let Ok(written) = session.format(kind) else {
            assert!(kind == StringKind::Pyrogram && session.api_id.is_none());
            continue;
        };
        let plain = |text: &str| text.trim().trim_end_matches('=').to_owned();
        assert_eq!(plain(written.expose_secret()), plain(text));
        let again = SessionString::parse(written.expose_secret(), kind);
        assert_eq!(again, Ok(session));
    }
});
