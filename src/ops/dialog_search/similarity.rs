//! How similar a title is to what is looked for, as Python's `difflib` counts it.
//!
//! Source: `difflib.SequenceMatcher` (<https://docs.python.org/3/library/difflib.html>), with its
//! rule for long texts (`autojunk`), after Ratcliff and Obershelp's pattern matching.

use std::collections::HashMap;
use std::ops::Range;

/// From this length on, characters that are frequent in what is looked for count for nothing but
/// at the ends of what else is found.
const LONG: usize = 200;

/// What a title scores that has the text in it, and what it can win by having nothing else.
const CONTAINED: (f64, f64) = (0.8, 0.2);

/// How well a title answers to a text, from 0 to 1, whatever the case.
pub(super) fn score(title: &str, text: &str) -> f64 {
    let (title, text) = (title.to_lowercase(), text.to_lowercase());
    let [long, short] = [&title, &text].map(|text| text.chars().collect::<Vec<_>>());
    if title.contains(&text) {
        let (sure, more) = CONTAINED;
        return sure + more * (float(short.len()) / float(long.len()));
    }
    ratio(&long, &short)
}

/// Twice what both have in common, of all that they have together.
fn ratio(a: &[char], b: &[char]) -> f64 {
    let all = a.len() + b.len();
    if all == 0 {
        return 1.0;
    }
    2.0 * float(common(a, b)) / float(all)
}

/// Lengths are far below where floats lose whole numbers.
fn float(length: usize) -> f64 {
    u32::try_from(length).map_or(f64::MAX, f64::from)
}

/// How many characters the longest block that both have in common, and those on both sides of it,
/// and so on, have together.
fn common(a: &[char], b: &[char]) -> usize {
    let places = places(b);
    let mut open = vec![(0..a.len(), 0..b.len())];
    let mut total = 0;
    while let Some((left, right)) = open.pop() {
        let found = longest(a, b, &places, (&left, &right));
        if found.length == 0 {
            continue;
        }
        total += found.length;
        open.push((left.start..found.a, right.start..found.b));
        open.push((
            found.a + found.length..left.end,
            found.b + found.length..right.end,
        ));
    }
    total
}

/// Where each character is, ascending, without those that are too frequent.
fn places(b: &[char]) -> HashMap<char, Vec<usize>> {
    let mut places: HashMap<char, Vec<usize>> = HashMap::new();
    for (at, letter) in b.iter().enumerate() {
        places.entry(*letter).or_default().push(at);
    }
    if b.len() >= LONG {
        let most = b.len() / 100 + 1;
        places.retain(|_, at| at.len() <= most);
    }
    places
}

/// A block that both have: where it begins in each, and how long it is.
#[derive(Clone, Copy, Debug)]
struct Block {
    a: usize,
    b: usize,
    length: usize,
}

/// The longest block within two ranges; of several the earliest in `a`, and then in `b`.
fn longest(
    a: &[char],
    b: &[char],
    places: &HashMap<char, Vec<usize>>,
    (left, right): (&Range<usize>, &Range<usize>),
) -> Block {
    let mut best = Block {
        a: left.start,
        b: right.start,
        length: 0,
    };
    // How long the block is that ends at each place of `b` and at the character before of `a`.
    let mut ending: HashMap<usize, usize> = HashMap::new();
    for (i, letter) in a.iter().enumerate().take(left.end).skip(left.start) {
        let mut next = HashMap::new();
        let here = places.get(letter).map(Vec::as_slice).unwrap_or_default();
        for j in here.iter().copied().filter(|j| right.contains(j)) {
            let before = j.checked_sub(1).and_then(|j| ending.get(&j));
            let length = before.copied().unwrap_or_default() + 1;
            next.insert(j, length);
            if length > best.length {
                best = Block {
                    a: i + 1 - length,
                    b: j + 1 - length,
                    length,
                };
            }
        }
        ending = next;
    }
    widened(a, b, best, (left, right))
}

/// The same with what stands beside it on both sides, which may be frequent characters.
fn widened(
    a: &[char],
    b: &[char],
    mut block: Block,
    (left, right): (&Range<usize>, &Range<usize>),
) -> Block {
    while block.a > left.start && block.b > right.start && a.get(block.a - 1) == b.get(block.b - 1)
    {
        block.a -= 1;
        block.b -= 1;
        block.length += 1;
    }
    while block.a + block.length < left.end
        && block.b + block.length < right.end
        && a.get(block.a + block.length) == b.get(block.b + block.length)
    {
        block.length += 1;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by `tests/fixtures/archive/golden.py`: `[title, text, score]`.
    const GOLDEN: &str = include_str!("../../../tests/fixtures/archive/difflib.json");

    #[test]
    fn every_pair_scores_as_in_python() {
        let cases: Vec<(String, String, f64)> = serde_json::from_str(GOLDEN).expect("JSON");
        assert!(cases.len() > 3000);
        for (title, text, expected) in cases {
            let found = score(&title, &text);
            assert!(
                (found - expected).abs() < 1e-12,
                "{title:?} {text:?}: {found} {expected}"
            );
        }
    }

    #[test]
    fn the_vectors_of_the_contract_score_as_they_say() {
        for (title, text, expected) in [
            ("Crypto News", "crypto", 0.909_091),
            ("Crypto News", "CRYPTO NEWS", 1.0),
            ("Crypto News", "crpto", 0.625),
            ("Crypto News", "crypto nwes", 0.909_091),
            ("Crypto Traders", "crypt", 0.871_429),
            ("Cooking", "crypto", 0.307_692),
            ("Work chat", "wrok chat", 0.888_889),
            ("Привет Мир", "мир", 0.86),
            ("abcabba", "cbabac", 0.461_538),
            ("Büro", "buro", 0.75),
            ("aa", "aaa", 0.8),
        ] {
            let found = score(title, text);
            assert!(
                (found - expected).abs() < 1e-6,
                "{title:?} {text:?}: {found}"
            );
        }
    }
}
