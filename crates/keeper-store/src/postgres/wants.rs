//! Wants, and the due rows that come with them.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, Mark, UserId};
use postgres::{GenericClient, Row, Transaction};

use super::connection::{LOCKS, Parameters, damaged_row, execute, get, rows};
use crate::error::StoreError;
use crate::group::Groups;
use crate::rows::{
    account, count, group, marks, millis, signed, text_of_bytes, text_of_marks, text_or_empty, uncount, unsigned,
};
use crate::types::{Holders, NewDue, Slot, Version, Want};

/// Locks slots until the transaction ends, in their order: whoever changes wants or due rows does it one after the other, so limits
/// are exact and nobody waits in a circle. Claims and admissions do not wait for it.
pub(super) fn lock(transaction: &mut Transaction<'_>, slots: impl Iterator<Item = Slot>) -> Result<(), StoreError> {
    let slots: BTreeSet<_> = slots.map(|slot| i32::from(slot.0)).collect();
    let slots: Vec<_> = slots.into_iter().collect();
    if slots.is_empty() {
        return Ok(());
    }
    let sql = "SELECT pg_advisory_xact_lock($1, slot) FROM unnest($2) AS slot";
    rows(transaction, sql, &[&LOCKS, &slots], |_| Ok(())).map(drop)
}

fn want(row: &Row) -> Result<Want, StoreError> {
    Ok(Want {
        group: group(text_of_bytes(get(row, 0)?)?)?,
        account: account(text_of_bytes(get(row, 1)?)?)?,
        marks: marks(get(row, 2)?)?,
        robot: get(row, 3)?,
        removed: marks(get(row, 4)?)?,
        version: Version(unsigned(get(row, 5)?)?),
    })
}

/// The wants of a condition.
pub(super) fn wants_of(
    client: &mut impl GenericClient,
    condition: &str,
    parameters: Parameters<'_>,
) -> Result<Vec<Want>, StoreError> {
    let sql = format!("SELECT grp, account, marks, robot, removed, version FROM want {condition}");
    rows(client, &sql, parameters, want)
}

/// Slots, groups and accounts, as columns.
struct Keys<'a> {
    slots: Vec<i16>,
    groups: Vec<&'a [u8]>,
    accounts: Vec<&'a [u8]>,
}

impl<'a> Keys<'a> {
    fn new(keys: impl Iterator<Item = (&'a GroupId, &'a UserId)>) -> Self {
        let mut columns = Self { slots: Vec::new(), groups: Vec::new(), accounts: Vec::new() };
        for (group, account) in keys {
            columns.slots.push(i16::from(Slot::of(group).0));
            columns.groups.push(group.as_bytes());
            columns.accounts.push(account.as_bytes());
        }
        columns
    }
}

/// Each is looked up by itself, whatever the planner believes about the table.
pub(super) fn find_wants(client: &mut impl GenericClient, keys: &[(GroupId, UserId)]) -> Result<Vec<Want>, StoreError> {
    let keys: BTreeSet<_> = keys.iter().collect();
    let columns = Keys::new(keys.iter().map(|(group, account)| (group, account)));
    let sql = "SELECT k.grp, k.account, w.marks, w.robot, w.removed, w.version
        FROM unnest($1, $2, $3) WITH ORDINALITY AS k(slot, grp, account, n)
        CROSS JOIN LATERAL (
            SELECT * FROM want WHERE want.slot = k.slot AND want.grp = k.grp AND want.account = k.account LIMIT 1
        ) AS w
        ORDER BY k.n";
    rows(client, sql, &[&columns.slots, &columns.groups, &columns.accounts], want)
}

