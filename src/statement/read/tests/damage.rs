//! Files at random and damaged ones: no reader panics, and none gives a figure that was not in the file
//! where the form has a checksum.

use super::super::{
    Container, Encoding, TextFormat, candidates, decode, delimited, detect, html_encoding, html_tables,
    messages, ofx, qif,
};
use super::build::{XlsxParts, cell, lock_agile, record, xls, zip};
use super::config;
use super::workbooks::rows;
use proptest::prelude::*;
use proptest::sample::Index;

/// A change of some bytes of a file.
#[derive(Clone, Debug)]
enum ByteChange {
    Set(Index, u8),
    Flip(Index, u8),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Cut(Index),
}

fn change() -> impl Strategy<Value = ByteChange> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| ByteChange::Set(at, byte)),
        2 => (at(), prop::sample::select(vec![0, 0xff, 0x7f, 0x80])).prop_map(|(at, byte)| ByteChange::Set(at, byte)),
        4 => (at(), 0_u8..8).prop_map(|(at, bit)| ByteChange::Flip(at, bit)),
        1 => (at(), 1_usize..70).prop_map(|(at, length)| ByteChange::Remove(at, length)),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..70)).prop_map(|(at, bytes)| ByteChange::Insert(at, bytes)),
        1 => at().prop_map(ByteChange::Cut),
    ]
}

fn changed(file: &[u8], changes: &[ByteChange]) -> Vec<u8> {
    let mut file = file.to_vec();
    for change in changes {
        if file.is_empty() {
            break;
        }
        match change {
            ByteChange::Set(at, byte) => *at.get_mut(&mut file) = *byte,
            ByteChange::Flip(at, bit) => *at.get_mut(&mut file) ^= 1 << bit,
            ByteChange::Remove(at, length) => {
                let start = at.index(file.len());
                file.drain(start..(start + length).min(file.len()));
            }
            ByteChange::Insert(at, bytes) => {
                let start = at.index(file.len());
                file.splice(start..start, bytes.iter().copied());
            }
            ByteChange::Cut(at) => file.truncate(at.index(file.len())),
        }
    }
    file
}

const SHEET: &str = "<row><c t=\"s\"><v>0</v></c><c s=\"1\"><v>46246.5</v></c><c><v>-6800</v></c></row>\
    <row r=\"3\"><c r=\"C3\"><v>3200.5</v></c></row>";

fn workbook() -> Vec<u8> {
    let styles = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>";
    XlsxParts { sheet: SHEET, strings: "<si><t>거래</t></si>", styles, ..XlsxParts::default() }.build()
}

/// The parts of a workbook, of which one is changed before it is packed.
fn workbook_with(part: usize, changes: &[ByteChange]) -> Vec<u8> {
    let relations = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"a\" Type=\"x/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let mut parts = [
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{SHEET}</sheetData></worksheet>")),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"a\" id=\"a\"/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml")),
        ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")),
    ]
    .map(|(name, content)| (name, content.into_bytes()));
    let part = part % parts.len();
    parts[part].1 = changed(&parts[part].1, changes);
    zip(&parts.each_ref().map(|(name, content)| (*name, content.as_slice())))
}

fn old_workbook() -> Vec<u8> {
    xls(
        &[record(0x00e0, &[0; 20]), record(0x00fc, b"\x01\0\0\0\x01\0\0\0\x02\0\0ab")],
        &[
            record(0x00fd, &cell(0, 0, 0, &[0; 4])),
            record(0x0203, &cell(0, 1, 0, &[0, 0, 0, 0, 0, 0, 0x59, 0x40])),
            record(0x00bd, &[1, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 10, 0, 0, 0, 1, 0]),
            record(0x0006, &cell(2, 0, 0, &[0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0])),
            record(0x0207, b"\x02\0\0xy"),
        ],
    )
}

