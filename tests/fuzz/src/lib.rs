//! What must hold of every text that was read, whatever it was read from.

use telegram_hub::telegram::Formatted;

/// Entities lie within the text, between characters, in their order, and overlap only by nesting;
/// the text and they are in their one form.
///
/// # Panics
/// When one of these does not hold.
pub fn check(formatted: &Formatted) {
    let units: Vec<u16> = formatted.text.encode_utf16().collect();
    let mut open: Vec<usize> = Vec::new();
    let mut last = (0, usize::MAX);
    for entity in &formatted.entities {
        let start = usize::try_from(entity.offset()).expect("an offset in the text");
        let length = usize::try_from(entity.length()).expect("a length");
        let end = start + length;
        assert!(
            length > 0 && end <= units.len(),
            "beyond the text: {formatted:?}"
        );
        for place in [start, end] {
            let within = matches!(units.get(place), Some(0xDC00..=0xDFFF));
            assert!(!within, "within a character: {formatted:?}");
        }
        assert!(
            start > last.0 || (start == last.0 && end <= last.1),
            "out of order: {formatted:?}"
        );
        last = (start, end);
        while open.pop_if(|outer| *outer <= start).is_some() {}
        let nested = open.last().is_none_or(|outer| end <= *outer);
        assert!(nested, "crossed: {formatted:?}");
        open.push(end);
    }
    assert_eq!(&formatted.clone().tidy(), formatted, "not in its one form");
}
