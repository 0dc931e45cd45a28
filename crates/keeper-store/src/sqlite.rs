//! A store in one file of SQLite.

mod events;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};
use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, Params, Row, Transaction, TransactionBehavior, params};

use self::events::{bytes_of_events, events};
use self::place::Place;
use crate::coordination::{Coordination, verbs_of_nodes};
use crate::error::StoreError;
use crate::filter::WantFilter;
use crate::group::{Groups, changed};
use crate::memory::Clock;
use crate::rows::{
    account, account_or_none, count, damaged, group, marks, millis, signed, text_of_marks, text_or_empty, timestamp,
    uncount, unsigned,
};
use crate::store::Store;
use crate::timing::PERMIT_SPAN;
use crate::types::{
    Admission, Batch, BatchId, Due, Epoch, Event, Group, Holders, Lease, NewDue, NewWant, NodeId, Put, Settlement,
    Slot, Status, Version, Want, WantError,
};

/// Each is applied once, in order, in one transaction; the file's `user_version` says how many were.
const MIGRATIONS: [&str; 1] = [include_str!("sqlite/0001.sql")];

/// A [`Store`] in one file of SQLite, which one process has by itself: a write-ahead log, flushed to disk before a commit returns
/// (`synchronous=FULL`). The file and its log are made for their owner alone. Where one is removed or replaced, nothing is stored any more.
///
/// Nodes, leases and permits are in memory, as they end with the process; epochs still grow from one opening to the next. As
/// calls of an earlier process may be under way, no permit is free for the first
/// [`PERMIT_SPAN`] after opening.
///
/// ```
/// use avmarks_keeper_store::{SqliteStore, Store};
/// use avmarks_spec::{Limits, Timestamp};
/// use std::sync::Arc;
///
/// # let folder = std::env::temp_dir().join(format!("avmarks-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("keeper.sqlite");
/// let mut store = SqliteStore::open(&path, Limits::DOCUMENTED, Arc::new(|| Timestamp::from_millis(1_000)))?;
/// assert_eq!(store.status()?.wants, 0);
/// # drop(store);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    file: Arc<Mutex<File>>,
    filter: Arc<WantFilter>,
    clock: Clock,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

struct File {
    connection: Connection,
    place: Place,
    limits: Limits,
    /// The last version that was given; written with each transaction that gives one.
    number: u64,
    coordination: Coordination,
}

impl SqliteStore {
    /// Opens or creates the file, and brings its tables up to date. The clock returns the time of day.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened, another process has it, it is not such a file, or a later version of this
    /// program wrote it.
    pub fn open(path: &Path, limits: Limits, clock: Clock) -> Result<Self, StoreError> {
        Place::make(path);
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(1)).map_err(failed)?;
        connection
            .execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(64);
        let transaction = begin(&mut connection)?;
        migrate(&transaction)?;
        let execute = |sql| transaction.execute(sql, ()).map_err(failed);
        execute("UPDATE setting SET value = value + 1 WHERE name = 'generation'")?;
        let setting = |name: &str| {
            let sql = "SELECT value FROM setting WHERE name = ?1";
            unsigned(transaction.query_row(sql, [name], |row| row.get(0)).map_err(failed)?)
        };
        let number = setting("number")?;
        let generation = setting("generation")?;
        transaction.commit().map_err(failed)?;
        // Room for four thousand million claims of a slot in one run.
        let epoch = Epoch(generation << 32);
        let coordination = Coordination::new(limits.calls_per_window_max, epoch, clock().saturating_add(PERMIT_SPAN));
        let filter = Arc::new(WantFilter::new());
        for slot in Slot::all() {
            fill(&connection, &filter, slot)?;
        }
        let place = Place::of(path);
        Ok(Self { file: Arc::new(Mutex::new(File { connection, place, limits, number, coordination })), filter, clock })
    }

    /// A transaction that a panic cut off was rolled back when it was dropped.
    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn migrate(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let known = MIGRATIONS.len();
    let found: i64 = transaction.query_row("PRAGMA user_version", (), |row| row.get(0)).map_err(failed)?;
    let applied = uncount(found)?;
    if applied > known {
        return Err(StoreError::Newer { found: unsigned(found)?, known: known as u64 });
    }
    for sql in MIGRATIONS.iter().skip(applied) {
        transaction.execute_batch(sql).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", count(known)).map_err(failed)
}

/// Whatever cannot be read is damage; anything else may be over the next time.
fn failed(error: rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged(error.to_string()),
        _ => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(error.to_string()),
            _ => StoreError::Unavailable(error.to_string()),
        },
    }
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)
}

