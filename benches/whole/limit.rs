//! What the machine allows: the same history in bare SQLite, one row an entry, with the totals that
//! the answers need kept by the writer. No rule is checked, no word is understood, and what is
//! printed is not laid out.

use rusqlite::{Connection, OpenFlags, Result, params};
use std::collections::HashMap;
use std::io::{BufRead, BufWriter, Write};

const SCHEMA: &str = "
    CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE entry (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL,
      from_account INTEGER, to_account INTEGER, amount_out INTEGER NOT NULL, amount_in INTEGER NOT NULL,
      fee INTEGER NOT NULL, category INTEGER, payee INTEGER, expires INTEGER);
    CREATE INDEX entry_by_at ON entry (at);
    CREATE INDEX entry_by_from ON entry (from_account, at, amount_out) WHERE from_account IS NOT NULL;
    CREATE INDEX entry_by_to ON entry (to_account, at, amount_in) WHERE to_account IS NOT NULL;
    CREATE TABLE total (account INTEGER, month INTEGER, amount INTEGER NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY (account, month)) WITHOUT ROWID;
    CREATE TABLE category_total (month INTEGER, category INTEGER, amount INTEGER NOT NULL,
      PRIMARY KEY (month, category)) WITHOUT ROWID;
    CREATE TABLE lot (account INTEGER, expires INTEGER, amount INTEGER NOT NULL,
      PRIMARY KEY (account, expires)) WITHOUT ROWID;";

/// Months of thirty days since 1970: as good as any for sums.
fn month(at: i64) -> i64 {
    at / (30 * 86_400)
}

fn open(path: &str, flags: OpenFlags) -> Result<Connection> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Runs one of its commands: `load DB CSV`, `add DB`, `balances DB`, `month DB`, `last DB`, `lots DB`,
/// `scan DB`.
pub fn run(words: &[String]) -> Result<()> {
    let [command, path, rest @ ..] = words else { return Ok(()) };
    match (command.as_str(), rest) {
        ("load", [csv]) => load(path, csv),
        ("add", _) => add(path),
        (name, _) => {
            let sql = match name {
                "balances" => {
                    "SELECT a.name, (SELECT sum(amount) FROM total t WHERE t.account = a.id) FROM account a"
                }
                "month" => {
                    "SELECT a.name, t.amount, t.count FROM total t JOIN account a ON a.id = t.account
                     WHERE t.month = (SELECT max(month) - 1 FROM category_total)
                     UNION ALL SELECT category, amount, 0 FROM category_total
                     WHERE month = (SELECT max(month) - 1 FROM category_total)"
                }
                "last" => {
                    "SELECT e.at, f.name, t.name, e.amount_out, e.amount_in, e.payee
                     FROM (SELECT * FROM entry ORDER BY at DESC, id DESC LIMIT 20) e
                     LEFT JOIN account f ON f.id = e.from_account LEFT JOIN account t ON t.id = e.to_account"
                }
                "lots" => {
                    "SELECT a.name, l.expires, l.amount FROM lot l JOIN account a ON a.id = l.account
                     WHERE l.expires BETWEEN 20779 AND 20779 + 60"
                }
                _ => {
                    "SELECT account, sum(amount) FROM (
                       SELECT from_account AS account, -amount_out AS amount FROM entry WHERE from_account IS NOT NULL
                       UNION ALL SELECT to_account, amount_in FROM entry WHERE to_account IS NOT NULL)
                     GROUP BY account"
                }
            };
            print(&open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?, sql)
        }
    }
}

fn print(db: &Connection, sql: &str) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut statement = db.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            let _ = match row.get_ref(column)? {
                rusqlite::types::ValueRef::Integer(n) => write!(out, "{n}\t"),
                rusqlite::types::ValueRef::Text(text) => write!(out, "{}\t", String::from_utf8_lossy(text)),
                _ => write!(out, "-\t"),
            };
        }
        let _ = writeln!(out);
    }
    Ok(())
}

fn load(path: &str, csv: &str) -> Result<()> {
    let db = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536")?;
    db.execute_batch(SCHEMA)?;
    db.execute_batch("BEGIN")?;
    for (id, name) in super::history::accounts().iter().enumerate() {
        db.execute("INSERT INTO account VALUES (?1, ?2)", params![id as i64, name])?;
    }
    let mut totals: HashMap<(i64, i64), (i64, i64)> = HashMap::new();
    let mut categories: HashMap<(i64, i64), i64> = HashMap::new();
    let mut lots: HashMap<(i64, i64), i64> = HashMap::new();
    {
        let mut insert = db.prepare(
            "INSERT INTO entry (at, kind, from_account, to_account, amount_out, amount_in, fee, category, payee,
             expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let file = std::fs::File::open(csv).expect("a history");
        let mut lines = std::io::BufReader::with_capacity(1 << 16, file);
        let mut line = String::new();
        while lines.read_line(&mut line).expect("a line") > 0 {
            let mut cells = line.trim_end().split(',').map(|cell| cell.parse::<i64>().ok());
            let mut next = || cells.next().flatten();
            let (kind, at, from, to, out, arriving) = (next(), next(), next(), next(), next(), next());
            let (fee, category, payee, expires) = (next(), next(), next(), next());
            insert.execute(params![at, kind, from, to, out, arriving, fee, category, payee, expires])?;
            let month = month(at.unwrap_or(0));
            for (account, amount) in [(from, -out.unwrap_or(0)), (to, arriving.unwrap_or(0))] {
                if let Some(account) = account {
                    let total = totals.entry((account, month)).or_default();
                    (total.0, total.1) = (total.0 + amount, total.1 + 1);
                }
            }
            *categories.entry((month, category.unwrap_or(-1))).or_default() += out.unwrap_or(0);
            if let (Some(to), Some(expires)) = (to, expires) {
                *lots.entry((to, expires)).or_default() += arriving.unwrap_or(0);
            }
            line.clear();
        }
    }
    for ((account, month), (amount, count)) in totals {
        db.execute("INSERT INTO total VALUES (?1, ?2, ?3, ?4)", params![account, month, amount, count])?;
    }
    for ((month, category), amount) in categories {
        db.execute("INSERT INTO category_total VALUES (?1, ?2, ?3)", params![month, category, amount])?;
    }
    for ((account, expires), amount) in lots {
        db.execute("INSERT INTO lot VALUES (?1, ?2, ?3)", params![account, expires, amount])?;
    }
    db.execute_batch("COMMIT")?;
    db.close().map_err(|(_, error)| error)
}

fn add(path: &str) -> Result<()> {
    let db = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.execute_batch("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")?;
    let at = 1_795_348_800_i64;
    db.execute(
        "INSERT INTO entry (at, kind, from_account, amount_out, amount_in, fee, category)
         VALUES (?1, 1, 1, 4500, 4500, 0, 1)",
        [at],
    )?;
    db.execute(
        "INSERT INTO total VALUES (1, ?1, -4500, 1)
         ON CONFLICT (account, month) DO UPDATE SET amount = amount + excluded.amount, count = count + 1",
        [month(at)],
    )?;
    db.execute_batch("COMMIT")?;
    db.close().map_err(|(_, error)| error)
}
