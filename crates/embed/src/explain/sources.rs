//! What clauses, gaps and codes rest on.

use avmarks_spec::{Clause, Gap, Source, WebPage};
use serde::Serialize;

/// A copy of a page.
#[derive(Serialize)]
pub struct SourceLine {
    pub page: &'static str,
    pub title: &'static str,
    pub language: &'static str,
    /// The part of the page; empty for the whole page.
    pub section: &'static str,
    /// None for a copy that shows no date.
    pub date: Option<&'static str>,
    pub url: &'static str,
}

impl SourceLine {
    pub fn all(sources: &[Source]) -> Vec<Self> {
        sources.iter().map(Self::of).collect()
    }

    fn of(Source { page, section, date, .. }: &Source) -> Self {
        let WebPage { number, title, language, url, .. } = *page;
        Self { page: number, title, language, section, date: *date, url }
    }

    /// The copies of a page that anything rests on, the newest first, each date once.
    pub fn of_page(number: &str) -> Vec<Self> {
        let of_clauses = Clause::ALL.iter().flat_map(|clause| clause.sources());
        let all = of_clauses.chain(Gap::ALL.iter().flat_map(|gap| gap.sources()));
        let mut lines: Vec<_> = all
            .filter(|source| source.page.number == number)
            .map(|source| Self { section: "", ..Self::of(source) })
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.date));
        lines.dedup_by_key(|line| line.date);
        lines
    }
}

/// A clause or a gap.
#[derive(Serialize)]
pub struct Entry {
    pub id: &'static str,
    pub description: &'static str,
}

impl From<Clause> for Entry {
    fn from(clause: Clause) -> Self {
        Self { id: clause.id(), description: clause.description() }
    }
}

impl From<Gap> for Entry {
    fn from(gap: Gap) -> Self {
        Self { id: gap.id(), description: gap.question() }
    }
}