fn get<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, StoreError> {
    row.get(at).map_err(failed)
}

fn get_text<T>(row: &Row<'_>, at: usize, read: fn(&str) -> Result<T, StoreError>) -> Result<T, StoreError> {
    read(row.get_ref(at).map_err(failed)?.as_str().map_err(|error| StoreError::Damaged(error.to_string()))?)
}

/// Every row of a query.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query(params).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn execute(connection: &Connection, sql: &str, params: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(sql).map_err(failed)?.execute(params).map_err(failed)
}

/// A list for `json_each`, as SQLite takes no list as a parameter.
fn json(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<_> = numbers.map(|number| number.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

fn json_of_slots(slots: &[Slot]) -> String {
    json(slots.iter().map(|slot| i64::from(slot.0)))
}

const WANT: &str = "SELECT grp, account, marks, robot, removed, version FROM want";

fn want(row: &Row<'_>) -> Result<Want, StoreError> {
    Ok(Want {
        group: get_text(row, 0, group)?,
        account: get_text(row, 1, account)?,
        marks: get_text(row, 2, marks)?,
        robot: get(row, 3)?,
        removed: get_text(row, 4, marks)?,
        version: Version(unsigned(get(row, 5)?)?),
    })
}

fn find_want(connection: &Connection, group: &GroupId, account: &UserId) -> Result<Option<Want>, StoreError> {
    let sql = format!("{WANT} WHERE slot = ?1 AND grp = ?2 AND account = ?3");
    Ok(rows(connection, &sql, params![Slot::of(group).0, group.as_str(), account.as_str()], want)?.pop())
}

fn find_holders(connection: &Connection, group: &GroupId) -> Result<Vec<Holders>, StoreError> {
    let sql = "SELECT mark, holders FROM holders WHERE slot = ?1 AND grp = ?2 ORDER BY mark";
    rows(connection, sql, params![Slot::of(group).0, group.as_str()], |row| {
        let number: i64 = get(row, 0)?;
        let mark = Mark::new(number).map_err(|_| damaged("mark", &number.to_string()))?;
        Ok(Holders { mark, holders: uncount(get(row, 1)?)? })
    })
}

/// What a transaction that changes wants has to know.
fn read_groups(
    connection: &Connection,
    accounts: impl Iterator<Item = (GroupId, UserId)>,
) -> Result<Groups, StoreError> {
    let mut groups = Groups::default();
    for (group, account) in accounts {
        if !groups.states.contains_key(&group) {
            let holders = find_holders(connection, &group)?;
            let state = groups.states.entry(group).or_default();
            state.holders = holders.into_iter().map(|found| (found.mark, found.holders)).collect();
        }
        if let Some(want) = find_want(connection, &group, &account)? {
            groups.read(want);
        }
    }
    Ok(groups)
}

/// Versions that a transaction gives.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> i64 {
        self.0 = self.0.saturating_add(1);
        signed(self.0)
    }
}

impl File {
    /// Runs a transaction, and remembers the versions that it assigned even if the commit was not answered: none is assigned twice.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut Numbers) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut numbers = Numbers(self.number);
        let transaction = begin(&mut self.connection)?;
        let answer = work(&transaction, &mut numbers)?;
        if numbers.0 != self.number {
            let sql = "UPDATE setting SET value = ?1 WHERE name = 'number'";
            execute(&transaction, sql, [signed(numbers.0)])?;
        }
        self.number = numbers.0;
        transaction.commit().map_err(failed)?;
        self.place.check()?;
        Ok(answer)
    }
}

