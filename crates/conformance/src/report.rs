//! What came of a run: a score for each category, and each case.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::case::{Case, Category, Level};
use crate::cases::CASES_VERSION;
use crate::harness::{HarnessFailure, Sdk};
use crate::judge::{Outcome, judge};
use crate::null::NullHarness;
use crate::test_app::TestApp;

/// The result of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// As expected.
    Passed,
    /// Not as expected.
    Failed {
        /// What was expected and found.
        message: String,
        /// How the harness broke, if that is why.
        breakage: Option<HarnessFailure>,
    },
    /// The SDK cannot do it. A skipped case counts as applicable and not as passed.
    Skipped {
        /// The reason of the skip, in one sentence.
        why: String,
        /// Where that is said.
        url: Option<String>,
    },
}

impl State {
    /// A short, stable name: `passed`, `failed`, `skipped`, or how the harness broke.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped { .. } => "skipped",
            Self::Failed { breakage: None, .. } => "failed",
            Self::Failed { breakage: Some(how), .. } => how.name(),
        }
    }

    /// Whether it failed, in whatever way.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

/// The smallest question that fails as the case does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MinimalCase {
    /// What was asked.
    pub question: String,
    /// What was expected and found.
    pub message: String,
}

/// A case and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseReport {
    /// The id of the case.
    pub id: String,
    /// Its category.
    pub category: Category,
    /// How binding it is.
    pub level: Level,
    /// What it expects.
    pub description: String,
    /// The clause or gap, if one names it.
    pub rests_on: Option<&'static str>,
    /// The page.
    pub url: Option<String>,
    /// Its result.
    pub state: State,
    /// The smallest question that fails as it does, where a smaller one was found.
    pub smallest: Option<MinimalCase>,
    /// How long it took, without making it small.
    pub took: Duration,
}

impl CaseReport {
    pub(crate) fn new(case: &Case, state: State, smallest: Option<MinimalCase>, took: Duration) -> Self {
        let gap = case.basis.gap.map(|gap| gap.id());
        Self {
            id: case.id.clone(),
            category: case.category(),
            level: case.level,
            description: case.description.clone(),
            rests_on: case.basis.clause.map(|clause| clause.id()).or(gap),
            url: case.basis.url(),
            state,
            smallest,
            took,
        }
    }
}

impl Serialize for CaseReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            id: &'a str,
            level: &'static str,
            state: &'static str,
            description: &'a str,
            rests_on: Option<&'static str>,
            url: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            smallest: Option<&'a MinimalCase>,
        }
        let message = match &self.state {
            State::Passed => None,
            State::Failed { message, .. } => Some(message.as_str()),
            State::Skipped { why, .. } => Some(why.as_str()),
        };
        Fields {
            id: &self.id,
            level: self.level.name(),
            state: self.state.name(),
            description: &self.description,
            rests_on: self.rests_on,
            url: self.url.as_deref(),
            message,
            smallest: self.smallest.as_ref(),
        }
        .serialize(serializer)
    }
}

/// How many of the applicable cases passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Count {
    /// Those that passed.
    pub passed: usize,
    /// All of them: what was skipped as well.
    pub applicable: usize,
}

impl Count {
    fn add(&mut self, passed: bool) {
        self.applicable += 1;
        self.passed += usize::from(passed);
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.applicable {
            0 => f.pad("–"),
            applicable => f.pad(&format!("{}/{applicable}", self.passed)),
        }
    }
}

/// The score of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// The name of the category.
    pub category: &'static str,
    /// What the documents say.
    pub must: Count,
    /// What users are better off with.
    pub should: Count,
    /// What the documents leave open: in how many of these cases the SDK does as the default reading. It is reported, and not counted.
    pub gap: Count,
    /// What harnesses that know nothing reach, of `must` and `should` together, by their names.
    pub null: BTreeMap<&'static str, Count>,
}

impl Score {
    fn new(category: Category) -> Self {
        let null = NullHarness::ALL.iter().map(|null| (null.name(), Count::default())).collect();
        let (must, should, gap) = (Count::default(), Count::default(), Count::default());
        Self { category: category.name(), must, should, gap, null }
    }

