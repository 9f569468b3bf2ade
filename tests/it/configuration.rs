//! `docs/configuration.md` has the row of every setting that a door declares, word for word.

use telegram_hub::http;

const PAGE: &str = include_str!("../../docs/configuration.md");

#[test]
fn the_page_of_settings_has_the_row_of_every_setting_of_a_door() {
    let doors = http::of_doors();
    let settings: Vec<_> = doors.iter().flat_map(|door| door.settings).collect();
    assert!(!settings.is_empty());
    for setting in settings {
        let row = setting.row();
        assert!(PAGE.lines().any(|line| line == row), "{row}");
        for (name, _) in setting.names() {
            let file = format!("`{name}_FILE`");
            assert!(!setting.is_key() || PAGE.contains(&file), "{file}");
        }
    }
}
