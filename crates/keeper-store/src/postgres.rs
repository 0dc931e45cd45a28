//! A store in PostgreSQL, which several machines share.

mod connection;
mod listener;
mod security;
mod tls;
mod wants;

use std::sync::{Arc, Mutex, PoisonError};

use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Limits, Timestamp, UserId};
use postgres::{Client, Row, Transaction};

pub use listener::PostgresListener;

use crate::error::StoreError;
use crate::filter::{Known, Source, WantFilter, Wanted};
use crate::group::changed;
use crate::rows::{
    account_or_none, change, count, group, kind, millis, millis_or_none, signed, text_of_bytes, text_or_empty,
    timestamp, timestamp_or_none, uncount, unsigned,
};
use crate::store::Store;
use crate::timing::{NODE_TTL, PERMIT_SPAN, SEND_WITHIN};
use crate::types::{
    Admission, Batch, BatchId, Due, Epoch, Event, Group, Holders, Lease, NewDue, NewWant, NodeId, Put, Settlement,
    Slot, Status, Version, Want, WantError,
};
use connection::{Connection, Parameters, damaged_row, execute, failed, get, rows};
use wants::{due_at_once, find_holders, find_wants, lock, mark_due, read_groups, wants_of, write_changes};

/// A [`Store`] in PostgreSQL 13 or later, in the first schema of the connection's search path. One connection; a verb that finds it
/// lost opens a new one, and runs again.
///
/// Every statement is sent without a name, and no setting outlives its transaction, so a pool by transaction (PgBouncer) may lie
/// between; [`PostgresListener`] needs a connection of its own to the database itself. The clock is that of the database.
///
/// `sslmode=require` and `sslmode=verify-full` both encrypt and verify certificate and name, by the certificates of `sslrootcert` or else
/// Mozilla's. Without `sslmode`, only this machine is connected to; `sslmode=disable` sends all in clear text.
#[derive(Debug)]
pub struct PostgresStore {
    connection: Connection,
    limits: Limits,
    filter: Arc<WantFilter>,
    /// What the filter has; one connection at a time reads.
    known: Arc<Mutex<Known>>,
}

impl PostgresStore {
    /// Connects to `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, or the same as `host=… user=…`, and brings the tables up to date.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the text is not such a URL, the database cannot be reached, or its tables are of a later version.
    pub fn connect(url: &str, limits: Limits) -> Result<Self, StoreError> {
        let filter = Arc::new(WantFilter::new());
        let mut store = Self { connection: Connection::new(url)?, limits, filter, known: Arc::default() };
        connection::migrate(&mut store.connection)?;
        let endpoints: Vec<_> = Endpoint::ALL.iter().map(|endpoint| endpoint.command()).collect();
        let sql = "INSERT INTO permit SELECT endpoint, n, 0, NULL, NULL
            FROM unnest($1) AS endpoint, generate_series(1, $2) AS n ORDER BY 1, 2 ON CONFLICT DO NOTHING";
        let calls_max = store.calls_max();
        store.changes(sql, &[&endpoints, &calls_max])?;
        Ok(store)
    }

    fn calls_max(&self) -> i32 {
        i32::try_from(self.limits.calls_per_window_max).unwrap_or(i32::MAX)
    }

    /// Whether a statement changed a row.
    fn changes(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<bool, StoreError> {
        self.connection.run(|client| Ok(execute(client, sql, parameters)? > 0))
    }

    fn rows<T>(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.connection.run(|client| rows(client, sql, parameters, &read))
    }

    /// Runs a transaction whose commit is on disk when it returns, or, for `lazily`, a little later.
    fn write<T>(
        &mut self,
        lazily: bool,
        mut work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A client that is stopped would keep its locks, and with them its slots: after a second the database ends its connection.
        let settings = "SET LOCAL idle_in_transaction_session_timeout = 1000";
        let settings =
            if lazily { format!("{settings}; SET LOCAL synchronous_commit = off") } else { settings.to_owned() };
        self.connection.run(|client| {
            let mut transaction = client.transaction().map_err(failed)?;
            transaction.batch_execute(&settings).map_err(failed)?;
            let answer = work(&mut transaction)?;
            transaction.commit().map_err(failed)?;
            Ok(answer)
        })
    }
}

impl Source for Client {
    fn snapshot(&mut self) -> Result<String, StoreError> {
        let sql = "SELECT pg_postmaster_start_time()::text || ' ' || pg_current_snapshot()::text";
        rows(self, sql, &[], |row| get(row, 0))?.pop().ok_or_else(|| damaged_row("snapshot"))
    }

