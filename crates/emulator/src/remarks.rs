//! What the log has about a request in addition to its answer.

use avmarks_protocol::url::RawQuery;
use avmarks_protocol::usersig::explain;
use avmarks_rules::{Policy, Reason};
use avmarks_service::Settings;
use avmarks_spec::readings::{Random, TrailingComma};
use avmarks_spec::{Clause, Gap, Timestamp};

/// What the documents forbid and was let through, each as a sentence.
pub(crate) fn flags(policy: &Policy, query: &RawQuery<'_>, because: &[Reason]) -> Vec<String> {
    let mut flags = Vec::new();
    if policy.random == Random::LetThrough && because.contains(&Reason::Gap(Gap::Random)) {
        flags.extend(query.random().err().map(|error| error.to_string()));
    }
    if policy.trailing_comma == TrailingComma::Accept && because.contains(&Reason::Gap(Gap::TrailingComma)) {
        flags.push("a comma before `]` or `}` was passed over".to_owned());
    }
    flags
}

/// All that is wrong with a signature that was refused.
pub(crate) fn signature(
    settings: &Settings,
    query: &RawQuery<'_>,
    because: &[Reason],
    at: Timestamp,
) -> Option<String> {
    if !because.contains(&Reason::Clause(Clause::UserSig)) {
        return None;
    }
    let (sig, identifier) = (query.usersig().ok()?, query.identifier().ok());
    let explained = explain(sig.as_str(), settings.key.as_ref(), Some(settings.sdkappid), identifier, at);
    let findings: Vec<_> = explained.findings.iter().map(ToString::to_string).collect();
    Some(findings.join("; "))
}
