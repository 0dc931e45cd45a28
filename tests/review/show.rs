//! How a question and its answers are shown: what is given, what is sent, the exact answer, and what each other reading of a
//! gap would make of it.

use std::fmt::Write as _;

use avmarks_rules::{Policy, Reason, Refusal};
use avmarks_spec::Gap;

use crate::world::{Sent, World};

/// A question to a world that depends on how the gaps are read.
pub(crate) struct Case<'a> {
    pub(crate) title: String,
    /// What has happened before, and is not seen in what is sent.
    pub(crate) given: &'a str,
    /// The readings that the case needs, other than the default ones.
    pub(crate) read: &'a [(Gap, &'static str)],
    pub(crate) ask: &'a dyn Fn(Policy) -> (World, Sent),
}

/// Step, name and first sentence of a refusal: for which calls it holds, `docs/precedence.md` says.
pub(crate) fn title(refusal: Refusal) -> String {
    format!("step {}, {refusal:?}: {}", refusal.step(), in_short(refusal))
}

/// The first sentence of a refusal.
pub(crate) fn in_short(refusal: Refusal) -> &'static str {
    let end = refusal.description().find(". ").map_or(refusal.description().len(), |stop| stop + 1);
    &refusal.description()[..end]
}

/// What was answered.
struct Answered {
    body: String,
    because: Vec<&'static str>,
    omitted: Vec<String>,
}

impl Case<'_> {
    /// The case as it is shown, and the ids that its answer rests on.
    pub(crate) fn show(&self) -> (String, Vec<&'static str>) {
        let mut policy = Policy::default();
        self.read.iter().for_each(|(gap, reading)| policy.set(*gap, reading).unwrap());
        let (answered, sent) = self.answered(policy);
        let mut text = format!("== {}\n", self.title);
        if !self.given.is_empty() {
            writeln!(text, "given     {}", self.given).unwrap();
        }
        for (gap, reading) in self.read {
            writeln!(text, "read      {gap} as {reading}").unwrap();
        }
        text.push_str(&shown(&sent));
        if !answered.omitted.is_empty() {
            writeln!(text, "left out  {}", answered.omitted.join(", ")).unwrap();
        }
        let because =
            if answered.because.is_empty() { "no clause and no gap".to_owned() } else { answered.because.join(", ") };
        writeln!(text, "rests on  {because}").unwrap();
        writeln!(text, "answer    {}", abbreviated(&answered.body)).unwrap();
        for gap in Gap::ALL {
            for reading in gap.readings().iter().filter(|reading| reading.name != policy.reading(*gap)) {
                let mut other = policy;
                other.set(*gap, reading.name).unwrap();
                let (changed, _) = self.answered(other);
                if changed.body != answered.body {
                    writeln!(text, "with {gap} read as {}\n          {}", reading.name, abbreviated(&changed.body))
                        .unwrap();
                }
            }
        }
        (text, answered.because)
    }

    fn answered(&self, policy: Policy) -> (Answered, Sent) {
        let (mut world, sent) = (self.ask)(policy);
        let predicted = world.app.dry_run(&sent.request(), world.now).answer;
        let answer = world.app.handle(&sent.request(), world.now).answer;
        assert_eq!(answer, predicted, "{}", self.title);
        let body = String::from_utf8(answer.body).unwrap();
        assert!(!body.contains('\n'), "{body}");
        let because = answer.because.iter().copied().map(Reason::id).collect();
        let omitted = answer.omitted.iter().map(|omitted| {
            let (account, mark, because) = (omitted.account, omitted.mark, omitted.because);
            format!("{account} {mark} ({because})")
        });
        (Answered { body, because, omitted: omitted.collect() }, sent)
    }
}

/// The cases one after the other, and what they rest on, each id once.
pub(crate) fn shown_all(cases: &[Case<'_>]) -> (String, Vec<&'static str>) {
    let mut ids = Vec::new();
    let texts = cases.iter().map(|case| {
        let (text, because) = case.show();
        because.into_iter().for_each(|id| {
            if !ids.contains(&id) {
                ids.push(id)
            }
        });
        text
    });
    (texts.collect::<Vec<_>>().join("\n").trim_end().to_owned(), ids)
}

fn shown(sent: &Sent) -> String {
    let Sent { method, path, query, body } = sent;
    let body = String::from_utf8_lossy(body);
    format!("sent      {method} {path}?{}\n          {}\n", without_signature(query), abbreviated(&body))
}

/// A query without the signature, of which only the part that a person wrote is shown.
pub(crate) fn without_signature(query: &str) -> String {
    let hidden = |pair: &str| match pair.strip_prefix("usersig=") {
        Some(sig) if sig.len() > 20 => "usersig=…".to_owned(),
        _ => pair.to_owned(),
    };
    query.split('&').map(hidden).collect::<Vec<_>>().join("&")
}

/// Members of a list that are shown before the rest is counted.
const MEMBERS_SHOWN: usize = 3;

/// A body in full, except that of a long list of members or accounts the middle is counted, and of other long texts the end.
pub(crate) fn abbreviated(body: &str) -> String {
    for (between, end, start) in [("},{", "}", "{"), ("\",\"", "\"", "\"")] {
        let items: Vec<_> = body.split(between).collect();
        if let [first @ .., last] = &*items
            && items.len() > 12
        {
            let (shown, counted) = first.split_at(MEMBERS_SHOWN);
            return format!("{}{end},… {} more …,{start}{last}", shown.join(between), counted.len());
        }
    }
    match body.char_indices().nth(600) {
        Some((end, _)) => format!("{}… {} bytes in all", body[..end].trim_end(), body.len()),
        None => body.to_owned(),
    }
}
