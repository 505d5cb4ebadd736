//! Which profile reads a file, and where its table begins.

use super::profile::Profile;
use super::read::Row;
use super::rows::{Cells, compared, header_names};

/// The rows among which a header is looked for.
pub const HEADER_ROWS: usize = 60;

/// A header that a profile knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundHeader {
    /// Its line.
    pub line: u64,
    /// Its names in the form in which names are compared.
    pub names: Vec<String>,
    /// How many of the names the profile knows.
    pub known: usize,
}

/// Returns the names of a row as a header has them.
pub fn names_of(row: &Row) -> Vec<String> {
    header_names((0..row.count()).map(|column| row.text(column)))
}

/// Returns the first of some rows that is a header of the profile.
pub fn header_of(profile: &Profile, rows: &[Row]) -> Option<FoundHeader> {
    if profile.header.is_empty() {
        return None;
    }
    let wanted: Vec<Vec<String>> =
        profile.header.iter().map(|others| others.iter().map(|name| compared(name)).collect()).collect();
    let found = rows.iter().take(HEADER_ROWS).find_map(|row| {
        let names = names_of(row);
        let has = |others: &Vec<String>| others.iter().any(|name| names.contains(name));
        wanted.iter().all(has).then_some((row.line, names))
    });
    let (line, names) = found?;
    let mut known: Vec<String> = profile.known_names().map(compared).collect();
    known.sort_unstable();
    known.dedup();
    let known = names.iter().filter(|name| known.binary_search(name).is_ok()).count();
    Some(FoundHeader { line, names, known })
}

/// Returns the names of a profile's header that the best of some rows lacks, if it has at least half of them.
pub fn missing_names(profile: &Profile, rows: &[Row]) -> Option<Vec<String>> {
    let best = rows.iter().take(HEADER_ROWS).map(|row| {
        let names = names_of(row);
        let lacks = |others: &&Vec<String>| !others.iter().any(|name| names.contains(&compared(name)));
        profile.header.iter().filter(lacks).filter_map(|others| others.first().cloned()).collect::<Vec<_>>()
    });
    let best = best.min_by_key(Vec::len)?;
    (best.len() * 2 <= profile.header.len() && !best.is_empty()).then_some(best)
}
