//! Measured values: those of one figure over all rounds, and their middle and spread.
//!
//! Owns the arithmetic over rounds. It must not know what is measured.

use serde::Serialize;

/// The values of a figure, one for each round.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Series {
    /// In the order of the rounds.
    pub values: Vec<f64>,
}

impl Series {
    /// The middle value; the mean of the two middle ones when their number is even.
    pub fn median(&self) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match (sorted.len() % 2, sorted.get(middle)) {
            (_, None) => f64::NAN,
            (0, Some(upper)) => f64::midpoint(sorted[middle - 1], *upper),
            (_, Some(value)) => *value,
        }
    }

    /// The smallest value.
    pub fn min(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.values
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    }
}

/// What a figure must reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
}

impl Target {
    /// Whether a value reaches it.
    pub fn met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

/// Who was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// grammers alone.
    Bare,
    /// The hub on SQLite.
    Sqlite,
    /// The hub on PostgreSQL.
    Postgres,
}

/// One measured thing.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// In what.
    pub unit: &'static str,
    /// What each subject reached.
    pub series: Vec<(Subject, Series)>,
    /// What each subject must reach.
    pub targets: Vec<(Subject, Target)>,
    /// The least part of the bare library's value that the hub must reach.
    pub share_of_bare: Option<f64>,
}

impl Figure {
    /// What a subject reached.
    pub fn of(&self, subject: Subject) -> Option<&Series> {
        let found = self.series.iter().find(|(whose, _)| *whose == subject);
        found.map(|(_, series)| series)
    }
}

/// Every figure, in the order in which they were first measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures(pub Vec<Figure>);

impl Figures {
    /// Adds a value of this round.
    pub fn add(&mut self, name: &str, unit: &'static str, subject: Subject, value: f64) {
        let place = self.0.iter().position(|figure| figure.name == name);
        let place = place.unwrap_or_else(|| {
            self.0.push(super::targets::figure(name, unit));
            self.0.len() - 1
        });
        let series = &mut self.0[place].series;
        match series.iter_mut().find(|(whose, _)| *whose == subject) {
            Some((_, known)) => known.values.push(value),
            None => series.push((
                subject,
                Series {
                    values: vec![value],
                },
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_of_any_number_of_values() {
        let median = |values: &[f64]| {
            Series {
                values: values.to_vec(),
            }
            .median()
        };
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }
}
