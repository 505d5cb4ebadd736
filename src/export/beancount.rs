//! The ledger as a beancount file. Beancount asserts balances at the beginning of a day, so the
//! balance of a day is asserted for the next day, including what came after the snapshot.

use super::double_entry::{Posting, PostingAccount, of_difference, of_entry, of_expired};
use super::journal::{Journal, NameMap, Opening, one_line};
use crate::ledger::{AccountId, Entry, Id, Snapshot};
use crate::money::to_plain_string;
use crate::period::{Day, LocalDateTime, YEAR_MAX};
use std::collections::HashMap;
use std::fmt::Write;

/// Writes a beancount file.
pub struct Beancount {
    names: NameMap,
    /// The balances after the facts written so far.
    balances: HashMap<AccountId, i64>,
    /// The day of the last fact of each account.
    last: HashMap<AccountId, Day>,
    /// The day being written, and the last snapshot of each account on it.
    day: Day,
    seen: Vec<(AccountId, Id)>,
}

impl Beancount {
    /// Creates a writer for a ledger with these accounts, units and rates.
    pub fn new(opening: Opening) -> Beancount {
        let day = opening.first;
        let names = NameMap::new(opening, part, symbol);
        Beancount { names, balances: HashMap::new(), last: HashMap::new(), day, seen: Vec::new() }
    }

    /// Returns the directive that opens an account on a day.
    fn opened(&mut self, side: &PostingAccount, name: &str, day: Day) -> String {
        let mut text = format!("{day} open {name}");
        let own_name = side.own_name(|id| self.names.account(id)).map(quoted);
        let (mut unit, mut platform) = (None, None);
        if let PostingAccount::Own(id) = side
            && let Some(account) = self.names.account(*id)
        {
            (unit, platform) = (Some(account.unit.clone()), account.platform.clone());
        }
        if let Some(unit) = unit {
            text += " ";
            text += &self.names.unit(&unit);
        }
        text.push('\n');
        for (key, value) in [("name", own_name), ("platform", platform.as_deref().map(quoted))] {
            if let Some(value) = value {
                let _ = writeln!(text, "  {key}: {value}");
            }
        }
        text
    }

    /// Returns the assertions of earlier days, which come before a fact of a day.
    fn turn(&mut self, day: Day) -> String {
        let mut text = String::new();
        if day == self.day {
            return text;
        }
        let next = self.day.add_days(1);
        for (account, id) in std::mem::take(&mut self.seen) {
            // The calendars of beancount and jandon end with the same year.
            if next.year() > YEAR_MAX {
                continue;
            }
            let (name, _) = self.names.side(&PostingAccount::Own(account));
            let Some(unit) = self.names.account(account).map(|account| account.unit.clone()) else {
                continue;
            };
            let balance = unit.money(self.balances.get(&account).copied().unwrap_or(0)).to_plain_string();
            let symbol = self.names.unit(&unit);
            let _ = write!(text, "\n{next} balance {name}  {balance} {symbol}\n  snapshot: \"{id}\"\n");
        }
        self.day = day;
        text
    }

    fn transaction(
        &mut self,
        (at, id): (LocalDateTime, Option<Id>),
        title: &str,
        fields: &[(&str, Option<&str>)],
        postings: &[Posting],
    ) -> String {
        let (day, moment) = (at.day(), at.to_string());
        let time = moment.split_once('T').map_or("", |(_, time)| time);
        let mut text = self.turn(day);
        let mut lines = String::new();
        for posting in postings {
            let (name, new) = self.names.side(&posting.side);
            if new {
                text.push('\n');
                text += &self.opened(&posting.side, &name, day);
            }
            let unit = self.names.unit(&posting.unit);
            let _ = write!(lines, "  {name}  {} {unit}", posting.amount());
            if let Some((minor, unit)) = &posting.price {
                let (amount, unit) = (to_plain_string(*minor, unit.decimals), self.names.unit(unit));
                let _ = write!(lines, " @@ {amount} {unit}");
            }
            lines.push('\n');
        }
        let id = id.map_or_else(String::new, |id| format!("  id: \"{id}\"\n"));
        let _ = write!(text, "\n{day} * {title}\n{id}  at: \"{time}\"\n");
        for (key, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let _ = writeln!(text, "  {key}: {}", quoted(value));
            }
        }
        text + &lines
    }
}

impl Journal for Beancount {
    fn head(&mut self) -> String {
        let opening = self.names.opening.clone();
        let mut text = String::from(
            "; Exported by jandon. The balance of a day is asserted for the next day, including what came\n\
             ; after the snapshot. The unexplained part is a transaction before it.\n\
             option \"title\" \"jandon\"\n",
        );
        for unit in opening.units.iter().filter(|unit| unit.decimals == 0) {
            // A price is a quotient, so a transaction may be off by a fraction of the unit, but never by
            // a whole one.
            let symbol = self.names.unit(unit);
            let _ = writeln!(text, "option \"inferred_tolerance_default\" \"{symbol}:0.001\"");
        }
        text.push('\n');
        for unit in &opening.units {
            let symbol = self.names.unit(unit);
            let _ = writeln!(text, "{} commodity {symbol}", opening.first);
            if symbol != *unit.code {
                let _ = writeln!(text, "  name: {}", quoted(&unit.code));
            }
        }
        text.push('\n');
        let own = opening.accounts.iter().map(|account| PostingAccount::Own(account.id));
        for side in own.chain(PostingAccount::FIXED) {
            let (name, _) = self.names.side(&side);
            text += &self.opened(&side, &name, opening.first);
        }
        if !opening.prices.is_empty() {
            text.push('\n');
        }
        for price in &opening.prices {
            let (unit, of) = (self.names.unit(&price.unit), self.names.unit(&price.of));
            let _ = writeln!(text, "{} price {unit}  {} {of}", price.day, price.rate);
        }
        text
    }

