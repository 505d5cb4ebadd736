//! The ledger as an hledger journal. A snapshot is an assertion in its place, as hledger reads the
//! transactions of a day in the order of the file.

use super::double_entry::{Posting, PostingAccount, of_difference, of_entry, of_expired};
use super::journal::{Journal, NameMap, Opening, one_line};
use crate::ledger::{AccountId, AccountKind, Entry, Id, Snapshot};
use crate::money::{Rate, Unit, to_plain_string};
use crate::period::{Day, LocalDateTime};
use std::fmt::Write;

/// Writes an hledger journal.
pub struct Hledger {
    names: NameMap,
}

impl Hledger {
    /// Creates a writer for a ledger with these accounts, units and rates.
    pub fn new(opening: Opening) -> Hledger {
        Hledger { names: NameMap::new(opening, part, symbol) }
    }

    fn unit(&mut self, unit: &Unit) -> String {
        let symbol = self.names.unit(unit);
        let plain = symbol.bytes().all(|byte| byte.is_ascii_alphabetic());
        if plain { symbol } else { format!("\"{symbol}\"") }
    }

    /// Returns the directive of an account, with what hledger cannot infer.
    fn declared(&self, side: &PostingAccount, name: &str) -> String {
        let mut remarks = vec![format!("type:{}", self.type_of(side))];
        let own_name = side.own_name(|id| self.names.account(id));
        if let Some(own) = own_name.filter(|own| !name.ends_with(&format!(":{own}"))) {
            remarks.push(format!("called {}", remark(own)));
        }
        if let PostingAccount::Own(id) = side
            && let Some(account) = self.names.account(*id)
        {
            remarks.extend(account.platform.iter().map(|platform| format!("platform {}", remark(platform))));
            if account.closed {
                remarks.push("closed".into());
            }
        }
        format!("account {name}  ; {}\n", remarks.join(", "))
    }

    /// Returns the type of an account. If one account has a declared type, hledger infers none for
    /// the others.
    fn type_of(&self, side: &PostingAccount) -> &'static str {
        match side {
            PostingAccount::Own(id) => match self.names.account(*id).map(|account| account.kind) {
                Some(AccountKind::Carrier) => "L",
                Some(AccountKind::Bank) => "C",
                _ => "A",
            },
            PostingAccount::Spent(_)
            | PostingAccount::Fees
            | PostingAccount::Taxes
            | PostingAccount::Expired => "X",
            PostingAccount::Earned(_) => "R",
            PostingAccount::Outside | PostingAccount::Opening | PostingAccount::Unexplained => "E",
        }
    }

    fn posted(&mut self, posting: &Posting, declared: &mut String) -> String {
        let (name, new) = self.names.side(&posting.side);
        if new {
            declared.push('\n');
            *declared += &self.declared(&posting.side, &name);
        }
        let mut line = format!("    {name}  {} {}", posting.amount(), self.unit(&posting.unit));
        if let Some((minor, unit)) = &posting.price {
            let _ = write!(line, " @@ {} {}", to_plain_string(*minor, unit.decimals), self.unit(unit));
        }
        line
    }

    /// Writes a transaction; `fields` are the comments below its first line.
    fn transaction(
        &mut self,
        (at, id): (LocalDateTime, Option<Id>),
        title: &str,
        fields: &[(&str, Option<&str>)],
        postings: &[String],
        declared: String,
    ) -> String {
        let (day, moment) = (at.day(), at.to_string());
        let time = moment.split_once('T').map_or("", |(_, time)| time);
        let mut text = declared;
        // The id is written as the transaction code, so that no description of the user's is read
        // as one.
        let code = id.map_or_else(String::new, |id| format!("({id}) "));
        let _ = write!(text, "\n{day} * {code}{title}\n    ; at: {time}\n");
        for (key, value) in fields {
            if let Some(value) = value.map(remark).filter(|value| !value.is_empty()) {
                let _ = writeln!(text, "    ; {key}: {value}");
            }
        }
        for posting in postings {
            text += posting;
            text.push('\n');
        }
        text
    }
}

impl Journal for Hledger {
    fn head(&mut self) -> String {
        let mut text = String::from(
            "; Exported by jandon. A snapshot is an assertion after its unexplained part.\n\
             decimal-mark .\n\n",
        );
        let opening = self.names.opening.clone();
        for unit in &opening.units {
            let symbol = self.unit(unit);
            let one = to_plain_string(1000 * i128::from(unit.minor_per_major()), unit.decimals);
            let mark = if unit.decimals == 0 { "." } else { "" };
            let remark = match symbol.trim_matches('"') == &*unit.code {
                true => String::new(),
                false => format!("  ; called {}", remark(&unit.code)),
            };
            let _ = writeln!(text, "commodity {one}{mark} {symbol}{remark}");
        }
        text.push('\n');
        let own = opening.accounts.iter().map(|account| PostingAccount::Own(account.id));
        for side in own.chain(PostingAccount::FIXED) {
            let (name, _) = self.names.side(&side);
            text += &self.declared(&side, &name);
        }
        if !opening.prices.is_empty() {
            text.push('\n');
        }
        for price in &opening.prices {
            let (unit, of) = (self.unit(&price.unit), self.unit(&price.of));
            let (value, cut) = decimal(price.rate);
            let remark = if cut { format!("  ; {}, cut short", price.rate) } else { String::new() };
            let _ = writeln!(text, "P {} {unit} {value} {of}{remark}", price.day);
        }
        text
    }