/// The holders of all marks of some groups, in the order of the marks.
pub(super) fn find_holders(
    client: &mut impl GenericClient,
    groups: &[GroupId],
) -> Result<Vec<(GroupId, Holders)>, StoreError> {
    let slots: Vec<_> = groups.iter().map(|group| i16::from(Slot::of(group).0)).collect();
    let names: Vec<_> = groups.iter().map(GroupId::as_bytes).collect();
    let sql = "SELECT h.grp, h.mark, h.holders FROM unnest($1, $2) AS k(slot, grp)
        JOIN holders AS h ON h.slot = k.slot AND h.grp = k.grp ORDER BY h.grp, h.mark";
    rows(client, sql, &[&slots, &names], |row| {
        let mark = Mark::new(get(row, 1)?).map_err(|_| damaged_row("mark"))?;
        Ok((group(text_of_bytes(get(row, 0)?)?)?, Holders { mark, holders: uncount(get(row, 2)?)? }))
    })
}

/// What a transaction that changes wants has to know.
pub(super) fn read_groups(client: &mut impl GenericClient, keys: &[(GroupId, UserId)]) -> Result<Groups, StoreError> {
    let names: BTreeSet<_> = keys.iter().map(|(group, _)| *group).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut groups = Groups::default();
    for (group, found) in find_holders(client, &names)? {
        groups.states.entry(group).or_default().holders.insert(found.mark, found.holders);
    }
    find_wants(client, keys)?.into_iter().for_each(|want| groups.read(want));
    Ok(groups)
}

/// Writes what changed; wants that were put get a new version, and others keep theirs.
pub(super) fn write_changes(
    transaction: &mut Transaction<'_>,
    before: &Groups,
    groups: &Groups,
    with_new_versions: bool,
) -> Result<(), StoreError> {
    let changes = groups.changes(before);
    let kept: Vec<_> = changes.accounts.iter().filter_map(|(of, who, now)| Some((of, who, now.as_ref()?))).collect();
    if !kept.is_empty() {
        let columns = Keys::new(kept.iter().map(|(of, who, _)| (*of, *who)));
        let marks: Vec<_> = kept.iter().map(|(.., now)| text_of_marks(&now.marks)).collect();
        let robots: Vec<_> = kept.iter().map(|(.., now)| now.robot).collect();
        let removed: Vec<_> = kept.iter().map(|(.., now)| text_of_marks(&now.removed)).collect();
        let version = |of: &GroupId, who: &UserId| before.versions.get(&(*of, *who)).map_or(0, |it| signed(it.0));
        let versions: Vec<_> = kept.iter().map(|(of, who, _)| version(of, who)).collect();
        let sql = "INSERT INTO want SELECT slot, grp, account, marks, robot, removed,
                CASE WHEN $8 THEN nextval('keeper_version') ELSE version END
            FROM unnest($1, $2, $3, $4, $5, $6, $7) AS k(slot, grp, account, marks, robot, removed, version)
            ON CONFLICT (slot, grp, account) DO UPDATE SET marks = excluded.marks, robot = excluded.robot,
                removed = excluded.removed, version = excluded.version";
        let parameters: Parameters<'_> = &[
            &columns.slots,
            &columns.groups,
            &columns.accounts,
            &marks,
            &robots,
            &removed,
            &versions,
            &with_new_versions,
        ];
        execute(transaction, sql, parameters)?;
    }
    let gone = changes.accounts.iter().filter(|(.., now)| now.is_none()).map(|(of, who, _)| (of, who));
    let columns = Keys::new(gone);
    if !columns.slots.is_empty() {
        let sql = "DELETE FROM want USING unnest($1, $2, $3) AS k(slot, grp, account)
            WHERE want.slot = k.slot AND want.grp = k.grp AND want.account = k.account";
        execute(transaction, sql, &[&columns.slots, &columns.groups, &columns.accounts])?;
    }
    if !changes.holders.is_empty() {
        write_holders(transaction, &changes.holders)?;
    }
    if !changes.wants.is_empty() {
        write_counts(transaction, &changes.wants)?;
    }
    Ok(())
}

