//! Encodings, delimited text, and what a file is.

use super::super::delimited::{DELIMITERS, DelimitedRecord, DelimitedRecords, first_rows};
use super::super::{
    Container, Encoding, FilePlace, ROW_BYTES, ReadError, ReadLimit, SheetCell, TextFormat, candidates,
    decode, decode_head, detect, is_blank, trim,
};
use super::config;
use proptest::prelude::*;
use std::io::Read;

/// Encodings of statements that people have, with characters that each of them has.
const ENCODINGS: [(&str, &str); 12] = [
    ("utf-8", "[ -~가-힣ぁ-んァ-ヶ一-龠а-яé€🍔\u{a0}\u{3000}\r\n\t]{0,40}"),
    ("utf-16le", "[ -~가-힣ぁ-ん一-龠а-яé€🍔\u{3000}\r\n\t]{0,40}"),
    ("utf-16be", "[ -~가-힣ぁ-ん一-龠а-яé€🍔\u{3000}\r\n\t]{0,40}"),
    ("cp949", "[ -~가-힣ぁ-んァ-ヶ\u{3000}\r\n\t]{0,40}"),
    ("shift_jis", "[ -~ぁ-んァ-ヶｱ-ﾝ一丁日月火水木金土円\u{3000}\r\n\t]{0,40}"),
    ("euc-jp", "[ -~ぁ-んァ-ヶｱ-ﾝ一丁日月火水木金土円\u{3000}\r\n\t]{0,40}"),
    ("gb18030", "[ -~가-힣ぁ-ん一-龠а-яé€🍔\u{3000}\r\n\t]{0,40}"),
    ("big5", "[ -~一丁日月火水木金土元\u{3000}\r\n\t]{0,40}"),
    ("windows-1251", "[ -~а-яА-ЯёЁ№\r\n\t]{0,40}"),
    ("windows-1252", "[ -~À-ÿ€\u{a0}\r\n\t]{0,40}"),
    ("windows-1254", "[ -~ğĞıİşŞ€\r\n\t]{0,40}"),
    ("iso-8859-2", "[ -~ąĄćĆęĘłŁ\r\n\t]{0,40}"),
];

fn encoding(label: &str) -> Encoding {
    Encoding::for_label(label).unwrap()
}

/// Returns `text` in an encoding that has all its characters.
fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding.name() {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let (bytes, _, has_unmappable) = encoding.0.encode(text);
            assert!(!has_unmappable, "{text:?} in {encoding:?}");
            bytes.into_owned()
        }
    }
}

/// A source that gives its bytes in pieces of some lengths, again and again.
struct Pieces<'a>(&'a [u8], std::iter::Cycle<std::vec::IntoIter<usize>>);

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], lengths: Vec<usize>) -> Pieces<'a> {
        Pieces(bytes, lengths.into_iter().cycle())
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.next().unwrap_or(1).min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

fn rows_of(source: impl Read, format: TextFormat) -> Result<Vec<(u64, Vec<String>)>, ReadError> {
    let (mut records, mut record, mut rows) =
        (DelimitedRecords::new(source, format), DelimitedRecord::default(), Vec::new());
    while records.next_record(&mut record)? {
        rows.push((record.line(), record.iter().map(str::to_owned).collect()));
    }
    Ok(rows)
}

fn csv(text: &str) -> Vec<(u64, Vec<String>)> {
    rows_of(text.as_bytes(), TextFormat { encoding: Encoding::UTF_8, delimiter: b',' }).unwrap()
}

fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
    (line, fields.iter().map(|field| (*field).to_owned()).collect())
}

#[test]
fn reads_quotes_blanks_and_line_breaks() {
    assert_eq!(csv("a,b\r\n\"c,\"\"d\"\"\ne\", f \r\n"), [row(1, &["a", "b"]), row(2, &["c,\"d\"\ne", "f"])]);
    assert_eq!(csv("a\rb\r\rc"), [row(1, &["a"]), row(2, &["b"]), row(4, &["c"])]);
    assert_eq!(csv("\"Date\", \"Time\" ,\u{a0}x\u{3000}\n"), [row(1, &["Date", "Time", "x"])]);
    assert_eq!(csv("a,b,\n,,\n \t\n\nc"), [row(1, &["a", "b", ""]), row(5, &["c"])]);
    assert_eq!(csv("5\" pipe,x\"y\"\n"), [row(1, &["5\" pipe", "x\"y\""])]);
    assert_eq!(csv("\u{feff}a\n"), [row(1, &["a"])]);
    assert_eq!(csv(""), []);
    assert_eq!(csv("\"\""), []);
    let tabs = TextFormat { encoding: Encoding::UTF_8, delimiter: b'\t' };
    assert_eq!(rows_of("a\t\t \"b\tc\"\n".as_bytes(), tabs).unwrap(), [row(1, &["a", "", "b\tc"])]);
}