    fn sum(&mut self) -> Result<(u64, i64), StoreError> {
        let sql = "SELECT sum(version)::bigint, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
            FROM want_version";
        let found = rows(self, sql, &[], |row| Ok((unsigned(get(row, 0)?)?, get(row, 1)?)))?.pop();
        found.ok_or_else(|| damaged_row("version"))
    }

    fn versions(&mut self) -> Result<(Vec<u64>, i64), StoreError> {
        let sql = "SELECT version, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
            FROM want_version ORDER BY slot";
        let found: Vec<(u64, i64)> = rows(self, sql, &[], |row| Ok((unsigned(get(row, 0)?)?, get(row, 1)?)))?;
        match found.first() {
            Some((_, server)) if found.len() == Slot::COUNT => {
                Ok((found.iter().map(|(version, _)| *version).collect(), *server))
            }
            _ => Err(damaged_row("number of slots")),
        }
    }

    fn newer(&mut self, filter: &WantFilter, than: &[(Slot, Option<u64>)]) -> Result<Vec<(Slot, Wanted)>, StoreError> {
        let slots: Vec<_> = than.iter().map(|(slot, _)| number_of(*slot)).collect();
        let versions: Vec<_> = than.iter().map(|(_, version)| version.map_or(-1, signed)).collect();
        let sql = "SELECT k.slot, w.grp, w.account FROM unnest($1, $2) AS k(slot, version)
            CROSS JOIN LATERAL (SELECT grp, account FROM want WHERE want.slot = k.slot AND want.version > k.version) AS w
            ORDER BY k.slot, w.grp";
        rows(self, sql, &[&slots, &versions], |row| {
            Ok((slot_of(get(row, 0)?)?, filter.wanted(get(row, 1)?, get(row, 2)?)))
        })
    }
}

fn numbers_of(slots: &[Slot]) -> Vec<i16> {
    slots.iter().map(|slot| i16::from(slot.0)).collect()
}

fn number_of(slot: Slot) -> i16 {
    i16::from(slot.0)
}

fn span(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Node ids use all of their bits.
fn id_of(node: NodeId) -> i64 {
    node.0.cast_signed()
}

fn slot_of(number: i16) -> Result<Slot, StoreError> {
    u8::try_from(number).map(Slot).map_err(|_| damaged_row("slot"))
}

fn batch(row: &Row) -> Result<Batch, StoreError> {
    let groups: Vec<&[u8]> = get(row, 2)?;
    let accounts: Vec<&[u8]> = get(row, 3)?;
    let kinds: Vec<i16> = get(row, 4)?;
    let times: Vec<i64> = get(row, 5)?;
    let columns = groups.iter().zip(&accounts).zip(kinds.iter().zip(&times));
    let events = columns.map(|((of, who), (kind, at))| {
        Ok(Event {
            group: group(text_of_bytes(of)?)?,
            change: change(i64::from(*kind), text_of_bytes(who)?)?,
            at: timestamp_or_none(*at),
        })
    });
    Ok(Batch {
        id: BatchId(unsigned(get(row, 0)?)?),
        slot: slot_of(get(row, 1)?)?,
        events: events.collect::<Result<_, _>>()?,
    })
}

fn due(row: &Row) -> Result<Due, StoreError> {
    Ok(Due {
        group: group(text_of_bytes(get(row, 0)?)?)?,
        account: account_or_none(text_of_bytes(get(row, 1)?)?)?,
        at: timestamp(get(row, 2)?)?,
        tries: u32::try_from(get::<i32>(row, 3)?).map_err(|_| damaged_row("number of tries"))?,
        version: Version(unsigned(get(row, 4)?)?),
    })
}

fn lease(row: &Row) -> Result<Lease, StoreError> {
    Ok(Lease { slot: slot_of(get(row, 0)?)?, epoch: Epoch(unsigned(get(row, 1)?)?) })
}

/// Whether the lease is the node's; it stays so until the transaction ends. A key-share lock would let a claim through, which changes no
/// key.
fn holds(transaction: &mut Transaction<'_>, node: NodeId, lease: Lease) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM lease WHERE slot = $1 AND node = $2 AND epoch = $3 FOR SHARE";
    let epoch = signed(lease.epoch.0);
    Ok(!rows(transaction, sql, &[&number_of(lease.slot), &id_of(node), &epoch], |_| Ok(()))?.is_empty())
}

/// Claims in four steps, each of which sees what the one before locked.
fn claim(transaction: &mut Transaction<'_>, node: NodeId, share: usize) -> Result<Vec<Lease>, StoreError> {
    let id = id_of(node);
    // A heartbeat under way either comes first, and the node stays, or finds its row gone.
    let sql = "DELETE FROM node WHERE id IN (SELECT id FROM node WHERE until <= keeper_now() ORDER BY id FOR UPDATE SKIP LOCKED)";
    execute(transaction, sql, &[])?;
    let sql = "SELECT 1 FROM node WHERE id = $1 AND until > keeper_now()";
    if rows(transaction, sql, &[&id], |_| Ok(()))?.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT slot FROM lease WHERE (node IS NULL OR NOT EXISTS (SELECT 1 FROM node WHERE node.id = lease.node)) ORDER BY slot
        LIMIT greatest(0, $2 - (SELECT count(*) FROM lease WHERE node = $1)) FOR UPDATE SKIP LOCKED";
    let free: Vec<i16> = rows(transaction, sql, &[&id, &count(share)], |row| get(row, 0))?;
    if !free.is_empty() {
        // Asked again, now that the rows are locked: a node that is younger than the view of the query before may have claimed one.
        let sql = "UPDATE lease SET node = $1, epoch = epoch + 1 WHERE slot = ANY($2)
            AND (node IS NULL OR NOT EXISTS (SELECT 1 FROM node WHERE node.id = lease.node))";
        execute(transaction, sql, &[&id, &free])?;
    }
    let sql = "SELECT slot, epoch FROM lease WHERE node = $1 ORDER BY slot";
    rows(transaction, sql, &[&id], lease)
}

fn settle(transaction: &mut Transaction<'_>, slot: Slot, settlement: &Settlement) -> Result<(), StoreError> {
    let number = number_of(slot);
    let is_here = |group: &GroupId| Slot::of(group) == slot;
    if !settlement.batches.is_empty() {
        let ids: Vec<_> = settlement.batches.iter().map(|id| signed(id.0)).collect();
        let sql = "DELETE FROM inbox WHERE slot = $1 AND id = ANY($2)";
        execute(transaction, sql, &[&number, &ids])?;
    }
    let cleared: Vec<_> = settlement.cleared.iter().filter(|due| is_here(&due.group)).collect();
    if !cleared.is_empty() {
        let groups: Vec<_> = cleared.iter().map(|due| due.group.as_bytes()).collect();
        let accounts: Vec<_> = cleared.iter().map(|due| text_or_empty(due.account.as_ref()).as_bytes()).collect();
        let versions: Vec<_> = cleared.iter().map(|due| signed(due.version.0)).collect();
        let sql = "DELETE FROM due USING unnest($2, $3, $4) AS k(grp, account, version)
            WHERE due.slot = $1 AND due.grp = k.grp AND due.account = k.account AND due.version = k.version";
        execute(transaction, sql, &[&number, &groups, &accounts, &versions])?;
    }
    mark_due(transaction, settlement.due.iter().filter(|due| is_here(&due.group)))?;
    let deleted: Vec<_> = settlement.deleted.iter().filter(|deleted| is_here(&deleted.group)).collect();
    if !deleted.is_empty() {
        let keys: Vec<_> = deleted.iter().map(|deleted| (deleted.group, deleted.account)).collect();
        let before = read_groups(transaction, &keys)?;
        let mut groups = before.clone();
        deleted.iter().for_each(|deleted| groups.deleted(deleted));
        write_changes(transaction, &before, &groups, false)?;
    }
    for group in settlement.destroyed.iter().filter(|group| is_here(group)) {
        let of_group: Parameters<'_> = &[&number, &group.as_bytes()];
        execute(transaction, "DELETE FROM due WHERE slot = $1 AND grp = $2", of_group)?;
        let waiting = wants_of(transaction, "WHERE slot = $1 AND grp = $2 AND removed <> ''", of_group)?;
        let keys: Vec<_> = waiting.iter().map(|want| (want.group, want.account)).collect();
        let before = read_groups(transaction, &keys)?;
        let mut groups = before.clone();
        groups.all_deleted();
        write_changes(transaction, &before, &groups, false)?;
    }
    Ok(())
}

impl Store for PostgresStore {
    fn another(&self) -> Result<Box<dyn Store>, StoreError> {
        let mut store = Self {
            connection: self.connection.another(),
            limits: self.limits,
            filter: Arc::clone(&self.filter),
            known: Arc::clone(&self.known),
        };
        store.now()?;
        Ok(Box::new(store))
    }

    fn now(&mut self) -> Result<Timestamp, StoreError> {
        let mut found = self.rows("SELECT keeper_now()", &[], |row| timestamp(get(row, 0)?))?;
        found.pop().ok_or_else(|| damaged_row("clock"))
    }

    fn put_wants(&mut self, wants: &[NewWant], dry_run: bool) -> Result<Vec<Result<Put, WantError>>, StoreError> {
        let limits = self.limits;
        let keys: Vec<_> = wants.iter().map(|want| (want.group, want.account)).collect();
        if dry_run {
            let mut groups = self.connection.run(|client| read_groups(client, &keys))?;
            return Ok(groups.put(&limits, wants));
        }
        self.write(false, |transaction| {
            lock(transaction, wants.iter().map(|want| Slot::of(&want.group)))?;
            let before = read_groups(transaction, &keys)?;
            let mut groups = before.clone();
            let answers = groups.put(&limits, wants);
            write_changes(transaction, &before, &groups, true)?;
            due_at_once(transaction, &changed(wants, &answers))?;
            Ok(answers)
        })
    }

    fn wants(&mut self, accounts: &[(GroupId, UserId)]) -> Result<Vec<Want>, StoreError> {
        self.connection.run(|client| find_wants(client, accounts))
    }

    fn wants_of_group(&mut self, group: &GroupId, after: Option<&UserId>, max: usize) -> Result<Vec<Want>, StoreError> {
        let sql = "WHERE slot = $1 AND grp = $2 AND account > $3 ORDER BY account LIMIT $4";
        self.connection.run(|client| {
            wants_of(
                client,
                sql,
                &[&number_of(Slot::of(group)), &group.as_bytes(), &text_or_empty(after).as_bytes(), &count(max)],
            )
        })
    }

    fn groups(&mut self, slot: Slot, after: Option<&GroupId>, max: usize) -> Result<Vec<Group>, StoreError> {
        let sql = "SELECT grp, wants FROM wanted_group WHERE slot = $1 AND grp > $2 ORDER BY grp LIMIT $3";
        let after = after.map_or(&[][..], GroupId::as_bytes);
        self.rows(sql, &[&number_of(slot), &after, &count(max)], |row| {
            Ok(Group { group: group(text_of_bytes(get(row, 0)?)?)?, wants: uncount(get(row, 1)?)? })
        })
    }

    fn holders(&mut self, group: &GroupId) -> Result<Vec<Holders>, StoreError> {
        let found = self.connection.run(|client| find_holders(client, &[*group]))?;
        Ok(found.into_iter().map(|(_, holders)| holders).collect())
    }

    fn accept(&mut self, events: &[Event]) -> Result<usize, StoreError> {
        // An account is looked for by itself, and a group by all of its accounts: none has as many bytes as this.
        const BEHIND_ALL: &[u8] = &[u8::MAX; Limits::USER_ID_BYTES_MAX + 1];
        let slots: Vec<_> = events.iter().map(|event| number_of(Slot::of(&event.group))).collect();
        let groups: Vec<_> = events.iter().map(|event| event.group.as_bytes()).collect();
        let accounts: Vec<_> = events.iter().map(|event| event.change.account()).collect();
        let from: Vec<_> = accounts.iter().map(|account| text_or_empty(account.as_ref()).as_bytes()).collect();
        let upto: Vec<_> =
            accounts.iter().map(|account| account.as_ref().map_or(BEHIND_ALL, UserId::as_bytes)).collect();
        let kinds: Vec<_> = events.iter().map(|event| i16::from(kind(&event.change))).collect();
        let times: Vec<_> = events.iter().map(|event| millis_or_none(event.at)).collect();
        // One statement, so one round trip; the index is looked up once for each event.
        let sql = "INSERT INTO inbox (slot, groups, accounts, kinds, times)
            SELECT e.slot, array_agg(e.grp ORDER BY e.n), array_agg(e.account ORDER BY e.n), array_agg(e.kind ORDER BY e.n),
                array_agg(e.at ORDER BY e.n)
            FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS e(slot, grp, account, upto, kind, at, n)
            CROSS JOIN LATERAL (
                SELECT 1 FROM want WHERE want.slot = e.slot AND want.grp = e.grp AND want.account BETWEEN e.account AND e.upto
                LIMIT 1
            ) AS found
            GROUP BY e.slot ORDER BY e.slot
            RETURNING cardinality(kinds)::bigint";
        let counts = self.rows(sql, &[&slots, &groups, &from, &upto, &kinds, &times], |row| uncount(get(row, 0)?))?;
        Ok(counts.into_iter().sum())
    }

    fn filter(&self) -> Option<Arc<WantFilter>> {
        Some(Arc::clone(&self.filter))
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn refresh_filter(&mut self) -> Result<(), StoreError> {
        // A panic within leaves what an error does.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.connection.run(|client| known.refresh(client, &self.filter))
    }

    fn notify(&mut self) -> Result<(), StoreError> {
        // In a transaction of its own: one that notifies takes a lock of the whole instance when it commits.
        self.connection.run(|client| client.batch_execute(listener::NOTIFY).map_err(failed))
    }

    fn inbox(&mut self, slots: &[Slot], except: &[BatchId], max: usize) -> Result<Vec<Batch>, StoreError> {
        let sql = "SELECT id, slot, groups, accounts, kinds, times FROM inbox
            WHERE slot = ANY($1) AND id <> ALL($2) ORDER BY id LIMIT $3";
        let except: Vec<_> = except.iter().map(|id| signed(id.0)).collect();
        self.rows(sql, &[&numbers_of(slots), &except, &count(max)], batch)
    }

    fn mark_due(&mut self, due: &[NewDue]) -> Result<(), StoreError> {
        self.write(false, |transaction| {
            lock(transaction, due.iter().map(|due| Slot::of(&due.group)))?;
            mark_due(transaction, due.iter())
        })
    }

    fn due(
        &mut self,
        slots: &[Slot],
        until: Timestamp,
        after: Option<&Due>,
        max: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let sql = "SELECT grp, account, at, tries, version FROM due
            WHERE at <= $2 AND (at, grp, account) > ($3, $4, $5) AND slot = ANY($1)
            ORDER BY at, grp, account LIMIT $6";
        let at = after.map_or(-1, |due| millis(due.at));
        let of = after.map_or(&[][..], |due| due.group.as_bytes());
        let who = after.map_or("", |due| text_or_empty(due.account.as_ref())).as_bytes();
        self.rows(sql, &[&numbers_of(slots), &millis(until), &at, &of, &who, &count(max)], self::due)
    }

    fn register(&mut self, node: NodeId) -> Result<bool, StoreError> {
        let sql = "INSERT INTO node VALUES ($1, keeper_now() + $2)
            ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE node.until > keeper_now()";
        self.changes(sql, &[&id_of(node), &span(NODE_TTL)])
    }

    fn renew(&mut self, node: NodeId) -> Result<Option<usize>, StoreError> {
        // The clock may have been set back: then nothing lasts longer than it would from now on. One statement, and so one
        // round trip.
        let sql = "WITH permits AS (UPDATE permit SET free_at = keeper_now() + $3 WHERE free_at > keeper_now() + $3),
            others AS (UPDATE node SET until = keeper_now() + $2 WHERE id <> $1 AND until > keeper_now() + $2),
            mine AS (UPDATE node SET until = keeper_now() + $2 WHERE id = $1 AND until > keeper_now() RETURNING id)
            SELECT (SELECT count(*) FROM node WHERE until > keeper_now()) FROM mine";
        Ok(self.rows(sql, &[&id_of(node), &span(NODE_TTL), &span(PERMIT_SPAN)], |row| uncount(get(row, 0)?))?.pop())
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        let sql = "WITH gone AS (DELETE FROM node WHERE id = $1) UPDATE lease SET node = NULL WHERE node = $1";
        self.changes(sql, &[&id_of(node)]).map(drop)
    }

    fn claim(&mut self, node: NodeId, share: usize) -> Result<Vec<Lease>, StoreError> {
        self.write(false, |transaction| claim(transaction, node, share))
    }

    fn release(&mut self, node: NodeId, leases: &[Lease]) -> Result<(), StoreError> {
        let slots: Vec<_> = leases.iter().map(|lease| number_of(lease.slot)).collect();
        let epochs: Vec<_> = leases.iter().map(|lease| signed(lease.epoch.0)).collect();
        let sql = "UPDATE lease SET node = NULL FROM unnest($2, $3) AS k(slot, epoch)
            WHERE lease.node = $1 AND lease.slot = k.slot AND lease.epoch = k.epoch";
        self.changes(sql, &[&id_of(node), &slots, &epochs]).map(drop)
    }

    fn admit(&mut self, node: NodeId, lease: Lease, endpoint: Endpoint, calls: usize) -> Result<Admission, StoreError> {
        // The lease stays locked until the permits are recorded; whoever waits for it is asked again about its node and epoch. A permit that
        // another one takes at this moment is passed over.
        let sql = "WITH held AS MATERIALIZED (
                SELECT 1 FROM lease JOIN node ON node.id = lease.node
                WHERE lease.slot = $1 AND lease.node = $2 AND lease.epoch = $3 AND node.until > keeper_now() + $4
                FOR SHARE OF lease
            ), free AS MATERIALIZED (
                SELECT permit.n FROM permit, held
                WHERE permit.endpoint = $5 AND permit.n <= $6 AND permit.free_at <= keeper_now()
                ORDER BY permit.n LIMIT $7 FOR UPDATE OF permit SKIP LOCKED
            ), taken AS (
                UPDATE permit SET free_at = keeper_now() + $8, slot = $1, epoch = $3
                FROM free WHERE permit.endpoint = $5 AND permit.n = free.n RETURNING 1
            )
            SELECT (SELECT count(*) FROM taken) FROM held";
        let parameters: Parameters<'_> = &[
            &number_of(lease.slot),
            &id_of(node),
            &signed(lease.epoch.0),
            &span(SEND_WITHIN),
            &endpoint.command(),
            &self.calls_max(),
            &count(calls),
            &span(PERMIT_SPAN),
        ];
        let taken = self.rows(sql, parameters, |row| uncount(get(row, 0)?))?.pop();
        Ok(taken.map_or(Admission::LeaseLost, Admission::Granted))
    }

    fn settle(&mut self, node: NodeId, lease: Lease, settlement: &Settlement) -> Result<bool, StoreError> {
        self.write(true, |transaction| {
            lock(transaction, [lease.slot].into_iter())?;
            if !holds(transaction, node, lease)? {
                return Ok(false);
            }
            settle(transaction, lease.slot, settlement)?;
            Ok(true)
        })
    }

    fn status(&mut self) -> Result<Status, StoreError> {
        let sql =
            "SELECT (SELECT count(*) FROM wanted_group), (SELECT coalesce(sum(wants), 0)::bigint FROM wanted_group),
            (SELECT count(*) FROM inbox), (SELECT count(*) FROM due WHERE at <= keeper_now()),
            (SELECT count(*) FROM permit WHERE endpoint = $1 AND n <= $2 AND free_at > keeper_now())";
        let mut figures = self.rows(sql, &[&Endpoint::ModifyUserInfo.command(), &self.calls_max()], |row| {
            Ok(Status {
                groups: uncount(get(row, 0)?)?,
                wants: uncount(get(row, 1)?)?,
                batches: uncount(get(row, 2)?)?,
                due: uncount(get(row, 3)?)?,
                nodes: Vec::new(),
                permits_taken: uncount(get(row, 4)?)?,
            })
        })?;
        let sql =
            "SELECT id, (SELECT count(*) FROM lease WHERE lease.node = node.id) FROM node WHERE until > keeper_now()";
        let mut nodes =
            self.rows(sql, &[], |row| Ok((NodeId(get::<i64>(row, 0)?.cast_unsigned()), uncount(get(row, 1)?)?)))?;
        nodes.sort_unstable();
        let figures = figures.pop().unwrap_or_default();
        Ok(Status { nodes, ..figures })
    }
}