const TEXTS: [&str; 5] = [
    "<OFX><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>1</BANKACCTFROM><STMTTRN><TRNAMT>-5.00<FITID>1<NAME>A &amp; B\
     <DTPOSTED>20260812</STMTTRN><LEDGERBAL><BALAMT>1<DTASOF>20260812</LEDGERBAL></STMTRS></OFX>",
    "!Type:Bank\nD1/5'26\nT-25.00\nPShop\nMmemo\nL[x]\n^\n",
    "<html><table><tr><td rowspan=2 colspan=3>a &lt; b</td></tr><tr><th>c<br>d</th></tr></table></html>",
    "Date,Amount,\"No\"\"te\"\r\n2026-08-12,\"-6,800\",카페\r\n",
    "{\"jandon\":1}\n",
];

/// Reads a file as every text form, whatever it is.
fn read_as_text(file: &[u8]) {
    let encodings = ["utf-8", "cp949", "shift_jis", "gb18030", "windows-1252", "utf-16le"];
    let mut encodings: Vec<Encoding> =
        encodings.iter().filter_map(|label| Encoding::for_label(label)).collect();
    encodings.extend(candidates(file, &encodings.clone()));
    encodings.extend(html_encoding(file));
    let _ = ofx::parse(file);
    for encoding in encodings {
        for delimiter in delimited::DELIMITERS {
            let format = TextFormat { encoding, delimiter };
            let (mut records, mut record) =
                (delimited::DelimitedRecords::new(file, format), delimited::DelimitedRecord::default());
            while let Ok(true) = records.next_record(&mut record) {
                assert!(record.iter().any(|field| !field.is_empty()));
            }
            let _ = delimited::first_rows(file, false, format, 60);
        }
        if let Ok(text) = decode(file, encoding) {
            assert!(!text.contains('\0'));
            let _ = (html_tables(&text), qif::parse(&text));
            let _ = messages::split(&text, |line| line.starts_with('D'), |line| line.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn a_damaged_workbook_gives_an_error_or_what_it_held(changes in prop::collection::vec(change(), 1..4)) {
        let whole = workbook();
        let damaged = changed(&whole, &changes);
        if let Ok(read) = rows(damaged, None) {
            prop_assert_eq!(Ok(read), rows(whole, None));
        }
    }

    #[test]
    fn a_damaged_locked_workbook_gives_an_error_or_what_it_held(changes in prop::collection::vec(change(), 1..4)) {
        let whole = lock_agile::<sha2::Sha256>(&workbook(), "x", "SHA256", 16, 3);
        let damaged = changed(&whole, &changes);
        if let Ok(read) = rows(damaged, Some("x")) {
            prop_assert_eq!(Ok(read), rows(whole, Some("x")));
        }
    }

    #[test]
    fn no_part_of_a_workbook_makes_the_reader_fail(part in any::<usize>(), changes in prop::collection::vec(change(), 0..4)) {
        let _ = rows(workbook_with(part, &changes), None);
    }

    #[test]
    fn no_change_of_an_old_workbook_makes_the_reader_fail(changes in prop::collection::vec(change(), 1..6)) {
        let _ = rows(changed(&old_workbook(), &changes), None);
    }

    #[test]
    fn no_change_of_a_text_makes_a_reader_fail(which in 0..TEXTS.len(), changes in prop::collection::vec(change(), 0..6)) {
        let file = changed(TEXTS[which].as_bytes(), &changes);
        let _ = detect(&file);
        read_as_text(&file);
    }

    #[test]
    fn no_bytes_make_a_reader_fail(file in prop::collection::vec(any::<u8>(), 0..600), start in 0_usize..3) {
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"][start];
        let file = [start, &file].concat();
        if start.is_empty() {
            read_as_text(&file);
        } else {
            let is_workbook = matches!(detect(&file), Container::Zip | Container::Compound { .. });
            prop_assert!(is_workbook);
        }
        let _ = rows(file, Some("x"));
    }
}

#[test]
fn a_workbook_that_is_cut_off_gives_an_error_or_what_it_held() {
    for whole in [workbook(), old_workbook()] {
        let expected = rows(whole.clone(), None);
        assert!(expected.is_ok());
        for length in 0..whole.len() {
            let cut = rows(whole[..length].to_vec(), None);
            assert!(cut.is_err() || cut == expected, "{length} of {} bytes: {cut:?}", whole.len());
        }
    }
}
