//! What is wrong with a damaged ledger.

use super::particle::{subject, topic};
use super::terms::{kind_of_entry, korean_day};
use super::{Language, Message};
use crate::ledger::Kind;
use crate::period::Day;
pub use crate::store::{Damage, DamagedFact};

impl Message for Damage {
    fn english(&self) -> String {
        match self {
            Damage::Sqlite(text) => text.clone(),
            Damage::Value(text) => format!("a row holds what none can: {text}"),
            Damage::OnlyJournal => "its journal is there, and the file itself is empty or gone".into(),
            Damage::MissingAccount(id) => format!("no account {id}"),
            Damage::FactsMissing => {
                "a record is missing: some of the numbers given to records are gone".into()
            }
            Damage::SumTooLarge => "a sum over its entries is too large".into(),
            Damage::NumbersUsedUp => "no numbers are left for new records".into(),
            Damage::Reference { table, parent } => {
                format!("a row of `{table}` refers to a row of `{parent}` that is not there")
            }
            Damage::SchemaMissing(name) => format!("`{name}` is missing"),
            Damage::SchemaDiffers(name) => format!("`{name}` is not what it was made as"),
            Damage::SchemaUnknown(name) => format!("`{name}` is no part of a ledger"),
            Damage::RowMissing(key) => {
                format!("row {}, which follows from the records, is missing", key_text(key))
            }
            Damage::RowDiffers(key) => format!("row {} does not follow from the records", key_text(key)),
            Damage::RowUnfounded(key) => format!("row {} has no record behind it", key_text(key)),
            Damage::AccountName(row) => format!("row {row} has a name that does not print"),
            Damage::NotACarrier(row) => {
                format!("row {row} has a limit or a bill day, and is no carrier")
            }
            Damage::Unit(row) => {
                format!("row {row} has no code of a unit, or not the decimals of that currency")
            }
            Damage::VoidsRedo(row) => format!("row {row} voids a redo"),
            Damage::VoidsVoided(row) => format!("row {row} voids a change that is void already"),
            Damage::VoidedChanges => "the voided changes are not those that the voids lead to".into(),
            Damage::NumberTwice(number) => format!("number {number} was given twice"),
            Damage::NumberGone(number) => format!("what had number {number} is gone"),
            Damage::NumbersGone(first, last) => format!("what had the numbers {first} to {last} is gone"),
            Damage::NumberNeverGiven(number) => format!("number {number} was never given"),
            Damage::Astray { table, number, change } => {
                format!("row {number} of `{table}` does not follow its change {change}")
            }
            Damage::EntryWithoutAccount(row) => {
                format!("row {row} is of an account that is not there")
            }
            Damage::EntryBreaksRule(row) => format!("row {row} breaks a rule of the ledger"),
            Damage::Altered(fact) => format!("{} is not what was recorded", fact.english()),
            Damage::MoreAltered { table, count } => {
                format!("{count} more rows of the table {table} are not what was recorded")
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            Damage::Sqlite(text) => format!("SQLite 오류 `{text}`"),
            Damage::Value(text) => format!("행에 있을 수 없는 값이 있음(`{text}`)"),
            Damage::OnlyJournal => "저널만 있고 장부 파일은 비었거나 없음".into(),
            Damage::MissingAccount(id) => format!("계정 {id}번 없음"),
            Damage::FactsMissing => "번호가 붙은 기록 중 일부가 없음".into(),
            Damage::SumTooLarge => "거래의 합계가 너무 큼".into(),
            Damage::NumbersUsedUp => "기록에 붙일 번호가 남지 않음".into(),
            Damage::Reference { table, parent } => {
                format!("`{table}` 행이 가리키는 `{parent}` 행이 없음")
            }
            Damage::SchemaMissing(name) => format!("{} 없음", subject(&format!("`{name}`"))),
            Damage::SchemaDiffers(name) => format!("{} 원래와 다름", subject(&format!("`{name}`"))),
            Damage::SchemaUnknown(name) => format!("{} 장부에 속하지 않음", topic(&format!("`{name}`"))),
            Damage::RowMissing(key) => format!("기록에서 나오는 행 {} 없음", subject(&key_text(key))),
            Damage::RowDiffers(key) => format!("행 {} 기록과 다름", subject(&key_text(key))),
            Damage::RowUnfounded(key) => format!("행 {}에 해당하는 기록이 없음", key_text(key)),
            Damage::AccountName(row) => format!("행 {row}의 이름을 표시할 수 없음"),
            Damage::NotACarrier(row) => {
                format!("행 {row}은 휴대폰 소액결제가 아닌데 한도나 납부일이 있음")
            }
            Damage::Unit(row) => format!("행 {row}의 단위 코드나 소수 자릿수가 잘못됨"),
            Damage::VoidsRedo(row) => format!("행 {row}의 실행 취소 대상이 다시 실행임"),
            Damage::VoidsVoided(row) => format!("행 {row}의 실행 취소 대상이 이미 취소됨"),
            Damage::VoidedChanges => "취소된 변경이 실행 취소 기록과 다름".into(),
            Damage::NumberTwice(number) => format!("번호 {} 두 번 쓰임", subject(&number.to_string())),
            Damage::NumberGone(number) => format!("{number}번 기록이 사라짐"),
            Damage::NumbersGone(first, last) => format!("{first}번부터 {last}번까지의 기록이 사라짐"),
            Damage::NumberNeverGiven(number) => format!("번호 {} 붙인 적이 없음", topic(&number.to_string())),
            Damage::Astray { table, number, change } => {
                format!("`{table}` 행 {} 변경 {change} 뒤에 있지 않음", subject(&number.to_string()))
            }
            Damage::EntryWithoutAccount(row) => format!("행 {row}의 계정이 없음"),
            Damage::EntryBreaksRule(row) => {
                format!("행 {} 장부의 규칙에 어긋남", subject(&row.to_string()))
            }
            Damage::Altered(fact) => format!("{} 기록된 내용과 다름", subject(&fact.korean())),
            Damage::MoreAltered { table, count } => {
                format!("`{table}` 행 {count}개가 더 기록된 내용과 다름")
            }
        }
    }
}

impl Message for DamagedFact {
    fn english(&self) -> String {
        let with = |word: &str, text: &Option<String>| {
            text.as_ref().map_or_else(String::new, |text| format!(" {word} {text}"))
        };
        let on = |word: &str, day: &Option<Day>| day.map_or_else(String::new, |day| format!(" {word} {day}"));
        match self {
            DamagedFact::Change { id, day, command } => {
                format!("the change {id}{} ({command:?})", on("of", day))
            }
            DamagedFact::ForeignId { text } => format!("the id {text:?}"),
            DamagedFact::Void { by, of } => format!("the undo{}{}", with("by", by), with("of", of)),
            DamagedFact::Unit { code } => format!("the unit {code:?}"),
            DamagedFact::Account { name } => format!("the account {name:?}"),
            DamagedFact::Label { text } => format!("the text {text:?}"),
            DamagedFact::Entry { kind, day, from, to, id } => format!(
                "the {}{}{}{} (entry {id})",
                kind.map_or("entry", Kind::as_str),
                on("of", day),
                with("from", &quoted(from)),
                with("to", &quoted(to))
            ),
            DamagedFact::Snapshot { account, day, id } => {
                format!("the balance{}{} (snapshot {id})", with("of", &quoted(account)), on("seen on", day))
            }
            DamagedFact::Rate { unit, of, day } => {
                format!("the rate{}{}{}", with("of", &quoted(unit)), with("in", &quoted(of)), on("from", day))
            }
            DamagedFact::Row { table, number } => format!("row {number} of the table {table}"),
        }
    }