/// Writes what changed; wants that were put get a new version.
fn write_changes(
    connection: &Connection,
    before: &Groups,
    groups: &Groups,
    mut version: impl FnMut(&(GroupId, UserId)) -> i64,
) -> Result<(), StoreError> {
    let changes = groups.changes(before);
    for (group, account, now) in &changes.accounts {
        let slot = Slot::of(group).0;
        match now {
            Some(now) => {
                let (marks, removed) = (text_of_marks(&now.marks), text_of_marks(&now.removed));
                let version = version(&(*group, *account));
                let row = params![slot, group.as_str(), account.as_str(), marks, now.robot, removed, version];
                execute(connection, "INSERT OR REPLACE INTO want VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", row)?
            }
            None => {
                let row = params![slot, group.as_str(), account.as_str()];
                execute(connection, "DELETE FROM want WHERE slot = ?1 AND grp = ?2 AND account = ?3", row)?
            }
        };
    }
    for (group, mark, holders) in &changes.holders {
        let slot = Slot::of(group).0;
        if *holders == 0 {
            let row = params![slot, group.as_str(), mark.number()];
            execute(connection, "DELETE FROM holders WHERE slot = ?1 AND grp = ?2 AND mark = ?3", row)?;
        } else {
            let row = params![slot, group.as_str(), mark.number(), count(*holders)];
            execute(connection, "INSERT OR REPLACE INTO holders VALUES (?1, ?2, ?3, ?4)", row)?;
        }
    }
    for (group, more) in &changes.wants {
        let slot = Slot::of(group).0;
        let sql = "INSERT INTO wanted_group VALUES (?1, ?2, ?3)
            ON CONFLICT (slot, grp) DO UPDATE SET wants = wants + excluded.wants";
        execute(connection, sql, params![slot, group.as_str(), more])?;
        let sql = "DELETE FROM wanted_group WHERE slot = ?1 AND grp = ?2 AND wants <= 0";
        execute(connection, sql, params![slot, group.as_str()])?;
    }
    Ok(())
}

fn mark_due(connection: &Connection, numbers: &mut Numbers, due: &NewDue) -> Result<(), StoreError> {
    let sql = "INSERT INTO due VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (slot, grp, account) DO UPDATE SET
        at = min(at, excluded.at), tries = max(tries, excluded.tries), version = excluded.version";
    let account = text_or_empty(due.account.as_ref());
    let slot = Slot::of(&due.group).0;
    execute(connection, sql, params![slot, due.group.as_str(), account, millis(due.at), due.tries, numbers.next()])?;
    Ok(())
}

/// A want that changed is tried again.
fn due_at_once(
    connection: &Connection,
    numbers: &mut Numbers,
    now: Timestamp,
    (group, account): &(GroupId, UserId),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO due VALUES (?1, ?2, ?3, ?4, 0, ?5) ON CONFLICT (slot, grp, account) DO UPDATE SET
        at = min(at, excluded.at), tries = 0, version = excluded.version";
    let row = params![Slot::of(group).0, group.as_str(), account.as_str(), millis(now), numbers.next()];
    execute(connection, sql, row)?;
    Ok(())
}

/// Reads a slot into the filter.
fn fill(connection: &Connection, filter: &WantFilter, slot: Slot) -> Result<(), StoreError> {
    let sql = "SELECT grp, account FROM want WHERE slot = ?1 ORDER BY grp";
    let all = rows(connection, sql, [slot.0], |row| {
        let group = get_text(row, 0, group)?;
        let account = get_text(row, 1, account)?;
        Ok(filter.wanted(group.as_bytes(), account.as_bytes()))
    })?;
    filter.fill(slot, &all);
    Ok(())
}

fn is_wanted(connection: &Connection, event: &Event) -> Result<bool, StoreError> {
    let slot = Slot::of(&event.group).0;
    let found = match event.change.account() {
        Some(account) => {
            let sql = "SELECT 1 FROM want WHERE slot = ?1 AND grp = ?2 AND account = ?3";
            rows(connection, sql, params![slot, event.group.as_str(), account.as_str()], |_| Ok(()))?
        }
        None => {
            let sql = "SELECT 1 FROM wanted_group WHERE slot = ?1 AND grp = ?2";
            rows(connection, sql, params![slot, event.group.as_str()], |_| Ok(()))?
        }
    };
    Ok(!found.is_empty())
}