    fn entry(&mut self, entry: &Entry) -> String {
        let mut declared = String::new();
        let postings: Vec<String> =
            of_entry(entry).iter().map(|posting| self.posted(posting, &mut declared)).collect();
        let payee = entry.payee.as_deref().map(titled).filter(|payee| !payee.is_empty());
        let title = payee.map_or_else(String::new, |payee| format!("{payee} | ")) + entry.kind.as_str();
        let expires = crate::jsonl::expires_text(entry.expires);
        let fields = [
            ("channel", entry.channel.as_deref()),
            ("category", entry.category.as_deref()),
            ("expires", expires.as_deref()),
            ("note", entry.note.as_deref()),
        ];
        self.transaction((entry.at, Some(entry.id)), &title, &fields, &postings, declared)
    }

    fn snapshot(&mut self, snapshot: &Snapshot, unexplained: i64, first: bool) -> String {
        let Some(unit) = self.names.account(snapshot.account).map(|account| account.unit.clone()) else {
            return String::new();
        };
        let mut declared = String::new();
        let difference = of_difference(snapshot.account, unexplained, &unit, first);
        let mut postings: Vec<String> =
            difference.iter().map(|posting| self.posted(posting, &mut declared)).collect();
        let symbol = self.unit(&unit);
        let assertion = format!(" = {} {symbol}", unit.money(snapshot.balance).to_plain_string());
        match postings.first_mut() {
            Some(own) => *own += &assertion,
            None => {
                let (name, _) = self.names.side(&PostingAccount::Own(snapshot.account));
                postings.push(format!("    {name}  {} {symbol}{assertion}", unit.zero().to_plain_string()));
            }
        }
        let title = if first { "first seen" } else { "snapshot" };
        let fields = [("note", snapshot.note.as_deref())];
        self.transaction((snapshot.at, Some(snapshot.id)), title, &fields, &postings, declared)
    }

    fn expired(&mut self, account: AccountId, day: Day, minor: i64) -> String {
        let Some(unit) = self.names.account(account).map(|account| account.unit.clone()) else {
            return String::new();
        };
        let mut declared = String::new();
        let postings: Vec<String> = of_expired(account, minor, &unit)
            .iter()
            .map(|posting| self.posted(posting, &mut declared))
            .collect();
        self.transaction((day.start(), None), "expired", &[], &postings, declared)
    }

    fn end(&mut self) -> String {
        String::new()
    }
}

/// Replaces what has a meaning to hledger by the full-width form: two spaces end a name, a colon
/// separates its parts, a semicolon begins a comment.
fn part(text: &str) -> String {
    let text = one_line(text).replace(':', "：").replace(';', "；");
    if text.is_empty() { "unnamed".into() } else { text }
}

/// Returns text for a comment, in which hledger reads a word before a colon as a tag, and a comma
/// as its end.
fn remark(text: &str) -> String {
    one_line(text).replace(':', "：").replace(',', "，")
}

/// Returns a payee without the characters that would end it.
fn titled(text: &str) -> String {
    one_line(text).replace('|', "｜").replace(';', "；")
}

/// Returns a code for use in quotes.
fn symbol(code: &str) -> String {
    code.replace('"', "＂").replace(';', "；")
}

/// Returns a rate as a decimal, and whether digits were cut off.
fn decimal(rate: Rate) -> (String, bool) {
    const PLACES: u8 = 18;
    let scaled = i128::from(rate.num) * 10_i128.pow(u32::from(PLACES));
    let (minor, rest) = (scaled / i128::from(rate.den), scaled % i128::from(rate.den));
    let text = to_plain_string(minor, PLACES);
    (text.trim_end_matches('0').trim_end_matches('.').to_string(), rest != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_nothing_that_ends_them() {
        assert_eq!(part("  네이버  페이\u{3000}(주):a;b "), "네이버 페이 (주)：a；b");
        assert_eq!(part(" \t"), "unnamed");
        assert_eq!(titled("a | b ; c\nd"), "a ｜ b ； c d");
        assert_eq!(symbol("A\"B;C"), "A＂B；C");
        assert_eq!(remark("a, type:A\nb"), "a， type：A b");
        assert_eq!(part("a\u{202e}b\u{1b}"), r"a\u{202e}b\u{1b}");
    }

    #[test]
    fn rates_are_decimals_and_said_to_be_cut_where_they_are() {
        let decimal = |text: &str| decimal(Rate::parse(text).unwrap());
        assert_eq!(decimal("1400"), ("1400".into(), false));
        assert_eq!(decimal("0.000000001"), ("0.000000001".into(), false));
        assert_eq!(decimal("2/3"), ("0.666666666666666666".into(), true));
        assert_eq!(decimal("10"), ("10".into(), false));
    }
}
