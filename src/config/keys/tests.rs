//! Which keys are good.

use super::*;

const DOORS: &[&str] = &["tools"];

#[test]
fn keys_that_people_think_of_are_weak() {
    for weak in [
        "a",
        "secret",
        "changeme",
        "CHANGE-ME",
        "password",
        "test",
        "0123456789abcde",
        "changemechangeme",
        "change-me-please",
        "your-api-key-here",
        "supersecretkey123",
        "my-secret-password-2026",
        "telegram-hub-api-key",
        "the-key-of-the-tools",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "deadbeefdeadbeef",
        "a1b2c3d4a1b2c3d4",
        "1234567890123456",
        "0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjkl",
        "Passw0rd!Passw0rd!",
    ] {
        assert!(weakness(weak, DOORS).is_some(), "{weak}");
    }
    for good in [
        "9f86d081884c7d65",
        "kGm3x-Zq9_wB7tRv",
        "correct horse battery staple",
        "thk_J2b1Qm9l0f3Vt7xYp4sKc8nEw6uRz5aHgDiOqLyTvWM",
        "8394017265510298",
    ] {
        assert_eq!(weakness(good, DOORS), None, "{good}");
    }
}

#[test]
fn no_key_that_a_document_shows_is_good() {
    for page in [
        include_str!("../../../README.md"),
        include_str!("../../../.env.example"),
        include_str!("../../../compose.yaml"),
        include_str!("../../../docs/configuration.md"),
        include_str!("../../../docs/doors/hub.md"),
        include_str!("../../../docs/doors/tools.md"),
        include_str!("../../../docs/telegram-hub.service"),
    ] {
        for name in ["HUB_API_KEY=", "HUB_TOOLS_KEY=", "X-API-Key: ", "Bearer "] {
            for (at, _) in page.match_indices(name) {
                let key = page[at + name.len()..].split([' ', '\n', '"', '\'', '`', ')']);
                let key = key.into_iter().next().unwrap_or_default();
                let shown = key.is_empty() || key.starts_with(['$', '…', '<']);
                assert!(shown || weakness(key, DOORS).is_some(), "{name}{key}");
            }
        }
    }
}
