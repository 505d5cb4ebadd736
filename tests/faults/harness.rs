//! The ground that the faults are tried on: a ledger with something of everything, what it holds as
//! plain lines, and dice whose seed can be given again.

use jandon::store::DERIVED;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A clock that stands still.
pub const NOW: &str = "2026-11-22T13:05";
/// Longer than any command takes on ledgers as small as these; what takes longer hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Numbers by chance, the same ones for the same seed.
pub struct Dice {
    state: u64,
    /// Where they began.
    pub seed: u64,
}

impl Dice {
    /// Dice from `JANDON_SEED`: a number, or `any` for the system's randomness. Without it a run is
    /// the same as the last one, so that what it finds was brought by a change.
    pub fn new() -> Dice {
        use std::hash::{BuildHasher, RandomState};
        let given = std::env::var("JANDON_SEED").ok();
        let seed = match given.as_deref() {
            None => 20_261_122,
            Some(text) => text.parse().unwrap_or_else(|_| RandomState::new().hash_one("seed") >> 1),
        };
        println!("JANDON_SEED={seed} shows it again");
        Dice { state: seed, seed }
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below that one, which is above zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.any() % bound
    }

    /// A part of a time.
    pub fn part_of(&mut self, time: Duration) -> Duration {
        Duration::from_micros(self.below(time.as_micros() as u64 + 1))
    }
}

/// A folder of its own, in which the binary runs on `ledger.db`.
pub struct Home(tempfile::TempDir);

impl Home {
    /// An empty one.
    pub fn new() -> Home {
        Home(tempfile::tempdir().expect("a temporary folder"))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.path("ledger.db")
    }

    /// A process that runs a line such as `spend kakao 500`, ready to be started.
    pub fn command(&self, line: &str) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_jandon")), line)
    }

    /// The same by another program, which stands before the line.
    pub fn command_of(&self, program: &Path, line: &str) -> Command {
        let mut command = Command::new(program);
        command
            .args(line.split(' ').filter(|word| !word.is_empty()))
            .current_dir(self.folder())
            .env_clear()
            .env("HOME", self.folder())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("JANDON_LEDGER", self.ledger())
            .env("JANDON_TODAY", NOW)
            .env("LANG", "ko_KR.UTF-8")
            .env("JANDON_LANG", "en")
            .stdin(Stdio::null());
        command
    }

    /// Runs a line to its end, which must come.
    pub fn run(&self, line: &str) -> Output {
        let mut command = self.command(line);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("jandon runs");
        let id = child.id();
        let (done, ended) = std::sync::mpsc::channel();
        let watch = std::thread::spawn(move || {
            if ended.recv_timeout(HANGS).is_err() {
                let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
            }
        });
        let began = Instant::now();
        let output = child.wait_with_output().expect("jandon ends");
        let _ = done.send(());
        watch.join().expect("the watch ends");
        assert!(began.elapsed() < HANGS, "{line} hangs");
        output
    }

    /// Runs a line that must be done, and answers with its stdout.
    pub fn fine(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}{}", told(&output), said(&output));
        told(&output)
    }

    /// The names of the files in the folder, in order.
    pub fn names(&self) -> Vec<String> {
        names(self.folder())
    }

    /// A ledger that holds something of everything, in one file.
    pub fn with_a_ledger() -> Home {
        let home = Home::new();
        for line in LEDGER.lines().map(str::trim).filter(|line| !line.is_empty()) {
            home.fine(line);
        }
        home.settle();
        home
    }

    /// Brings the journal back into the ledger's file.
    pub fn settle(&self) {
        let db = rusqlite::Connection::open(self.ledger()).expect("the ledger opens");
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    }

    /// Makes the folder like another one.
    pub fn become_like(&self, other: &Home) {
        for name in self.names() {
            let path = self.path(&name);
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
        }
        for name in other.names().iter().filter(|name| !name.ends_with("-shm")) {
            std::fs::copy(other.path(name), self.path(name)).expect("a copy");
        }
    }
}

/// The names of the files in a folder, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Something of everything: each kind of account, entry and fact, a change undone, lots, a bill, a
/// channel, a conversion.
const LEDGER: &str = "
    account add kakao --platform kakaopay
    account add points --kind rewards --unit TOSSP
    account add skt
    account add bank --kind bank
    account add empty
    log kakao=50,000 bank=1,000,000 --date 2026-09-01
    earn points 5000 --date 2026-09-02 --expires 2026-12-31 event
    earn points 700 --date 2026-01-05 --expires 2026-02-01
    earn points 70 --date 2026-10-05 --expires never
    spend skt 12000 game --date 2026-10-05 --payee Nexon
    spend skt 2000 --date 2026-11-05
    spend kakao 4500 coffee --date 2026-10-06 --payee Mega --note latte
    spend kakao 1500 coffee --date 2026-11-06
    refund kakao 500 coffee --date 2026-11-07
    withdraw kakao 5000 --via other-bank --to bank --date 2026-10-07
    withdraw kakao 3000 --fee 300 --to bank --date 2026-10-08
    transfer bank kakao 10000 --date 2026-10-09
    transfer points kakao 100 --received 90 --date 2026-10-10
    topup kakao 3000 --from bank --fee 100 --date 2026-10-11
    pay skt 2000 --from bank --date 2026-11-12
    log kakao 47,000 --date 2026-10-31
    log kakao=40,000 points=5,400 skt=13,000 --date 2026-11-20
    rate set TOSSP 1 KRW --date 2026-01-01
    account edit kakao --note mine
    spend kakao 77 --date 2026-11-21
    undo
    spend kakao 11 tea --date 2026-11-21
    spend kakao 22 tea --date 2026-11-21
    undo
";

/// What stands on stderr.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What stands on stdout.
pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The tables of the facts.
pub const FACTS: [&str; 10] = [
    "change",
    "foreign_id",
    "void",
    "unit",
    "account",
    "account_version",
    "label",
    "entry",
    "snapshot",
    "rate",
];
/// Every fact of a ledger as lines, whole with their ids, which chance gives.
pub fn facts(ledger: &Path) -> Vec<String> {
    rows(ledger, &FACTS, true)
}

/// Every row of a ledger as lines, without the ids that chance gives.
pub fn state(ledger: &Path) -> Vec<String> {
    let mut all = rows(ledger, &FACTS, false);
    all.extend(rows(ledger, &DERIVED, false));
    all
}

fn rows(ledger: &Path, tables: &[&str], with_ids: bool) -> Vec<String> {
    let db = rusqlite::Connection::open(ledger).expect("the ledger opens");
    let mut all = Vec::new();
    for table in tables {
        let mut statement = db.prepare(&format!("SELECT * FROM {table}")).expect("a table");
        let by_chance = ["change", "entry", "snapshot"].contains(table) && !with_ids;
        let columns: Vec<usize> = (0..statement.column_count())
            .filter(|column| {
                // The checksum is that of the id, too.
                !by_chance || !["id", "checksum"].contains(&statement.column_name(*column).expect("a name"))
            })
            .collect();
        let mut found = statement.query([]).expect("rows");
        while let Some(row) = found.next().expect("a row") {
            let values: Vec<String> =
                columns.iter().map(|at| format!("{:?}", row.get_ref(*at).expect("a value"))).collect();
            all.push(format!("{table} {}", values.join(" ")));
        }
    }
    all
}