    fn count(&mut self, level: Level) -> &mut Count {
        match level {
            Level::Must => &mut self.must,
            Level::Should => &mut self.should,
            Level::Gap => &mut self.gap,
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this kit.
    pub kit: &'static str,
    /// The version of the cases.
    pub cases: &'static str,
    /// The hash of the cases.
    pub cases_hash: String,
    /// The SDK.
    pub sdk: Sdk,
    /// How often the harness was started again after it broke.
    pub restarts: usize,
    /// The score of each category that was asked.
    pub scores: Vec<Score>,
    /// Each case that was asked, in order.
    pub results: Vec<CaseReport>,
    /// The ids of the cases that were not asked, as their categories were not named.
    #[serde(skip)]
    pub others: Vec<String>,
}

impl Report {
    pub(crate) fn new(
        sdk: Sdk,
        cases_hash: String,
        restarts: usize,
        results: Vec<CaseReport>,
        asked: &[Case],
        others: Vec<String>,
    ) -> Self {
        let mut scores: BTreeMap<Category, Score> = BTreeMap::new();
        for result in &results {
            let score = scores.entry(result.category).or_insert_with(|| Score::new(result.category));
            score.count(result.level).add(result.state == State::Passed);
        }
        // What a null harness replies does not depend on the moment.
        let test_app = TestApp::printed().ok();
        for case in asked.iter().filter(|case| case.level != Level::Gap) {
            for null in NullHarness::ALL {
                let Some((score, test_app)) = scores.get_mut(&case.category()).zip(test_app.as_ref()) else { continue };
                let passed = judge(case, &null.observation(case), test_app) == Outcome::Passed;
                score.null.entry(null.name()).or_default().add(passed);
            }
        }
        Self {
            kit: env!("CARGO_PKG_VERSION"),
            cases: CASES_VERSION,
            cases_hash,
            sdk,
            restarts,
            scores: scores.into_values().collect(),
            results,
            others,
        }
    }

    /// The results that failed and count: those of `must` and `should`.
    pub fn failures(&self) -> impl Iterator<Item = &CaseReport> {
        self.results.iter().filter(|result| result.state.is_failure() && result.level != Level::Gap)
    }
}

/// For people: the scores, each failure, what was skipped and why.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sdk { name, version, language } = &self.sdk;
        writeln!(f, "{name} {version} ({language}): cases {} ({}), kit {}\n", self.cases, self.cases_hash, self.kit)?;
        writeln!(f, "category  must     should   accept   refuse   silent")?;
        for Score { category, must, should, null, .. } in &self.scores {
            let of = |null_harness: NullHarness| null.get(null_harness.name()).copied().unwrap_or_default();
            let [accept, refuse, silent] = [NullHarness::Accept, NullHarness::Refuse, NullHarness::Silent].map(of);
            writeln!(f, "{category:<8}  {must:<7}  {should:<7}  {accept:<7}  {refuse:<7}  {silent}")?;
        }
        f.write_str("\nPassed of applicable, skipped ones included; beside it harnesses that accept, refuse, or do not reply.\n")?;
        if self.restarts > 0 {
            writeln!(f, "The harness broke and was started again {} times.", self.restarts)?;
        }
        for result in self.results.iter().filter(|result| result.state.is_failure()) {
            let CaseReport { id, level, description, rests_on, url, smallest, .. } = result;
            let State::Failed { message, breakage } = &result.state else { continue };
            let how = breakage.map(|how| format!(" ({})", how.name())).unwrap_or_default();
            writeln!(f, "\n{id}  {}{how}\n  {description}\n  {message}", level.name())?;
            let source = [rests_on.unwrap_or_default(), url.as_deref().unwrap_or_default()].join("  ");
            writeln!(f, "  {}", source.trim())?;
            if let Some(MinimalCase { question, message }) = smallest {
                writeln!(f, "  smallest: {question}\n    {message}")?;
            }
        }
        let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
        for result in &self.results {
            if let State::Skipped { why, .. } = &result.state {
                *skipped.entry(why).or_default() += 1;
            }
        }
        if !skipped.is_empty() {
            writeln!(f, "\nskipped")?;
        }
        for (why, count) in skipped {
            writeln!(f, "  {count:>3}  {why}")?;
        }
        Ok(())
    }
}