    fn entry(&mut self, entry: &Entry) -> String {
        let payee = entry.payee.as_deref().map(quoted).map_or_else(String::new, |payee| payee + " ");
        let title = format!("{payee}\"{}\"", entry.kind.as_str());
        let expires = crate::jsonl::expires_text(entry.expires);
        let fields = [
            ("channel", entry.channel.as_deref()),
            ("category", entry.category.as_deref()),
            ("expires", expires.as_deref()),
            ("note", entry.note.as_deref()),
        ];
        let text = self.transaction((entry.at, Some(entry.id)), &title, &fields, &of_entry(entry));
        for account in [entry.from.account, entry.to.account].into_iter().flatten() {
            // The ledger refuses balances that overflow.
            let balance = self.balances.entry(account).or_default();
            *balance = balance.saturating_add(entry.change_of(account));
            self.last.insert(account, entry.at.day());
        }
        text
    }

    fn snapshot(&mut self, snapshot: &Snapshot, unexplained: i64, first: bool) -> String {
        let (account, day) = (snapshot.account, snapshot.at.day());
        let Some(unit) = self.names.account(account).map(|account| account.unit.clone()) else {
            return String::new();
        };
        let postings = of_difference(account, unexplained, &unit, first);
        let text = if postings.is_empty() {
            self.turn(day)
        } else {
            let title = if first { "\"first seen\"" } else { "\"unexplained\"" };
            let fields = [("note", snapshot.note.as_deref())];
            self.transaction((snapshot.at, Some(snapshot.id)), title, &fields, &postings)
        };
        self.seen.retain(|(seen, _)| *seen != account);
        self.seen.push((account, snapshot.id));
        self.balances.insert(account, snapshot.balance);
        self.last.insert(account, day);
        text
    }

    fn expired(&mut self, account: AccountId, day: Day, minor: i64) -> String {
        let Some(unit) = self.names.account(account).map(|account| account.unit.clone()) else {
            return String::new();
        };
        let postings = of_expired(account, minor, &unit);
        let text = self.transaction((day.start(), None), "\"expired\"", &[], &postings);
        let balance = self.balances.entry(account).or_default();
        *balance = balance.saturating_sub(minor);
        self.last.insert(account, day);
        text
    }

    fn end(&mut self) -> String {
        let mut text = self.turn(self.day.add_days(1));
        let closed: Vec<AccountId> =
            self.names.opening.accounts.iter().filter(|a| a.closed).map(|a| a.id).collect();
        for id in closed {
            let day = self.last.get(&id).copied().unwrap_or(self.names.opening.first).add_days(1);
            if day.year() <= YEAR_MAX {
                let (name, _) = self.names.side(&PostingAccount::Own(id));
                let _ = write!(text, "\n{day} close {name}\n");
            }
        }
        text
    }
}

/// Returns one part of an account name: letters, digits, and a dash for anything else. Beancount
/// requires a capital or a digit at the beginning.
fn part(text: &str) -> String {
    // Unicode blocks in which beancount accepts every character as a letter.
    let letter = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '가'..='힣' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '一'..='龥' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ')
    };
    let dashed: String = text.chars().map(|c| if letter(c) { c } else { '-' }).collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    match name.chars().next() {
        None => "Unnamed".into(),
        Some(first) if first.is_ascii_alphanumeric() => {
            format!("{}{}", first.to_ascii_uppercase(), &name[first.len_utf8()..])
        }
        Some(_) => format!("X-{name}"),
    }
}

/// Returns the code of a unit with the characters that beancount allows.
fn symbol(code: &str) -> String {
    let inner = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "'._-".contains(c);
    let kept: String = code.chars().filter(|c| inner(*c)).collect();
    let legal = kept == code
        && kept.len() >= 2
        && kept.starts_with(|c: char| c.is_ascii_uppercase())
        && kept.ends_with(|c: char| c.is_ascii_alphanumeric());
    if legal && !matches!(code, "TRUE" | "FALSE" | "NULL") {
        return kept;
    }
    let kept = kept.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if kept.is_empty() { "UNIT".into() } else { format!("UNIT-{kept}") }
}

/// Returns a quoted string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in one_line(text).chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_letters_digits_and_dashes() {
        let cases = [
            ("kakao", "Kakao"),
            ("카카오페이", "X-카카오페이"),
            ("my  wallet (2)", "My-wallet-2"),
            ("3월", "3월"),
            ("💳", "Unnamed"),
            ("카드 💳", "X-카드"),
            ("éclair", "X-éclair"),
            ("opening balances", "Opening-balances"),
        ];
        for (text, name) in cases {
            assert_eq!(part(text), name, "{text}");
        }
    }

    #[test]
    fn codes_are_of_capitals_and_digits() {
        let cases = [
            ("KRW", "KRW"),
            ("P", "UNIT-P"),
            ("도토리", "UNIT"),
            ("3POINTS", "UNIT-3POINTS"),
            ("L.POINT", "L.POINT"),
            ("네이버P", "UNIT-P"),
            ("NULL", "UNIT-NULL"),
            ("-.", "UNIT"),
        ];
        for (code, symbol_wanted) in cases {
            assert_eq!(symbol(code), symbol_wanted, "{code}");
        }
    }

    #[test]
    fn text_stays_within_its_quotes() {
        assert_eq!(quoted("a \"b\" \\ c\nd\te\0"), r#""a \"b\" \\ c d e\\u{0}""#);
    }
}
