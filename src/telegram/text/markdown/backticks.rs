//! Where the backticks of a text are, so that code finds its end without reading on in vain.
//!
//! It owns the rule that code ends at the next run of at least as many backticks as it began
//! with. It knows nothing else of Markdown.

/// One run of backticks.
struct Run {
    /// Where it begins, in bytes.
    start: usize,
    length: usize,
    /// The longest run from here on.
    longest: usize,
}

/// The runs of backticks of one text, read from its beginning to its end.
pub(super) struct Backticks {
    runs: Vec<Run>,
    /// The first run that is not passed.
    next: usize,
}

impl Backticks {
    pub(super) fn new(source: &str) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (at, _) in source.match_indices('`') {
            match runs.last_mut() {
                Some(run) if run.start + run.length == at => run.length += 1,
                _ => runs.push(Run {
                    start: at,
                    length: 1,
                    longest: 0,
                }),
            }
        }
        let mut longest = 0;
        for run in runs.iter_mut().rev() {
            longest = longest.max(run.length);
            run.longest = longest;
        }
        Self { runs, next: 0 }
    }

    /// The first place from `from` on, in bytes, where `count` backticks begin a run.
    ///
    /// `from` never gets smaller from call to call.
    pub(super) fn end(&mut self, from: usize, count: usize) -> Option<usize> {
        let passed = |run: &&Run| run.start < from;
        self.next += self.runs.iter().skip(self.next).take_while(passed).count();
        let mut ahead = self.runs.iter().skip(self.next);
        if ahead.clone().next()?.longest < count {
            return None;
        }
        ahead.find(|run| run.length >= count).map(|run| run.start)
    }
}
