//! One connection: opened when it is needed, with its tables up to date.

use std::time::Duration;

use postgres::types::{FromSql, ToSql, Type};
use postgres::{Client, Config, GenericClient, NoTls, Row};

use super::security::Parameters as Security;
use super::tls::Tls;
use crate::error::StoreError;
use crate::rows::{signed, unsigned};

/// A value of a statement, whose type says that of its column: the statement then needs no name, and one round trip.
pub(super) trait Parameter: ToSql {
    fn column_type(&self) -> Type;
}

macro_rules! parameters {
    ($( $rust:ty: $column:ident, )*) => {
        $( impl Parameter for $rust {
            fn column_type(&self) -> Type {
                Type::$column
            }
        } )*
    };
}

parameters! {
    bool: BOOL,
    i16: INT2,
    i32: INT4,
    i64: INT8,
    &str: TEXT,
    &[u8]: BYTEA,
    Vec<bool>: BOOL_ARRAY,
    Vec<i16>: INT2_ARRAY,
    Vec<i32>: INT4_ARRAY,
    Vec<i64>: INT8_ARRAY,
    Vec<&str>: TEXT_ARRAY,
    Vec<String>: TEXT_ARRAY,
    Vec<&[u8]>: BYTEA_ARRAY,
}

/// The values of a statement.
pub(super) type Parameters<'a> = &'a [&'a (dyn Parameter + Sync)];

fn typed<'a>(parameters: Parameters<'a>) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    parameters.iter().map(|parameter| (*parameter as &(dyn ToSql + Sync), parameter.column_type())).collect()
}

/// Each is applied once, in order, in one transaction; the table `keeper_migration` says which were.
const MIGRATIONS: [&str; 2] = [include_str!("0001.sql"), include_str!("0002.sql")];

/// The locks of this program among the advisory locks of the database: `avmk` in ASCII.
pub(super) const LOCKS: i32 = 0x6176_6d6b;

/// The lock of the migrations; those of the slots are below it.
const LOCK_OF_MIGRATIONS: i32 = 256;

/// Longer than a working database takes, shorter than the two seconds in which a webhook must be answered.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);

pub(super) struct Connection {
    config: Config,
    tls: Option<Tls>,
    client: Option<Client>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("is_open", &self.client.is_some()).finish_non_exhaustive()
    }
}

impl Connection {
    /// Opens nothing yet. The error does not contain the text, which may contain a password.
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let security = Security::of(url);
        let mut config: Config = security.rest.parse().map_err(|_| {
            StoreError::Unavailable("invalid URL: expected `postgresql://USER@HOST/DATABASE`".to_owned())
        })?;
        let tls = security.apply(&mut config).map_err(StoreError::Unavailable)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("avmarks");
        }
        Ok(Self { config, tls, client: None })
    }

    pub(super) fn another(&self) -> Self {
        Self { config: self.config.clone(), tls: self.tls.clone(), client: None }
    }

    /// The connection, unless there is none or it is known to be lost.
    pub(super) fn opened(&mut self) -> Option<&mut Client> {
        self.client.as_mut().filter(|client| !client.is_closed())
    }

    fn open(&mut self) -> Result<&mut Client, StoreError> {
        let opened = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        Ok(self.client.insert(opened.map_err(failed)?))
    }

    /// Runs statements, and once more on a new connection if the connection was lost: that is seen only when it is used. Their effect must be the same
    /// when they run twice, because the answer to a commit may be what was lost.
    pub(super) fn run<T>(
        &mut self,
        mut statements: impl FnMut(&mut Client) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(client) = self.opened() {
            let result = statements(client);
            if result.is_ok() || !client.is_closed() {
                return result;
            }
        }
        statements(self.open()?)
    }
}

pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    connection.run(apply_migrations)
}

fn apply_migrations(client: &mut Client) -> Result<(), StoreError> {
    let mut transaction = client.transaction().map_err(failed)?;
    let sql = "SELECT pg_advisory_xact_lock($1, $2)";
    execute(&mut transaction, sql, &[&LOCKS, &LOCK_OF_MIGRATIONS])?;
    let sql = "CREATE TABLE IF NOT EXISTS keeper_migration (number bigint PRIMARY KEY)";
    transaction.batch_execute(sql).map_err(failed)?;
    let sql = "SELECT coalesce(max(number), 0) FROM keeper_migration";
    let found = rows(&mut transaction, sql, &[], |row| unsigned(get(row, 0)?))?.pop().unwrap_or_default();
    let known = MIGRATIONS.len() as u64;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, sql) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > found) {
        transaction.batch_execute(sql).map_err(failed)?;
        let sql = "INSERT INTO keeper_migration VALUES ($1)";
        execute(&mut transaction, sql, &[&signed(number)])?;
    }
    transaction.commit().map_err(failed)
}

/// What the database says about the tables themselves is damage; anything else may be over the next time.
#[expect(clippy::needless_pass_by_value, reason = "it is the argument of `map_err`")]
pub(super) fn failed(error: postgres::Error) -> StoreError {
    let text = match (error.as_db_error(), std::error::Error::source(&error)) {
        (Some(error), _) => error.to_string(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    };
    match error.code().map(|code| code.code()) {
        // A table, a column or a function that is not there, or another type.
        Some("42P01" | "42703" | "42883" | "42804" | "XX001" | "XX002") => StoreError::Damaged(text),
        _ => StoreError::Unavailable(text),
    }
}

pub(super) fn damaged_row(what: &str) -> StoreError {
    StoreError::Damaged(format!("invalid {what}"))
}

pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, StoreError> {
    row.try_get(at).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(super) fn rows<T>(
    client: &mut impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    client.query_typed(sql, &typed(parameters)).map_err(failed)?.iter().map(read).collect()
}

pub(super) fn execute(
    client: &mut impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<u64, StoreError> {
    client.execute_typed(sql, &typed(parameters)).map_err(failed)
}