fn settle(
    connection: &Connection,
    numbers: &mut Numbers,
    slot: Slot,
    settlement: &Settlement,
) -> Result<(), StoreError> {
    let is_here = |group: &GroupId| Slot::of(group) == slot;
    for id in &settlement.batches {
        execute(connection, "DELETE FROM inbox WHERE id = ?1 AND slot = ?2", params![signed(id.0), slot.0])?;
    }
    for due in settlement.cleared.iter().filter(|due| is_here(&due.group)) {
        let account = text_or_empty(due.account.as_ref());
        let row = params![slot.0, due.group.as_str(), account, signed(due.version.0)];
        let sql = "DELETE FROM due WHERE slot = ?1 AND grp = ?2 AND account = ?3 AND version = ?4";
        execute(connection, sql, row)?;
    }
    for due in settlement.due.iter().filter(|due| is_here(&due.group)) {
        mark_due(connection, numbers, due)?;
    }
    let deleted = || settlement.deleted.iter().filter(|deleted| is_here(&deleted.group));
    let mut groups = read_groups(connection, deleted().map(|deleted| (deleted.group, deleted.account)))?;
    let before = groups.clone();
    deleted().for_each(|deleted| groups.deleted(deleted));
    let version = |groups: &Groups, key: &(GroupId, UserId)| groups.versions.get(key).map_or(0, |it| signed(it.0));
    write_changes(connection, &before, &groups, |key| version(&before, key))?;
    for group in settlement.destroyed.iter().filter(|group| is_here(group)) {
        let of_group = params![slot.0, group.as_str()];
        execute(connection, "DELETE FROM due WHERE slot = ?1 AND grp = ?2", of_group)?;
        let sql = format!("{WANT} WHERE slot = ?1 AND grp = ?2 AND removed <> ''");
        let waiting = rows(connection, &sql, of_group, want)?;
        let mut groups = read_groups(connection, waiting.into_iter().map(|want| (*group, want.account)))?;
        let before = groups.clone();
        groups.all_deleted();
        write_changes(connection, &before, &groups, |key| version(&before, key))?;
    }
    Ok(())
}

