//! A table of members and a table of their marks, in memory; one transaction a call.

use std::collections::HashMap;

use avmarks_benches::naive;
use rusqlite::{Connection, params};

use crate::Rival;

pub(crate) struct Sqlite(Connection);

impl Sqlite {
    pub(crate) fn open() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "PRAGMA synchronous = OFF;
                CREATE TABLE members (account TEXT PRIMARY KEY, online INTEGER, pinned_until INTEGER) WITHOUT ROWID;
                CREATE TABLE marks (account TEXT, mark INTEGER, PRIMARY KEY (account, mark)) WITHOUT ROWID;
                CREATE INDEX holders ON marks (mark);",
            )
            .unwrap();
        Self(connection)
    }
}

impl Rival for Sqlite {
    fn fill(&mut self, ids: &[String]) {
        let all = self.0.transaction().unwrap();
        {
            let mut insert = all.prepare("INSERT INTO members VALUES (?1, 1, NULL)").unwrap();
            for id in ids {
                insert.execute([id]).unwrap();
            }
        }
        all.commit().unwrap();
    }

    fn set(&mut self, request: &naive::Request) -> usize {
        let call = self.0.transaction().unwrap();
        let mut served = Vec::new();
        {
            let mut holders = HashMap::<u32, u32>::new();
            let mut counts = call.prepare_cached("SELECT mark, count(*) FROM marks GROUP BY mark").unwrap();
            let mut rows = counts.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                holders.insert(row.get::<_, u32>(0).unwrap(), row.get::<_, u32>(1).unwrap());
            }
            for mark in request.member_list.iter().flat_map(|entry| &entry.marks) {
                holders.entry(*mark).or_default();
            }
            if holders.keys().filter(|mark| **mark >= 1_000).count() > 10 {
                return 0;
            }
            let mut member = call.prepare_cached("SELECT online FROM members WHERE account = ?1").unwrap();
            let mut mark_it = call.prepare_cached("INSERT OR IGNORE INTO marks VALUES (?1, ?2)").unwrap();
            let mut is_held = call.prepare_cached("SELECT 1 FROM marks WHERE account = ?1 AND mark = ?2").unwrap();
            let mut pin = call.prepare_cached("UPDATE members SET pinned_until = ?2 WHERE account = ?1").unwrap();
            for entry in &request.member_list {
                let Ok(online) = member.query_row([&entry.account], |row| row.get::<_, bool>(0)) else { continue };
                let mut taken = Vec::new();
                for mark in &entry.marks {
                    if !online && *mark != 500 {
                        continue;
                    }
                    let full = holders.get(mark).is_some_and(|count| *count >= 1_000);
                    if full && !is_held.exists(params![entry.account, mark]).unwrap() {
                        continue;
                    }
                    *holders.entry(*mark).or_default() +=
                        u32::from(mark_it.execute(params![entry.account, mark]).unwrap() == 1);
                    if *mark == 500 {
                        pin.execute(params![entry.account, 259_200_000]).unwrap();
                    }
                    taken.push(*mark);
                }
                if !taken.is_empty() {
                    served.push((entry.account.as_str(), taken));
                }
            }
        }
        call.commit().unwrap();
        served.len()
    }

    fn clear(&mut self) {
        self.0.execute("DELETE FROM marks", []).unwrap();
    }
}