#[test]
fn says_that_text_follows_a_closing_quote() {
    let format = TextFormat { encoding: Encoding::UTF_8, delimiter: b',' };
    let mut records = DelimitedRecords::new("\"a\"b,c\n\"d\" ,e\n".as_bytes(), format);
    let mut record = DelimitedRecord::default();
    assert!(records.next_record(&mut record).unwrap());
    assert_eq!((record.get(0), record.has_stray_quote()), (Some("ab"), true));
    assert!(records.next_record(&mut record).unwrap());
    assert_eq!((record.get(0), record.get(2), record.has_stray_quote()), (Some("d"), None, false));
}

#[test]
fn names_the_line_of_an_unclosed_quote() {
    let format = TextFormat { encoding: Encoding::UTF_8, delimiter: b',' };
    let error = rows_of("a,\"b\nc\"\nd,\"e\nf".as_bytes(), format);
    assert_eq!(error, Err(ReadError::UnclosedQuote { line: 3 }));
}

#[test]
fn refuses_a_row_of_more_than_a_mebibyte() {
    let format = TextFormat { encoding: Encoding::UTF_8, delimiter: b',' };
    let too_large = |line| {
        Err(ReadError::TooLarge {
            place: FilePlace::Line(line),
            limit: ReadLimit::RowBytes(ROW_BYTES as u64),
        })
    };
    assert!(rows_of(format!("{}\nb\n", "a".repeat(ROW_BYTES - 1)).as_bytes(), format).is_ok());
    for text in [format!("b\n{}\nb", "a".repeat(ROW_BYTES)), format!("b\n\"{}", "a\n".repeat(ROW_BYTES))] {
        assert_eq!(rows_of(text.as_bytes(), format), too_large(2));
    }
}

#[test]
fn gives_only_whole_rows_of_a_head() {
    let format = TextFormat { encoding: Encoding::UTF_8, delimiter: b';' };
    let text = "a;b\nc;\"d\ne\"\nf".as_bytes();
    let lines = |head: &[u8], whole, count| -> Vec<u64> {
        first_rows(head, whole, format, count).unwrap().iter().map(|row| row.line).collect()
    };
    assert_eq!(lines(text, true, 60), [1, 2, 4]);
    assert_eq!(lines(text, false, 60), [1, 2]);
    assert_eq!(lines(text, false, 1), [1]);
    assert_eq!(lines(&text[..8], false, 60), [1]);
    assert_eq!(first_rows(&text[..8], true, format, 60), Err(ReadError::UnclosedQuote { line: 2 }));
    let cells = first_rows(b"a;;b", true, format, 1).unwrap().remove(0).cells;
    assert_eq!(cells, [SheetCell::Text("a".to_owned()), SheetCell::Empty, SheetCell::Text("b".to_owned())]);
}

#[test]
fn takes_the_encoding_of_a_mark_or_of_zero_bytes_alone() {
    let preferred = ["cp949", "utf-8"].map(encoding);
    let candidates = |bytes: &[u8]| -> Vec<&str> {
        candidates(bytes, &preferred).into_iter().map(Encoding::name).collect()
    };
    assert_eq!(candidates(b"a,b"), ["EUC-KR", "UTF-8"]);
    assert_eq!(candidates("뷁,b".as_bytes()), ["UTF-8"]);
    assert_eq!(candidates(&encoded("뷁,b", encoding("cp949"))), ["EUC-KR"]);
    assert_eq!(candidates(b"\xef\xbb\xbfa"), ["UTF-8"]);
    assert_eq!(candidates(b"\xff\xfea\0"), ["UTF-16LE"]);
    assert_eq!(candidates(&encoded("가나\u{3000}다,라\n", encoding("utf-16le"))), ["UTF-16LE"]);
    assert_eq!(candidates(&encoded("가나\u{3000}다,라\n", encoding("utf-16be"))), ["UTF-16BE"]);
    assert_eq!(candidates(b"\xff,\xff"), [""; 0]);
    // A head may end within a character.
    assert_eq!(candidates(&encoded("a,뷁", encoding("cp949"))[..3]), ["EUC-KR"]);
}

