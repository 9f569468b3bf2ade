//! Arithmetic of measured figures: quantiles and medians, and how they are shown.
//!
//! Owns nothing but the formulas. It must not know what was measured.

/// The value that `share` (0 to 1) of ascending `values` stay within; 0 without values.
pub fn quantile(values: &[i64], share: f64) -> i64 {
    let Some(last) = values.len().checked_sub(1) else {
        return 0;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list; lists are far shorter than 2^52"
    )]
    let place = (last as f64 * share.clamp(0.0, 1.0)).ceil() as usize;
    values.get(place.min(last)).copied().unwrap_or(0)
}

/// Microseconds as milliseconds; half an hour is the most that is told.
pub fn milliseconds(micros: i64) -> f64 {
    f64::from(i32::try_from(micros).unwrap_or(i32::MAX)) / 1000.0
}

/// Microseconds as seconds with three decimals.
pub fn seconds(micros: i64) -> String {
    format!("{}.{:03}", micros / 1_000_000, micros.abs() / 1000 % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values: Vec<i64> = (1..=100).collect();
        assert_eq!(quantile(&values, 0.5), 51);
        assert_eq!(quantile(&values, 0.99), 100);
        assert_eq!(quantile(&values, 1.0), 100);
        assert_eq!(quantile(&[], 0.5), 0);
        assert_eq!(seconds(1_234_567), "1.234");
    }
}