impl Store for SqliteStore {
    fn another(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(self.clone()))
    }

    fn now(&mut self) -> Result<Timestamp, StoreError> {
        Ok((self.clock)())
    }

    fn put_wants(&mut self, wants: &[NewWant], dry_run: bool) -> Result<Vec<Result<Put, WantError>>, StoreError> {
        let now = (self.clock)();
        let mut file = self.file();
        let limits = file.limits;
        let put = |connection: &Connection| {
            let mut groups = read_groups(connection, wants.iter().map(|want| (want.group, want.account)))?;
            let before = groups.clone();
            let answers = groups.put(&limits, wants);
            Ok((before, groups, answers))
        };
        if dry_run {
            return put(&file.connection).map(|(.., answers)| answers);
        }
        let filter = Arc::clone(&self.filter);
        let mut crowded = BTreeSet::new();
        let answers = file.write(|transaction, numbers| {
            let (before, groups, answers) = put(transaction)?;
            write_changes(transaction, &before, &groups, |_| numbers.next())?;
            for account in changed(wants, &answers) {
                due_at_once(transaction, numbers, now, &account)?;
                // Before the commit, and so before the answer.
                if filter.add_one(&account.0, &account.1) {
                    crowded.insert(Slot::of(&account.0));
                }
            }
            Ok(answers)
        })?;
        for slot in crowded {
            // The wants are stored, and a filter that is crowded is not wrong.
            let _ = fill(&file.connection, &filter, slot);
        }
        Ok(answers)
    }

    fn wants(&mut self, accounts: &[(GroupId, UserId)]) -> Result<Vec<Want>, StoreError> {
        let file = self.file();
        let mut accounts: Vec<_> = accounts.to_vec();
        accounts.sort_unstable();
        accounts.dedup();
        let found = accounts.iter().map(|(group, account)| find_want(&file.connection, group, account));
        found.filter_map(Result::transpose).collect()
    }

    fn wants_of_group(&mut self, group: &GroupId, after: Option<&UserId>, max: usize) -> Result<Vec<Want>, StoreError> {
        let sql = format!("{WANT} WHERE slot = ?1 AND grp = ?2 AND account > ?3 ORDER BY account LIMIT ?4");
        let after = text_or_empty(after);
        rows(&self.file().connection, &sql, params![Slot::of(group).0, group.as_str(), after, count(max)], want)
    }

    fn groups(&mut self, slot: Slot, after: Option<&GroupId>, max: usize) -> Result<Vec<Group>, StoreError> {
        let sql = "SELECT grp, wants FROM wanted_group WHERE slot = ?1 AND grp > ?2 ORDER BY grp LIMIT ?3";
        let after = after.map_or("", GroupId::as_str);
        rows(&self.file().connection, sql, params![slot.0, after, count(max)], |row| {
            Ok(Group { group: get_text(row, 0, group)?, wants: uncount(get(row, 1)?)? })
        })
    }

    fn holders(&mut self, group: &GroupId) -> Result<Vec<Holders>, StoreError> {
        find_holders(&self.file().connection, group)
    }

    fn filter(&self) -> Option<Arc<WantFilter>> {
        Some(Arc::clone(&self.filter))
    }

    fn accept(&mut self, events: &[Event]) -> Result<usize, StoreError> {
        let mut file = self.file();
        let mut batches: BTreeMap<Slot, Vec<Event>> = BTreeMap::new();
        for event in events {
            if self.filter.may_want(event) && is_wanted(&file.connection, event)? {
                batches.entry(Slot::of(&event.group)).or_default().push(*event);
            }
        }
        // Nobody wanted: not even an empty commit.
        if batches.is_empty() {
            return Ok(0);
        }
        file.write(|transaction, _| {
            for (slot, events) in &batches {
                let sql = "INSERT INTO inbox (slot, events) VALUES (?1, ?2)";
                execute(transaction, sql, params![slot.0, bytes_of_events(events)])?;
            }
            Ok(batches.values().map(Vec::len).sum())
        })
    }

    fn inbox(&mut self, slots: &[Slot], except: &[BatchId], max: usize) -> Result<Vec<Batch>, StoreError> {
        let sql = "SELECT id, slot, events FROM inbox WHERE slot IN (SELECT value FROM json_each(?1))
            AND id NOT IN (SELECT value FROM json_each(?2)) ORDER BY id LIMIT ?3";
        let except = json(except.iter().map(|id| signed(id.0)));
        rows(&self.file().connection, sql, params![json_of_slots(slots), except, count(max)], |row| {
            let bytes = row.get_ref(2).map_err(failed)?.as_blob();
            let events = events(bytes.map_err(|error| StoreError::Damaged(error.to_string()))?)?;
            Ok(Batch { id: BatchId(unsigned(get(row, 0)?)?), slot: Slot(get(row, 1)?), events })
        })
    }

    fn mark_due(&mut self, due: &[NewDue]) -> Result<(), StoreError> {
        self.file().write(|transaction, numbers| due.iter().try_for_each(|due| mark_due(transaction, numbers, due)))
    }

    fn due(
        &mut self,
        slots: &[Slot],
        until: Timestamp,
        after: Option<&Due>,
        max: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let sql = "SELECT grp, account, at, tries, version FROM due
            WHERE at <= ?2 AND (at, grp, account) > (?3, ?4, ?5) AND slot IN (SELECT value FROM json_each(?1))
            ORDER BY at, grp, account LIMIT ?6";
        let (at, of, who) =
            after.map_or((-1, "", ""), |due| (millis(due.at), due.group.as_str(), text_or_empty(due.account.as_ref())));
        let params = params![json_of_slots(slots), millis(until), at, of, who, count(max)];
        rows(&self.file().connection, sql, params, |row| {
            Ok(Due {
                group: get_text(row, 0, group)?,
                account: get_text(row, 1, account_or_none)?,
                at: timestamp(get(row, 2)?)?,
                tries: get(row, 3)?,
                version: Version(unsigned(get(row, 4)?)?),
            })
        })
    }

    verbs_of_nodes!(file);

    fn settle(&mut self, node: NodeId, lease: Lease, settlement: &Settlement) -> Result<bool, StoreError> {
        let mut file = self.file();
        if !file.coordination.holds(node, lease) {
            return Ok(false);
        }
        file.write(|transaction, numbers| settle(transaction, numbers, lease.slot, settlement))?;
        Ok(true)
    }

    fn status(&mut self) -> Result<Status, StoreError> {
        let now = (self.clock)();
        let file = self.file();
        let figure = |sql: &str, params: &[i64]| {
            let params = rusqlite::params_from_iter(params);
            uncount(file.connection.query_row(sql, params, |row| row.get(0)).map_err(failed)?)
        };
        Ok(Status {
            groups: figure("SELECT count(*) FROM wanted_group", &[])?,
            wants: figure("SELECT coalesce(sum(wants), 0) FROM wanted_group", &[])?,
            batches: figure("SELECT count(*) FROM inbox", &[])?,
            due: figure("SELECT count(*) FROM due WHERE at <= ?1", &[millis(now)])?,
            nodes: file.coordination.nodes(now),
            permits_taken: file.coordination.permits_taken(now),
        })
    }
}

#[cfg(test)]
mod tests;