    fn korean(&self) -> String {
        let text = |text: &Option<String>, particle: &str| {
            text.as_ref().map_or_else(String::new, |text| format!("{text}{particle} "))
        };
        let on = |day: &Option<Day>, particle: &str| {
            day.map_or_else(String::new, |day| format!("{}{particle} ", korean_day(day)))
        };
        match self {
            DamagedFact::Change { id, day, command } => format!("{}`{command}` 변경({id})", on(day, "")),
            DamagedFact::ForeignId { text } => format!("식별자 {text:?}"),
            DamagedFact::Void { by, of } => format!("{}{}실행 취소", text(of, "의"), text(by, " 변경의")),
            DamagedFact::Unit { code } => format!("단위 {code:?}"),
            DamagedFact::Account { name } => format!("계정 {name:?}"),
            DamagedFact::Label { text } => format!("문구 {text:?}"),
            DamagedFact::Entry { kind, day, from, to, id } => format!(
                "{}{}{}{}({id})",
                on(day, ""),
                text(&quoted(from), "에서"),
                text(&quoted(to), "에"),
                kind.map_or("거래", |kind| kind_of_entry(kind, Language::Korean))
            ),
            DamagedFact::Snapshot { account, day, id } => {
                format!("{}{}잔액({id})", on(day, ""), text(&quoted(account), ""))
            }
            DamagedFact::Rate { unit, of, day } => {
                format!("{}{}{}환율", on(day, "부터"), text(&quoted(unit), "의"), text(&quoted(of), ""))
            }
            DamagedFact::Row { table, number } => format!("`{table}` 행 {number}"),
        }
    }
}

fn quoted(text: &Option<String>) -> Option<String> {
    text.as_ref().map(|text| format!("{text:?}"))
}

/// Returns the key of a row: `2`, or `(2, 24322)`.
fn key_text(key: &[i64]) -> String {
    let texts: Vec<String> = key.iter().map(i64::to_string).collect();
    if let [only] = &texts[..] { only.clone() } else { format!("({})", texts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_languages, check_variants};
    use super::*;

    fn samples() -> Vec<Damage> {
        let (day, name) = (Day::parse_iso("2026-10-06"), Some("카카오페이".to_string()));
        let id = "0193a0000000000b".to_string();
        let facts = [
            DamagedFact::Change { id: id.clone(), day, command: "spend".into() },
            DamagedFact::ForeignId { text: "아이디".into() },
            DamagedFact::Void { by: Some(id.clone()), of: None },
            DamagedFact::Unit { code: "KRW".into() },
            DamagedFact::Account { name: "카카오페이".into() },
            DamagedFact::Label { text: "커피".into() },
            DamagedFact::Entry { kind: Some(Kind::Spend), day, from: name.clone(), to: None, id: id.clone() },
            DamagedFact::Entry { kind: None, day: None, from: None, to: name.clone(), id: id.clone() },
            DamagedFact::Snapshot { account: name, day, id },
            DamagedFact::Rate { unit: Some("USD".into()), of: Some("KRW".into()), day },
            DamagedFact::Row { table: "entry", number: 7 },
        ];
        let table = || "lot".to_string();
        let mut samples = vec![
            Damage::Sqlite("row 5 missing from index entry_by_at".into()),
            Damage::Value("Integer 77 out of range".into()),
            Damage::OnlyJournal,
            Damage::MissingAccount(3),
            Damage::FactsMissing,
            Damage::SumTooLarge,
            Damage::NumbersUsedUp,
            Damage::Reference { table: table(), parent: "account".into() },
            Damage::SchemaMissing(table()),
            Damage::SchemaDiffers(table()),
            Damage::SchemaUnknown(table()),
            Damage::RowMissing(vec![2, 24_322]),
            Damage::RowDiffers(vec![2]),
            Damage::RowUnfounded(vec![2]),
            Damage::AccountName(3),
            Damage::NotACarrier(3),
            Damage::Unit(3),
            Damage::VoidsRedo(3),
            Damage::VoidsVoided(3),
            Damage::VoidedChanges,
            Damage::NumberTwice(3),
            Damage::NumberGone(3),
            Damage::NumbersGone(3, 5),
            Damage::NumberNeverGiven(3),
            Damage::Astray { table: "entry", number: 7, change: 3 },
            Damage::EntryWithoutAccount(3),
            Damage::EntryBreaksRule(3),
            Damage::MoreAltered { table: "entry", count: 12 },
        ];
        samples.extend(facts.map(Damage::Altered));
        samples
    }

    #[test]
    fn every_damage_is_whole_in_both_languages() {
        let shown = format!("{:?}", samples());
        let source = include_str!("../store/damage.rs");
        check_variants(source, "Damage", &shown);
        check_variants(source, "DamagedFact", &shown);
        samples().iter().for_each(check_languages);
    }
}
