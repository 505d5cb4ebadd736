//! OFX 1 (SGML) and 2 (XML), and QFX.

use super::encoding::bom;
use super::markup::{Token, Tokens, push_decoded};
use super::number::iso_date;
use super::{Encoding, FilePlace, ReadError, decode, trim};

/// The statement of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfxStatement {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// `ACCTID`.
    pub account_id: String,
    /// `CURDEF`.
    pub currency: String,
    /// The transactions in the file's order.
    pub transactions: Vec<Transaction>,
    /// `LEDGERBAL`: amount and moment, written as those of a transaction. None if the amount is empty.
    pub ledger_balance: Option<(String, String)>,
}

/// A transaction. What the file does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// `FITID`.
    pub fitid: String,
    /// `TRNAMT` with a decimal point; the file's own text where it is not a number.
    pub amount: String,
    /// `DTPOSTED` without its zone, as `2026-08-12T08:31:45` or `2026-08-12`; the file's own text where it
    /// is not a date.
    pub posted: String,
    /// `NAME`, or the name in `PAYEE`.
    pub name: String,
    /// `MEMO`.
    pub memo: String,
    /// `TRNTYPE`.
    pub kind: String,
    /// `CURSYM` of `CURRENCY`: the amount's currency where it is not the account's.
    pub currency: String,
}

/// Reads every statement of a file; its header tells the encoding.
///
/// # Errors
/// An undecodable byte, or a statement or transaction that does not end.
pub fn parse(bytes: &[u8]) -> Result<Vec<OfxStatement>, ReadError> {
    let text = decoded(bytes)?;
    let mut tokens = Tokens::new(&text);
    let mut reader = Reader::default();
    // The element whose text is read: in SGML it ends where the next tag begins.
    let mut element: Option<(String, String)> = None;
    loop {
        let next = tokens.next();
        match (&next, &mut element) {
            (Some((_, Token::Text(text))), Some((_, value))) => push_decoded(text, value),
            (Some((_, Token::Raw(text))), Some((_, value))) => value.push_str(text),
            (Some((line, token)), _) => {
                if let Some((name, value)) = element.take() {
                    reader.set(&name, trim(&value));
                }
                match token {
                    Token::Start(name, attributes) => {
                        let name = name.to_ascii_uppercase();
                        reader.begin(*line, &name)?;
                        if !attributes.ends_with('/') {
                            element = Some((name, String::new()));
                        }
                    }
                    Token::End(name) => reader.end(*line, &name.to_ascii_uppercase())?,
                    Token::Text(_) | Token::Raw(_) => {}
                }
            }
            (None, _) => return reader.finish(),
        }
    }
}

/// Decodes a file by its byte order mark or header.
///
/// Many files in UTF-8 declare a single-byte encoding, in which every text decodes: UTF-8 is tried first
/// there. A declared encoding of several bytes comes first, since its texts may decode as UTF-8 by chance.
fn decoded(bytes: &[u8]) -> Result<String, ReadError> {
    if let Some((encoding, _)) = bom(bytes) {
        return decode(bytes, encoding);
    }
    let declared = declared(&bytes[..bytes.len().min(1024)]);
    match declared {
        Some(encoding) if encoding.is_single_byte() => {
            decode(bytes, Encoding::UTF_8).or_else(|_| decode(bytes, encoding))
        }
        Some(encoding) => {
            decode(bytes, encoding).or_else(|error| decode(bytes, Encoding::UTF_8).map_err(|_| error))
        }
        None => decode(bytes, Encoding::UTF_8),
    }
}

/// Returns the encoding of the header: `CHARSET:1252`, `ENCODING:UTF-8` or `encoding="us-ascii"`.
fn declared(head: &[u8]) -> Option<Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_uppercase();
    let value = |name: &str| {
        let rest = &head[head.find(name)? + name.len()..];
        let rest = rest.trim_start_matches([':', '=', ' ', '"', '\'']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        Some(&rest[..end.unwrap_or(rest.len())])
    };
    let charset = value("CHARSET").and_then(|charset| match charset {
        "NONE" | "" => None,
        "949" => Encoding::for_label("euc-kr"),
        "932" => Encoding::for_label("shift_jis"),
        "936" => Encoding::for_label("gb18030"),
        "950" => Encoding::for_label("big5"),
        page => Encoding::for_label(&format!("windows-{page}")).or_else(|| Encoding::for_label(page)),
    });
    charset.or_else(|| value("ENCODING").and_then(Encoding::for_label))
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    statements: Vec<OfxStatement>,
    statement: Option<OfxStatement>,
    transaction: Option<Transaction>,
    /// Amount and moment of `LEDGERBAL`, while in it.
    ledger_balance: Option<(String, String)>,
    is_in_account: bool,
    is_in_currency: bool,
    /// Whether the element `OFX` has ended.
    is_complete: bool,
}

