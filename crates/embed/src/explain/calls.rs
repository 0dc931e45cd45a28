//! Calls of the API: their pages, and the clauses and gaps that rest on these.

use avmarks_protocol::Endpoint;
use avmarks_spec::{Clause, Gap, PAGES, Source, WebPage};
use serde::Serialize;

use super::names::{TOPICS, plain};
use super::sources::{Entry, SourceLine};

/// One call, or the calls of a topic.
#[derive(Serialize)]
pub struct Calls {
    pub name: &'static str,
    pub calls: Vec<CallLine>,
    /// The clauses and gaps that rest on the pages of these calls.
    pub clauses: Vec<Entry>,
    pub gaps: Vec<Entry>,
}

/// A call.
#[derive(Serialize)]
pub struct CallLine {
    pub command: &'static str,
    pub path: &'static str,
    pub sources: Vec<SourceLine>,
}

impl Calls {
    /// The call or the topic of this name, as [`plain`] has it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let call = Endpoint::ALL.iter().find(|endpoint| plain(endpoint.command()) == name);
        let call = call.map(|endpoint| (endpoint.command(), std::slice::from_ref(endpoint)));
        let topic = || TOPICS.iter().find(|(topic, _)| *topic == name).copied();
        let (name, endpoints) = call.or_else(topic)?;
        let rests = |sources: &[Source], text: &str| {
            let on_page = |source: &Source| endpoints.iter().any(|endpoint| is_of(&source.page, *endpoint));
            sources.iter().any(on_page) || endpoints.iter().any(|endpoint| text.contains(endpoint.command()))
        };
        let clauses = Clause::ALL.iter().copied().filter(|clause| rests(clause.sources(), clause.description()));
        let gaps = Gap::ALL.iter().copied().filter(|gap| rests(gap.sources(), gap.question()));
        Some(Self {
            name,
            calls: endpoints.iter().copied().map(CallLine::of).collect(),
            clauses: clauses.map(Entry::from).collect(),
            gaps: gaps.map(Entry::from).collect(),
        })
    }
}

impl CallLine {
    fn of(endpoint: Endpoint) -> Self {
        let pages = PAGES.iter().filter(|page| is_of(page, endpoint));
        let sources = pages.flat_map(|page| SourceLine::of_page(page.number)).collect();
        Self { command: endpoint.command(), path: endpoint.path(), sources }
    }
}

/// Whether the page is about the call: its title names the command.
fn is_of(page: &WebPage, endpoint: Endpoint) -> bool {
    page.title.ends_with(&format!("({})", endpoint.command()))
}