fn write_holders(transaction: &mut Transaction<'_>, holders: &[(GroupId, Mark, usize)]) -> Result<(), StoreError> {
    let slots: Vec<_> = holders.iter().map(|(of, ..)| i16::from(Slot::of(of).0)).collect();
    let names: Vec<_> = holders.iter().map(|(of, ..)| of.as_bytes()).collect();
    let marks: Vec<_> = holders.iter().map(|(_, mark, _)| i64::from(mark.number())).collect();
    let counts: Vec<_> = holders.iter().map(|(.., holders)| count(*holders)).collect();
    let parameters: Parameters<'_> = &[&slots, &names, &marks, &counts];
    let sql = "INSERT INTO holders SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (slot, grp, mark) DO UPDATE SET holders = excluded.holders";
    execute(transaction, sql, parameters)?;
    let sql = "DELETE FROM holders USING unnest($1, $2, $3, $4) AS k(slot, grp, mark, holders)
        WHERE holders.slot = k.slot AND holders.grp = k.grp AND holders.mark = k.mark AND k.holders = 0";
    execute(transaction, sql, parameters).map(drop)
}

fn write_counts(transaction: &mut Transaction<'_>, wants: &[(GroupId, i64)]) -> Result<(), StoreError> {
    let slots: Vec<_> = wants.iter().map(|(of, _)| i16::from(Slot::of(of).0)).collect();
    let names: Vec<_> = wants.iter().map(|(of, _)| of.as_bytes()).collect();
    let more: Vec<_> = wants.iter().map(|(_, more)| *more).collect();
    let sql = "INSERT INTO wanted_group SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (slot, grp) DO UPDATE SET wants = wanted_group.wants + excluded.wants";
    execute(transaction, sql, &[&slots, &names, &more])?;
    let sql = "DELETE FROM wanted_group USING unnest($1, $2) AS k(slot, grp)
        WHERE wanted_group.slot = k.slot AND wanted_group.grp = k.grp AND wanted_group.wants <= 0";
    execute(transaction, sql, &[&slots, &names]).map(drop)
}

/// Marks rows due; the caller has locked their slots. One statement may touch a row once only, so those of one row are joined first.
pub(super) fn mark_due<'a>(
    transaction: &mut Transaction<'_>,
    due: impl Iterator<Item = &'a NewDue>,
) -> Result<(), StoreError> {
    let mut joined: BTreeMap<_, NewDue> = BTreeMap::new();
    for due in due {
        let row = joined.entry((due.group, due.account)).or_insert(*due);
        row.at = row.at.min(due.at);
        row.tries = row.tries.max(due.tries);
    }
    if joined.is_empty() {
        return Ok(());
    }
    let slots: Vec<_> = joined.values().map(|due| i16::from(Slot::of(&due.group).0)).collect();
    let groups: Vec<_> = joined.values().map(|due| due.group.as_bytes()).collect();
    let accounts: Vec<_> = joined.values().map(|due| text_or_empty(due.account.as_ref()).as_bytes()).collect();
    let times: Vec<_> = joined.values().map(|due| millis(due.at)).collect();
    let tries: Vec<_> = joined.values().map(|due| i32::try_from(due.tries).unwrap_or(i32::MAX)).collect();
    let sql = "INSERT INTO due SELECT slot, grp, account, at, tries, nextval('keeper_version')
        FROM unnest($1, $2, $3, $4, $5) AS k(slot, grp, account, at, tries)
        ON CONFLICT (slot, grp, account) DO UPDATE SET at = least(due.at, excluded.at),
            tries = greatest(due.tries, excluded.tries), version = excluded.version";
    execute(transaction, sql, &[&slots, &groups, &accounts, &times, &tries]).map(drop)
}

/// Wants that changed are tried again; the caller has locked their slots.
pub(super) fn due_at_once(
    transaction: &mut Transaction<'_>,
    changed: &BTreeSet<(GroupId, UserId)>,
) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    let columns = Keys::new(changed.iter().map(|(group, account)| (group, account)));
    let sql = "INSERT INTO due SELECT slot, grp, account, keeper_now(), 0, nextval('keeper_version')
        FROM unnest($1, $2, $3) AS k(slot, grp, account)
        ON CONFLICT (slot, grp, account) DO UPDATE SET at = least(due.at, excluded.at), tries = 0,
            version = excluded.version";
    execute(transaction, sql, &[&columns.slots, &columns.groups, &columns.accounts]).map(drop)
}