impl Reader {
    fn begin(&mut self, line: u64, name: &str) -> Result<(), ReadError> {
        let damaged = |line, fault| Err(ReadError::damaged(FilePlace::Line(line), fault));
        match name {
            "STMTRS" | "CCSTMTRS" => {
                if let Some(open) = self.statement.replace(OfxStatement { line, ..OfxStatement::default() }) {
                    return damaged(open.line, "the statement does not end");
                }
            }
            "STMTTRN" => {
                if let Some(open) = self.transaction.replace(Transaction { line, ..Transaction::default() }) {
                    return damaged(open.line, "the transaction does not end");
                }
            }
            "LEDGERBAL" => self.ledger_balance = Some(Default::default()),
            // The other account of a transfer is BANKACCTTO.
            "BANKACCTFROM" | "CCACCTFROM" => self.is_in_account = true,
            "CURRENCY" => self.is_in_currency = true,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, line: u64, name: &str) -> Result<(), ReadError> {
        match name {
            "STMTRS" | "CCSTMTRS" => {
                if let Some(open) = &self.transaction {
                    return Err(ReadError::damaged(
                        FilePlace::Line(open.line),
                        "the transaction does not end",
                    ));
                }
                self.statements.extend(self.statement.take());
            }
            "STMTTRN" => match (&mut self.statement, self.transaction.take()) {
                (Some(statement), Some(transaction)) => statement.transactions.push(transaction),
                // Transactions of securities accounts stand in other elements.
                (None, Some(_)) => {}
                (_, None) => {
                    return Err(ReadError::damaged(
                        FilePlace::Line(line),
                        "a transaction ends that never began",
                    ));
                }
            },
            "LEDGERBAL" => {
                let balance = self.ledger_balance.take().filter(|(amount, _)| !amount.is_empty());
                if let Some(statement) = &mut self.statement {
                    statement.ledger_balance = balance;
                }
            }
            "BANKACCTFROM" | "CCACCTFROM" => self.is_in_account = false,
            "CURRENCY" => self.is_in_currency = false,
            "OFX" => self.is_complete = true,
            _ => {}
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let field = match (&mut self.transaction, &mut self.ledger_balance, &mut self.statement) {
            (Some(transaction), ..) => match name {
                "FITID" => &mut transaction.fitid,
                "TRNAMT" => return transaction.amount = amount(value),
                "DTPOSTED" => return transaction.posted = moment(value),
                "NAME" => &mut transaction.name,
                "MEMO" => &mut transaction.memo,
                "TRNTYPE" => &mut transaction.kind,
                "CURSYM" if self.is_in_currency => &mut transaction.currency,
                _ => return,
            },
            (None, Some(balance), _) => match name {
                "BALAMT" => return balance.0 = amount(value),
                "DTASOF" => return balance.1 = moment(value),
                _ => return,
            },
            (None, None, Some(statement)) => match name {
                "ACCTID" if self.is_in_account => &mut statement.account_id,
                "CURDEF" => &mut statement.currency,
                _ => return,
            },
            (None, None, None) => return,
        };
        value.clone_into(field);
    }

    fn finish(self) -> Result<Vec<OfxStatement>, ReadError> {
        match self.statement {
            Some(open) => Err(ReadError::damaged(FilePlace::Line(open.line), "the statement does not end")),
            None if !self.is_complete => {
                Err(ReadError::damaged(FilePlace::File, "the element OFX does not end"))
            }
            None => Ok(self.statements),
        }
    }
}

/// Returns an amount with a decimal point, or the text itself if it is none.
fn amount(text: &str) -> String {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_amount = unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
        && unsigned.bytes().filter(|byte| !byte.is_ascii_digit()).count() <= 1;
    if is_amount { text.trim_start_matches('+').replace(',', ".") } else { text.to_owned() }
}

/// Returns a moment such as `20260812083145.000[+9:KST]` as `2026-08-12T08:31:45`, without its zone, or the
/// text itself if it is none. A date alone has no time; seconds may be missing.
fn moment(text: &str) -> String {
    let end = text.find(['[', '.']).unwrap_or(text.len());
    iso_moment(trim(&text[..end])).unwrap_or_else(|| text.to_owned())
}

fn iso_moment(digits: &str) -> Option<String> {
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let date = iso_date(number(0, 4)?, number(4, 6)?, number(6, 8)?)?;
    let (Some(hour), Some(minute)) = (number(8, 10), number(10, 12)) else { return Some(date) };
    let second = number(12, 14).unwrap_or(0);
    (hour < 24 && minute < 60 && second < 60).then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}"))
}
