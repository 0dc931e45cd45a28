//! Steps 6 to 12 of a call that sets or deletes marks, in one pass: for a request with which nothing is wrong.

use std::borrow::Cow;

use avmarks_protocol::BodyPath;
use avmarks_protocol::modify_user_info::{EntrySink, Head, read_entries};
use avmarks_rules::internal::Scratch;
use avmarks_rules::{Command, Entry, MarkList, Policy};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Limits, Mark, UserId};

use super::{Body, Read};

/// The result of the steps for a text without violations. `None` if there may be one, or where the text is written
/// in an unusual way; then the steps are checked one by one.
pub(super) fn read_valid(text: &str, policy: &Policy, limits: &Limits, scratch: &mut Scratch) -> Option<Read> {
    let mut found = Faultless {
        account_id: policy.account_id,
        accounts_max: limits.accounts_per_call_max,
        entries: scratch.entries(),
        account: None,
        marks: MarkList::new(),
        custom: DifferentMarks::default(),
        special: None,
    };
    let head = read_entries(text, &mut found);
    match head.and_then(|head| found.request(&head, limits)) {
        Some((kind, group)) => {
            let Faultless { entries, special, .. } = found;
            Some(Read { group: Some(group), special, body: Some(Body::Marks { kind, entries }) })
        }
        None => {
            scratch.recycle_entries(found.entries);
            None
        }
    }
}

/// Collects entries as long as all are valid.
struct Faultless {
    account_id: AccountId,
    accounts_max: usize,
    entries: Vec<Entry>,
    /// The entry that is being read.
    account: Option<UserId>,
    marks: MarkList,
    custom: DifferentMarks,
    /// Where 500 or 600 is named first.
    special: Option<BodyPath>,
}

impl Faultless {
    fn request(&self, head: &Head<'_>, limits: &Limits) -> Option<(Command, GroupId)> {
        let kind = match head.command_type {
            1 => Command::Set,
            2 => Command::Delete,
            _ => return None,
        };
        let is_short = !self.entries.is_empty();
        let is_few = kind == Command::Delete || self.custom.count()? <= limits.marks_per_group_max;
        let group = GroupId::parse(&head.group_id).ok()?;
        (is_short && is_few).then_some((kind, group))
    }
}

impl EntrySink<'_> for Faultless {
    #[inline(always)]
    fn start(&mut self) -> Option<()> {
        (self.entries.len() < self.accounts_max).then_some(())
    }

    #[inline(always)]
    fn account(&mut self, account: Cow<'_, str>) -> Option<()> {
        self.account = Some(UserId::parse_as(&account, self.account_id).ok()?);
        Some(())
    }

    #[inline(always)]
    fn mark(&mut self, mark: i64) -> Option<()> {
        let mark = Mark::new(mark).ok()?;
        if mark.is_special() {
            self.special.get_or_insert(BodyPath::Mark(self.entries.len(), self.marks.len()));
        } else {
            self.custom.name(mark);
        }
        self.marks.push(mark);
        Some(())
    }

    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        let (account, marks) = (self.account.take()?, std::mem::take(&mut self.marks));
        if marks.is_empty() {
            return None;
        }
        self.entries.push(Entry { account, marks });
        Some(())
    }
}

/// Different marks, as long as they are as few as a group can have.
#[derive(Default)]
struct DifferentMarks {
    marks: [Option<Mark>; DIFFERENT_MAX],
    are_more: bool,
}

/// As many as a group can have, and some. The numbers of most marks follow each other, so that each finds a place of its own.
const DIFFERENT_MAX: usize = 16;
const _: () = assert!(DIFFERENT_MAX >= Limits::MARKS_PER_GROUP_CEILING);

impl DifferentMarks {
    #[inline(always)]
    fn name(&mut self, mark: Mark) {
        let home = mark.number() as usize % DIFFERENT_MAX;
        if self.marks.get(home) != Some(&Some(mark)) {
            self.place(home, mark);
        }
    }

    fn place(&mut self, home: usize, mark: Mark) {
        let (before, from) = self.marks.split_at_mut(home);
        let place = from.iter_mut().chain(before).find(|place| place.is_none_or(|found| found == mark));
        match place {
            Some(place) => *place = Some(mark),
            None => self.are_more = true,
        }
    }

    /// How many; none if there are too many to say.
    fn count(&self) -> Option<usize> {
        (!self.are_more).then(|| self.marks.iter().flatten().count())
    }
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::Endpoint;

    use super::*;
    use crate::preflight::read_by_steps;
    use crate::violation::Violations;

    /// Whether a body is read in one pass; if so, as by the steps, which find nothing.
    fn is_read(body: &str) -> bool {
        let (policy, limits) = (Policy::default(), Limits::DOCUMENTED);
        let Some(read) = read_valid(body, &policy, &limits, &mut Scratch::default()) else { return false };
        let mut findings = Violations::all();
        let by_steps = read_by_steps(Endpoint::ModifyUserInfo, body.as_bytes(), &policy, &limits, &mut findings);
        assert_eq!(by_steps, std::ops::ControlFlow::Continue(read), "{body}");
        assert!(findings.found.is_empty() && findings.gaps.is_empty(), "{body}");
        true
    }

    /// A call for so many accounts; the marks follow each other, this many of them different.
    fn body(kind: u8, accounts: usize, different: usize) -> String {
        let entry = |at: usize| {
            let mark = 1_000 + at % different;
            format!(r#"{{"Member_Account":"a{at}","Marks":[{mark},600,{mark}]}}"#)
        };
        let entries: Vec<_> = (0..accounts).map(entry).collect();
        format!(r#"{{"GroupId":"@TGS#a","CommandType":{kind},"MemberList":[{}]}}"#, entries.join(","))
    }

    #[test]
    fn the_fast_check_agrees_on_valid_requests() {
        for (kind, accounts, different) in
            [(1, 1, 1), (2, 1, 1), (1, 500, 10), (2, 500, 11), (2, 20, 16), (2, 20, 17), (1, 9, 9)]
        {
            assert!(is_read(&body(kind, accounts, different)), "{kind}, {accounts}, {different}");
        }
        // Marks that share a home, the list before the account, an escape, a field that no document names.
        assert!(is_read(
            r#"{"MemberList":[{"Marks":[1000,1016,1032],"Member_Account":"\u0061"},{"Member_Account":"a","Marks":[500]}],"x":1,"CommandType":1,"GroupId":"g"}"#
        ));
    }

    #[test]
    fn the_fast_check_declines_invalid_requests() {
        assert!(!is_read(&body(1, 501, 1)));
        assert!(!is_read(&body(1, 20, 11)));
        assert!(!is_read(&body(1, 20, 17)));
        let good = body(1, 2, 1);
        assert!(is_read(&good));
        for (from, to) in [
            (r#""CommandType":1"#, r#""CommandType":0"#),
            (r#""CommandType":1"#, r#""CommandType":3"#),
            ("@TGS#a", ""),
            ("a0", ""),
            ("a0", "abcdefghijklmnopqrstuvwxyz0123456"),
            ("[1000,600,1000]", "[]"),
            ("[1000,600,1000]", "[999]"),
            ("600", "-600"),
        ] {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good);
            assert!(!is_read(&text), "{text}");
        }
        assert!(!is_read(r#"{"GroupId":"g","CommandType":1,"MemberList":[]}"#));
    }
}
