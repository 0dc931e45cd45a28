//! Rounds that take turns, and what is printed of them.

use std::time::{Duration, Instant};

/// How long `work` took, and what it gave.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let given = work();
    (start.elapsed(), given)
}

/// What two sides took, round by round.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    naive: Vec<f64>,
    ours: Vec<f64>,
}

/// One side of a comparison: does its work in the round of this number, and says how long it took. What it does outside
/// of the time that it tells does not count.
pub type Side<'a> = &'a mut dyn FnMut(usize) -> Duration;

impl Compared {
    /// Lets both sides take turns, and who is first changes from round to round. The first round of ten does not count:
    /// it finds cold caches and fresh pages.
    pub fn rounds(rounds: usize, naive: Side<'_>, ours: Side<'_>) -> Self {
        let mut compared = Self::default();
        let unheard = rounds.div_ceil(10);
        for round in 0..rounds + unheard {
            let (theirs, mine);
            if round % 2 == 0 {
                theirs = naive(round);
                mine = ours(round);
            } else {
                mine = ours(round);
                theirs = naive(round);
            }
            if round >= unheard {
                compared.naive.push(theirs.as_secs_f64());
                compared.ours.push(mine.as_secs_f64());
            }
        }
        compared
    }

    /// What was taken beside the rounds of another comparison, without its first, unheard ones.
    #[must_use]
    pub fn beside(naive: &[Duration], ours: &[Duration], unheard: usize) -> Self {
        let seconds = |times: &[Duration]| times.iter().skip(unheard).map(Duration::as_secs_f64).collect();
        Self { naive: seconds(naive), ours: seconds(ours) }
    }

    /// The median of ours, in seconds.
    #[must_use]
    pub fn ours(&self) -> f64 {
        quantile(&self.ours, 0.5)
    }

    /// The median of the baseline, in seconds.
    #[must_use]
    pub fn naive(&self) -> f64 {
        quantile(&self.naive, 0.5)
    }

    /// How many times as long the baseline took: the quantile of the rounds.
    #[must_use]
    pub fn ratio(&self, at: f64) -> f64 {
        let ratios: Vec<_> = self.naive.iter().zip(&self.ours).map(|(naive, ours)| naive / ours).collect();
        quantile(&ratios, at)
    }

    /// A row of the table. `each` is what the times are divided by: the number of operations in a round.
    pub fn print(&self, work: &str, each: usize, reach: &str) {
        let each = each as f64;
        println!(
            "| {work} | {} | {} | {:.2}x | {:.2} to {:.2} | {reach} |",
            duration(self.naive() / each),
            duration(self.ours() / each),
            self.ratio(0.5),
            self.ratio(0.1),
            self.ratio(0.9),
        );
    }
}

/// The head of the table.
pub fn print_head() {
    println!("| work | naive | ours | naive / ours | 10th to 90th percentile | target |");
    println!("|---|---|---|---|---|---|");
}

/// The value below which this share of the values lies.
#[must_use]
pub fn quantile(values: &[f64], at: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * at).round() as usize).copied().unwrap_or(f64::NAN)
}

/// A time with three digits and its unit.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 1e-6 => (s * 1e9, "ns"),
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    if value < 10.0 {
        format!("{value:.2} {unit}")
    } else if value < 100.0 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}