#[test]
fn names_line_and_byte_that_do_not_decode() {
    for (label, text) in
        [("utf-8", "가나\n다"), ("cp949", "가나\n다"), ("shift_jis", "日月\n火"), ("gb18030", "日月\n火")]
    {
        let encoding = encoding(label);
        let mut bytes = encoded(text, encoding);
        let offset = bytes.len() as u64;
        bytes.extend(b"\xff,more\n");
        let undecodable = ReadError::Undecodable { encoding: encoding.name(), line: 2, offset };
        assert_eq!(decode(&bytes, encoding), Err(undecodable.clone()));
        assert_eq!(decode_head(&bytes, encoding), Err(undecodable.clone()));
        for length in 1..9 {
            let pieces = Pieces::new(&bytes, vec![length]);
            assert_eq!(rows_of(pieces, TextFormat { encoding, delimiter: b',' }), Err(undecodable.clone()));
        }
        // A character that is cut off at the end.
        let cut = &bytes[..offset as usize - 1];
        assert!(decode_head(cut, encoding).is_ok());
        assert!(matches!(decode(cut, encoding), Err(ReadError::Undecodable { line: 2, .. })));
    }
    // A surrogate without its other half.
    let utf16 = encoding("utf-16le");
    let error = ReadError::Undecodable { encoding: "UTF-16LE", line: 1, offset: 2 };
    assert_eq!(decode(b"a\0\x00\xd8b\0", utf16), Err(error));
}

#[test]
fn takes_a_byte_of_value_zero_for_no_text() {
    for (label, bytes, offset) in [
        ("utf-8", &b"a,b\n\0\0\0"[..], 4),
        ("cp949", b"a,\xb0\xa1\n\0", 5),
        ("utf-16le", b"\xff\xfea\0\n\0\0\0b\0", 6),
    ] {
        let encoding = encoding(label);
        let error = ReadError::Undecodable { encoding: encoding.name(), line: 2, offset };
        assert_eq!(decode(bytes, encoding), Err(error));
    }
}

#[test]
fn knows_labels_of_encodings() {
    assert_eq!(encoding("CP949").name(), "EUC-KR");
    assert_eq!(encoding(" euc-kr ").name(), "EUC-KR");
    assert_eq!(encoding("sjis").name(), "Shift_JIS");
    for label in ["", "utf-7", "replacement", "iso-2022-kr"] {
        assert_eq!(Encoding::for_label(label), None, "{label}");
    }
}

#[test]
fn tells_a_file_by_its_content() {
    let utf16: Vec<u8> = "\u{feff}!Type:Bank\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (head, container) in [
        (&b"PK\x03\x04rest"[..], Container::Zip),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Container::Compound { encrypted: false }),
        (b"\xef\xbb\xbf\r\n<html><TABLE border=1>", Container::Html),
        (b"OFXHEADER:100\nDATA:OFXSGML", Container::Ofx),
        (b"<?xml version=\"1.0\"?>\n<?OFX OFXHEADER=\"200\"?>", Container::Ofx),
        (b"\n\n<OFX>\n", Container::Ofx),
        (b"!Type:Bank\nD1/1'26", Container::Qif),
        (b"!Account\nNx\n^", Container::Qif),
        (&utf16, Container::Qif),
        (b"{\"jandon\":1}", Container::JsonLines),
        (b"Date,Amount\n", Container::Text),
        (b"a note about <table> and <OFX>", Container::Text),
        (b"", Container::Text),
    ] {
        assert_eq!(detect(head), container, "{head:?}");
    }
}

#[test]
fn trims_the_blanks_of_cells_only() {
    assert_eq!(trim(" \u{3000}\t가 나\u{a0}\r\n"), "가 나");
    assert_eq!(trim("\u{2003}a"), "\u{2003}a");
    assert_eq!(trim(" "), "");
}

