//! What is wrong with a damaged ledger, as facts.

use crate::ledger::Kind;
use crate::period::Day;

/// Something that is wrong with a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// What SQLite reports about the file, in its words.
    Sqlite(String),
    /// A value that no record can have, in the words of SQLite.
    Value(String),
    /// The journal is there, and the file is empty or gone.
    OnlyJournal,
    /// An account is missing.
    MissingAccount(i64),
    /// Not every number is there that was given to a record.
    FactsMissing,
    /// A sum over entries is too large.
    SumTooLarge,
    /// No number is left for another record.
    NumbersUsedUp,
    /// A row refers to a row that is missing.
    Reference {
        /// The table of the row.
        table: String,
        /// The table of the missing row.
        parent: String,
    },
    /// A table, an index or a trigger is missing.
    SchemaMissing(String),
    /// A table, an index or a trigger is not what it was made as.
    SchemaDiffers(String),
    /// A table, an index or a trigger is not part of a ledger.
    SchemaUnknown(String),
    /// A derived row is missing, by its key.
    RowMissing(Vec<i64>),
    /// A derived row is not what the records lead to.
    RowDiffers(Vec<i64>),
    /// No record leads to a derived row.
    RowUnfounded(Vec<i64>),
    /// An account has a name that cannot be shown, by its row.
    AccountName(i64),
    /// An account that is no carrier has a limit or a bill day.
    NotACarrier(i64),
    /// A unit has no valid code, or not the decimals of its currency.
    Unit(i64),
    /// A row voids a redo.
    VoidsRedo(i64),
    /// A row voids a change that is void already.
    VoidsVoided(i64),
    /// The voided changes are not those that the voids lead to.
    VoidedChanges,
    /// A number was given twice.
    NumberTwice(i64),
    /// The record of a number is gone.
    NumberGone(i64),
    /// The records of all numbers from one to another are gone.
    NumbersGone(i64, i64),
    /// A number was never given.
    NumberNeverGiven(i64),
    /// A row does not follow its change.
    Astray {
        /// The table of the row.
        table: &'static str,
        /// The number of the row.
        number: i64,
        /// The number of its change.
        change: i64,
    },
    /// An entry is of a missing account.
    EntryWithoutAccount(i64),
    /// An entry breaks a rule of the ledger.
    EntryBreaksRule(i64),
    /// A record is not what was recorded.
    Altered(DamagedFact),
    /// More rows of a table are not what was recorded.
    MoreAltered {
        /// The table.
        table: &'static str,
        /// How many.
        count: u64,
    },
}

/// A record by what of it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a field says itself")]
pub enum DamagedFact {
    Change { id: String, day: Option<Day>, command: String },
    ForeignId { text: String },
    Void { by: Option<String>, of: Option<String> },
    Unit { code: String },
    Account { name: String },
    Label { text: String },
    Entry { kind: Option<Kind>, day: Option<Day>, from: Option<String>, to: Option<String>, id: String },
    Snapshot { account: Option<String>, day: Option<Day>, id: String },
    Rate { unit: Option<String>, of: Option<String>, day: Option<Day> },
    Row { table: &'static str, number: i64 },
}