/// Returns `field` as CSV writers put it.
fn quoted(field: &str, delimiter: u8, always: bool) -> String {
    let needs = field.contains([char::from(delimiter), '"', '\r', '\n']) || trim(field) != field;
    if always || needs { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn reads_what_a_writer_wrote(
        which in 0..ENCODINGS.len(),
        delimiter in prop::sample::select(&DELIMITERS[..]),
        line_end in prop::sample::select(&["\n", "\r\n", "\r"][..]),
        rows in prop::collection::vec((prop::collection::vec(("[ -~]{0,12}|[a\",;|\t\r\n ]{0,8}", any::<bool>()), 1..5), 0..3_usize), 0..6),
        ends in any::<bool>(),
        lengths in prop::collection::vec(1_usize..40, 1..4),
        seed in any::<prop::sample::Index>(),
    ) {
        let (label, _) = ENCODINGS[which];
        let sample = ["금액", "金額", "日付", "Сумма", "é"][seed.index(5)];
        let encoding = encoding(label);
        let fits = encoding.0.encode(sample).1 == encoding.0 && !encoding.0.encode(sample).2;
        let (mut text, mut expected, mut line) = (String::new(), Vec::new(), 1);
        for (number, (fields, blank_lines)) in rows.iter().enumerate() {
            let mut fields: Vec<(String, bool)> = fields.clone();
            if fits {
                fields.push((sample.to_owned(), false));
            }
            let written: Vec<String> = fields.iter().map(|(field, always)| quoted(field, delimiter, *always)).collect();
            text.push_str(&written.join(&char::from(delimiter).to_string()));
            if ends || number + 1 < rows.len() {
                text.push_str(&line_end.repeat(blank_lines + 1));
            }
            let trimmed: Vec<String> = fields.iter().map(|(field, _)| trim(field).to_owned()).collect();
            if trimmed.iter().any(|field| !field.is_empty()) {
                expected.push((line, trimmed));
            }
            let breaks: usize = fields.iter().map(|(field, _)| {
                field.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\r' | '\n')).count()
            }).sum();
            line += (breaks + blank_lines + 1) as u64;
        }
        let bytes = encoded(&text, encoding);
        let format = TextFormat { encoding, delimiter };
        prop_assert_eq!(rows_of(Pieces::new(&bytes, lengths), format).unwrap(), expected, "{:?}", text);
    }

    #[test]
    fn every_encoding_decodes_what_it_encodes(
        (label, text) in prop::sample::select(&ENCODINGS[..]).prop_flat_map(|(label, texts)| (Just(label), texts)),
        lengths in prop::collection::vec(1_usize..9, 1..4),
    ) {
        let encoding = encoding(label);
        let bytes = encoded(&text, encoding);
        prop_assert_eq!(decode(&bytes, encoding), Ok(text.clone()));
        let rows = rows_of(Pieces::new(&bytes, lengths), TextFormat { encoding, delimiter: b'|' });
        let whole = rows_of(text.as_bytes(), TextFormat { encoding: Encoding::UTF_8, delimiter: b'|' });
        prop_assert_eq!(rows, whole);
    }

    #[test]
    fn fields_are_trimmed_and_all_there(text in "([a-c가\"',;|\\t\\r\\n \u{a0}\u{3000}]|\\PC){0,60}") {
        for delimiter in DELIMITERS {
            let format = TextFormat { encoding: Encoding::UTF_8, delimiter };
            match rows_of(text.as_bytes(), format) {
                Ok(rows) => {
                    prop_assert!(rows.is_sorted_by(|one, next| one.0 < next.0));
                    for (_, fields) in &rows {
                        prop_assert!(fields.iter().all(|field| !field.starts_with(is_blank) && !field.ends_with(is_blank)));
                    }
                    let head = first_rows(text.as_bytes(), true, format, usize::MAX).unwrap();
                    prop_assert_eq!(head.len(), rows.len());
                    // Characters other than marks and blanks are neither lost nor made up.
                    let is_plain = |c: &char| !is_blank(*c) && *c != '"' && *c != '\u{feff}' && *c != char::from(delimiter);
                    let quoted = text.contains('"');
                    let read: String = rows.iter().flat_map(|(_, fields)| fields.concat().chars().collect::<Vec<_>>()).filter(is_plain).collect();
                    if !quoted {
                        prop_assert_eq!(read, text.chars().filter(is_plain).collect::<String>());
                    }
                }
                Err(error) => prop_assert!(matches!(error, ReadError::UnclosedQuote { .. }), "{}", error),
            }
        }
    }
}
