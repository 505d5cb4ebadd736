//! XLSX, XLS and locked workbooks.

use super::super::{FileForm, FilePlace, ReadError, ReadLimit, Row, SheetCell, Workbook};
use super::build::{XlsxParts, biff_text, cell, compound, lock_agile, lock_standard, record, xls, zip};
use super::config;
use proptest::prelude::*;

pub fn rows(bytes: Vec<u8>, password: Option<&str>) -> Result<Vec<Row>, ReadError> {
    let book = Workbook::open(bytes, password)?;
    (0..book.sheets().len()).try_fold(Vec::new(), |mut rows, sheet| {
        for row in book.rows(sheet)? {
            rows.push(row?);
        }
        Ok(rows)
    })
}

fn text(text: &str) -> SheetCell {
    SheetCell::Text(text.to_owned())
}

fn number(text: &str) -> SheetCell {
    SheetCell::Number(text.to_owned())
}

fn moment(text: &str) -> SheetCell {
    SheetCell::Moment(text.to_owned())
}

fn row(line: u64, cells: &[SheetCell]) -> Row {
    Row { line, cells: cells.to_vec() }
}

const STYLES: &str = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/>\
    <numFmt numFmtId=\"165\" formatCode=\"[h]:mm\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
    <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/><xf numFmtId=\"165\"/></cellXfs>";

const STRINGS: &str = "<si><t>거래일시</t></si><si><r><t>가 </t></r><r><t xml:space=\"preserve\"> 나</t></r>\
    <rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si><si/><si><t> a&amp;lt;&#10;_x0041__x_ </t></si>";

const SHEET: &str = "<row r=\"2\" spans=\"1:9\"><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"D2\" t=\"s\"><v>1</v></c>\
    <c r=\"E2\" t=\"s\"><v>2</v></c></row><row r=\"3\"/><row r=\"4\"><c r=\"A4\" s=\"1\"/></row>\
    <row><c s=\"1\"><v>46246.355381944445</v></c><c s=\"2\"><v>46246</v></c><c s=\"1\"><v>0.5</v></c>\
    <c s=\"3\"><v>0.5</v></c><c><v>-6800.1000000000004</v></c><c t=\"n\"><v>1E-2</v></c><c t=\"b\"><v>1</v></c>\
    <c t=\"e\"><v>#N/A</v></c><c t=\"str\"><f>A1&amp;\"x\"</f><v>x</v></c><c t=\"inlineStr\"><is><t>줄</t></is></c>\
    <c t=\"d\"><v>2026-08-12T08:31:45.000Z</v></c><c t=\"s\"><v>3</v></c><c><f>SUM(A1:A3)</f></c>\
    <c><f>A1</f><v>7</v></c><c><v/></c><c t=\"d\"><v>2026-13-01</v></c></row>";

fn sample() -> XlsxParts<'static> {
    XlsxParts { sheet: SHEET, strings: STRINGS, styles: STYLES, ..XlsxParts::default() }
}

fn sample_rows() -> Vec<Row> {
    vec![
        row(2, &[SheetCell::Empty, text("거래일시"), SheetCell::Empty, text("가  나")]),
        row(
            5,
            &[
                moment("2026-08-12T08:31:45"),
                moment("2026-08-12"),
                moment("12:00:00"),
                number("0.5"),
                number("-6800.1"),
                number("0.01"),
                text("TRUE"),
                text("#N/A"),
                text("x"),
                text("줄"),
                moment("2026-08-12T08:31:45"),
                text("a&lt;\nA_x_"),
                text("=SUM(A1:A3)"),
                number("7"),
                SheetCell::Empty,
                text("2026-13-01"),
            ],
        ),
    ]
}

#[test]
fn reads_every_kind_of_cell() {
    assert_eq!(rows(sample().build(), None), Ok(sample_rows()));
    assert_eq!(rows(XlsxParts { is_strict: true, ..sample() }.build(), None), Ok(sample_rows()));
    let book = Workbook::open(sample().build(), None).unwrap();
    assert_eq!(
        (book.form(), book.sheets(), book.counts_from_1904()),
        (FileForm::Xlsx, &["거래 & 내역".to_owned()][..], false)
    );
}

#[test]
fn counts_days_from_1904_where_the_workbook_does() {
    let parts = XlsxParts {
        sheet: "<row><c s=\"1\"><v>44784.5</v></c></row>",
        properties: "<workbookPr date1904=\"1\"/>",
        ..sample()
    };
    assert_eq!(rows(parts.build(), None), Ok(vec![row(1, &[moment("2026-08-12T12:00:00")])]));
    assert!(Workbook::open(parts.build(), None).unwrap().counts_from_1904());
}

#[test]
fn names_the_cell_that_is_damaged() {
    let at = |cell: &str| FilePlace::Cell { sheet: "거래 & 내역".to_owned(), cell: cell.to_owned() };
    let at_row = |row| FilePlace::Row { sheet: "거래 & 내역".to_owned(), row };
    let part = FilePlace::Part("xl/worksheets/sheet1.xml".to_owned());
    for (sheet, place) in [
        ("<row><c t=\"s\"><v>4</v></c></row>", at("A1")),
        ("<row><c t=\"s\"><v>-1</v></c></row>", at("A1")),
        ("<row r=\"7\"><c r=\"AB7\"><v>12..34</v></c></row>", at("AB7")),
        ("<row><c t=\"q\"><v>1</v></c></row>", at("A1")),
        ("<row><c t=\"str\"><v>&boom;</v></c></row>", at("A1")),
        ("<row><c r=\"B1\"/><c r=\"A1\"/></row>", at("A1")),
        ("<row><c r=\"A2\"/></row>", at_row(1)),
        ("<row><c r=\"1\"/></row>", at_row(1)),
        ("<row><c r=\"XFE1\"/></row>", at_row(1)),
        ("<row><c r=\"ZZZZZZZZZZZZZZZZZZZZZ1\"/></row>", at_row(1)),
        ("<row r=\"2\"/><row r=\"2\"/>", at_row(2)),
        ("<row r=\"0\"/>", at_row(0)),
        ("<row r=\"x\"/>", part.clone()),
        ("<row><c>", part.clone()),
        (&"<a>".repeat(99), part.clone()),
    ] {
        match rows(XlsxParts { sheet, ..sample() }.build(), None) {
            Err(ReadError::Damaged { place: found, .. }) => assert_eq!(found, place, "{sheet}"),
            other => panic!("{sheet}: {other:?}"),
        }
    }
}

#[test]
fn refuses_more_than_the_limits_allow() {
    let limit = |sheet: &str| match rows(XlsxParts { sheet, ..sample() }.build(), None) {
        Err(ReadError::TooLarge { limit, .. }) => limit,
        other => panic!("{other:?}"),
    };
    // Random letters do not pack to a hundredth.
    let long: String =
        (0..300_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)).collect();
    assert!(matches!(limit(&format!("<row><c t=\"str\"><v>{long}</v></c></row>")), ReadLimit::RowBytes(_)));
    assert!(matches!(limit(&format!("<row><c><f>{long}</f></c></row>")), ReadLimit::RowBytes(_)));
    assert!(matches!(limit("<row r=\"1048577\"/>"), ReadLimit::Rows(1_048_576)));
    assert!(matches!(limit("<row><c r=\"AMK1\"><v>1</v></c></row>"), ReadLimit::Columns(1024)));
    assert!(matches!(limit(&" ".repeat(1 << 20)), ReadLimit::PackingRatio(100)));
    // A workbook that says it unpacks to 4 GiB.
    let mut huge = sample().build();
    let directory = memchr::memmem::find(&huge, b"PK\x01\x02").unwrap();
    huge[directory + 24..directory + 28].fill(0xff);
    huge[directory + 27] = 0xfe;
    assert!(matches!(rows(huge, None), Err(ReadError::TooLarge { limit: ReadLimit::UnpackedBytes(_), .. })));
    let too_large = vec![0; (64 << 20) + 1];
    assert!(matches!(rows(too_large, None), Err(ReadError::TooLarge { limit: ReadLimit::FileBytes(_), .. })));
}

#[test]
fn refuses_archives_without_a_workbook() {
    for bytes in [zip(&[("a.csv", b"a,b")]), zip(&[]), compound(&[("WordDocument", b"x")])] {
        assert!(matches!(Workbook::open(bytes, None), Err(ReadError::Unsupported { .. })));
    }
    for bytes in
        [&b""[..], b"PK\x03\x04", b"a,b\n", b"PK\x05\x06", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]]
    {
        assert!(matches!(
            Workbook::open(bytes.to_vec(), None),
            Err(ReadError::Damaged { place: FilePlace::File, .. })
        ));
    }
}

#[test]
fn unlocks_every_key_and_hash_of_agile_encryption() {
    let workbook = sample().build();
    for key_bytes in [16, 24, 32] {
        for locked in [
            lock_agile::<sha1::Sha1>(&workbook, "비밀 900101", "SHA1", key_bytes, 50),
            lock_agile::<sha2::Sha256>(&workbook, "비밀 900101", "SHA256", key_bytes, 50),
            lock_agile::<sha2::Sha384>(&workbook, "비밀 900101", "SHA384", key_bytes, 50),
            lock_agile::<sha2::Sha512>(&workbook, "비밀 900101", "SHA-512", key_bytes, 50),
        ] {
            assert_eq!(rows(locked.clone(), Some("비밀 900101")), Ok(sample_rows()));
            assert_eq!(rows(locked.clone(), Some("900101")), Err(ReadError::WrongPassword));
            assert_eq!(rows(locked, None), Err(ReadError::Locked));
        }
    }
}

#[test]
fn unlocks_a_workbook_of_several_segments() {
    let sheet: String =
        (0..9000).map(|n: u64| format!("<row><c><v>{}</v></c></row>", n * n * 7919 % 1_000_003)).collect();
    let workbook = XlsxParts { sheet: &sheet, ..sample() }.build();
    assert!(workbook.len() > 3 * 4096);
    let locked = lock_agile::<sha2::Sha512>(&workbook, "x", "SHA512", 32, 1);
    let expected = rows(workbook, None);
    assert_eq!(expected.as_ref().map(Vec::len), Ok(9000));
    assert_eq!(rows(locked, Some("x")), expected);
}

#[test]
fn unlocks_standard_encryption() {
    let locked = lock_standard(&sample().build(), "900101");
    assert_eq!(rows(locked.clone(), Some("900101")), Ok(sample_rows()));
    assert_eq!(rows(locked, Some("900102")), Err(ReadError::WrongPassword));
}

#[test]
fn refuses_a_key_of_too_many_rounds_before_it_is_computed() {
    let info = "<encryption><keyData saltSize=\"16\" blockSize=\"16\" keyBits=\"128\" cipherAlgorithm=\"AES\" \
        cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA1\" saltValue=\"AA==\"/><encryptedKey \
        spinCount=\"10000001\" blockSize=\"16\" keyBits=\"128\" cipherAlgorithm=\"AES\" \
        cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA1\" saltValue=\"AA==\" \
        encryptedVerifierHashInput=\"\" encryptedVerifierHashValue=\"\" encryptedKeyValue=\"\"/></encryption>";
    let info = [b"\x04\0\x04\0\x40\0\0\0", info.as_bytes()].concat();
    let file = compound(&[("EncryptionInfo", &info), ("EncryptedPackage", &[0; 24])]);
    let error = ReadError::TooLarge {
        place: FilePlace::Part("EncryptionInfo".to_owned()),
        limit: ReadLimit::KeyRounds(10_000_000),
    };
    assert_eq!(rows(file, Some("x")), Err(error));
}

#[test]
fn says_that_a_locked_workbook_is_damaged() {
    let mut locked = lock_agile::<sha2::Sha512>(&sample().build(), "x", "SHA512", 32, 1);
    // The package stands behind the header and the first stream.
    let place = 512
        + locked[512..]
            .windows(8)
            .position(|size| size == (sample().build().len() as u64).to_le_bytes())
            .unwrap();
    locked[place + 1000] ^= 1;
    let damaged = FilePlace::Part("EncryptedPackage".to_owned());
    assert!(matches!(rows(locked, Some("x")), Err(ReadError::Damaged { place, .. }) if place == damaged));
}

/// Returns the shared strings of an XLS workbook in one record and one that continues it after `split` bytes;
/// a text that is cut there begins anew with its flags.
fn shared_strings(texts: &[&str]) -> Vec<Vec<u8>> {
    let mut data = [texts.len() as u32; 2].map(u32::to_le_bytes).concat();
    data.extend(texts.iter().flat_map(|text| biff_text(text)));
    vec![record(0x00fc, &data)]
}

fn double(number: &str) -> [u8; 8] {
    #[expect(clippy::disallowed_types, reason = "the stored form of a number in XLS")]
    number.parse::<f64>().unwrap().to_le_bytes()
}

fn sample_xls() -> Vec<u8> {
    let format = [&164_u16.to_le_bytes()[..], &biff_text("yyyy-mm-dd hh:mm")].concat();
    let xf = |format: u16| record(0x00e0, &[&[0, 0][..], &format.to_le_bytes(), &[0; 16]].concat());
    let mut globals = vec![record(0x041e, &format), xf(0), xf(164), xf(14)];
    globals.extend(shared_strings(&["거래일시", "Memo é", " "]));
    let rk = |number: i32, divided: bool| ((number << 2) | 2 | i32::from(divided)).to_le_bytes();
    let formula = |result: [u8; 8]| [&result[..], &[0; 8]].concat();
    let mut mul_rk = [1_u16, 3].map(u16::to_le_bytes).concat();
    for number in [rk(-6800, false), rk(1999, true)] {
        mul_rk.extend([0, 0]);
        mul_rk.extend(number);
    }
    mul_rk.extend(4_u16.to_le_bytes());
    let rk_double = (u32::from_le_bytes(double("0.5")[4..].try_into().unwrap()) & !3).to_le_bytes();
    xls(
        &globals,
        &[
            // The rows of a sheet need not stand in order.
            record(0x00fd, &cell(1, 0, 0, &1_u32.to_le_bytes())),
            record(0x0203, &cell(1, 1, 1, &double("46246.355381944445"))),
            record(0x027e, &cell(1, 2, 2, &rk(46_246, false))),
            record(0x00bd, &mul_rk),
            record(0x027e, &cell(1, 5, 0, &rk_double)),
            record(0x0205, &cell(1, 6, 0, &[1, 0])),
            record(0x0205, &cell(1, 7, 0, &[0x2a, 1])),
            record(0x0006, &cell(1, 8, 0, &formula(double("0.30000000000000004")))),
            record(0x0006, &cell(1, 9, 0, &formula([0, 0, 0, 0, 0, 0, 0xff, 0xff]))),
            record(0x04bc, &[0; 10]),
            record(0x0207, &biff_text("계산")),
            record(0x0006, &cell(1, 10, 0, &formula([1, 0, 0, 0, 0, 0, 0xff, 0xff]))),
            record(0x0204, &cell(1, 11, 0, &biff_text("옛 글"))),
            record(0x0201, &cell(1, 12, 0, &[])),
            record(0x0809, &[0, 6, 0x20, 0, 0, 0, 0, 0]),
            record(0x0203, &cell(9, 9, 0, &double("1"))),
            record(0x000a, &[]),
            record(0x00fd, &cell(0, 1, 0, &0_u32.to_le_bytes())),
            record(0x00fd, &cell(0, 2, 0, &2_u32.to_le_bytes())),
        ],
    )
}

#[test]
fn reads_every_kind_of_cell_of_an_xls() {
    let expected = vec![
        row(1, &[SheetCell::Empty, text("거래일시")]),
        row(
            2,
            &[
                text("Memo é"),
                moment("2026-08-12T08:31:45"),
                moment("2026-08-12"),
                number("-6800"),
                number("19.99"),
                number("0.5"),
                text("TRUE"),
                text("#N/A"),
                number("0.3"),
                text("계산"),
                text("FALSE"),
                text("옛 글"),
            ],
        ),
    ];
    assert_eq!(rows(sample_xls(), None), Ok(expected));
    let book = Workbook::open(sample_xls(), None).unwrap();
    assert_eq!((book.form(), book.sheets()), (FileForm::Xls, &["거래내역".to_owned()][..]));
}

#[test]
fn reads_texts_of_an_xls_over_the_ends_of_records() {
    // "가나다" cut after "가": the rest begins with flags of its own, here of 8 bits.
    let mut first = [1_u32, 1].map(u32::to_le_bytes).concat();
    first.extend([5, 0, 1]);
    first.extend("가나".encode_utf16().flat_map(u16::to_le_bytes));
    // Cut before the first character, too.
    let globals = [record(0x00fc, &first), record(0x003c, b"\0abc")];
    let cells = [record(0x00fd, &cell(0, 0, 0, &0_u32.to_le_bytes()))];
    assert_eq!(rows(xls(&globals, &cells), None), Ok(vec![row(1, &[text("가나abc")])]));
    let globals = [record(0x00fc, &first[..11]), record(0x003c, b"\0abcde")];
    assert_eq!(rows(xls(&globals, &cells), None), Ok(vec![row(1, &[text("abcde")])]));
}

#[test]
fn refuses_an_xls_that_is_damaged_or_locked() {
    let with = |globals: &[Vec<u8>], cells: &[Vec<u8>]| rows(xls(globals, cells), None);
    let at = |cell: &str| FilePlace::Cell { sheet: "거래내역".to_owned(), cell: cell.to_owned() };
    for (cells, place) in [
        (vec![record(0x00fd, &cell(0, 1, 0, &9_u32.to_le_bytes()))], at("B1")),
        (vec![record(0x0203, &cell(0, 1, 0, &[0, 0, 0, 0, 0, 0, 0xf0, 0x7f]))], at("B1")),
        (vec![record(0x0203, &cell(0, 1, 0, &[0; 4]))], at("B1")),
        (vec![record(0x0203, &cell(2, 0, 0, &[0; 8])), record(0x027e, &cell(2, 0, 0, &[2; 4]))], at("A3")),
        (vec![record(0x0204, &cell(0, 0, 0, &[9, 0, 0, b'a']))], at("A1")),
    ] {
        assert!(matches!(with(&[], &cells), Err(ReadError::Damaged { place: found, .. }) if found == place));
    }
    assert!(matches!(with(&[record(0x002f, &[0; 54])], &[]), Err(ReadError::Unsupported { .. })));
    let too_wide = [record(0x027e, &cell(0, 1024, 0, &[6, 0, 0, 0]))];
    assert!(matches!(with(&[], &too_wide), Err(ReadError::TooLarge { limit: ReadLimit::Columns(_), .. })));
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn reads_the_texts_and_numbers_that_a_workbook_holds(
        cells in prop::collection::vec(prop::collection::vec(
            prop_oneof![
                Just(SheetCell::Empty),
                "[a-z가-힣<>&\"']([ a-z가-힣<>&_x0]{0,9}[a-z가-힣])?".prop_map(SheetCell::Text),
                (-1_000_000_000_i64..1_000_000_000).prop_map(|number| SheetCell::Number(number.to_string())),
            ], 0..6), 0..8),
    ) {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace("_x", "_x005F_x");
        let (mut sheet, mut strings, mut count, mut expected) = (String::new(), String::new(), 0, Vec::new());
        let (mut records, mut texts) = (Vec::new(), Vec::new());
        for (line, cells) in cells.iter().enumerate() {
            sheet.push_str("<row>");
            for (column, cell_of) in cells.iter().enumerate() {
                let place = |rest: &[u8]| cell(line as u16, column as u16, 0, rest);
                match cell_of {
                    SheetCell::Text(text) => {
                        sheet.push_str(&format!("<c t=\"s\"><v>{count}</v></c>"));
                        strings.push_str(&format!("<si><t>{}</t></si>", escape(text)));
                        records.push(record(0x00fd, &place(&(count as u32).to_le_bytes())));
                        texts.push(text.as_str());
                        count += 1;
                    }
                    SheetCell::Number(number) => {
                        sheet.push_str(&format!("<c><v>{number}</v></c>"));
                        records.push(record(0x0203, &place(&double(number))));
                    }
                    _ => sheet.push_str("<c/>"),
                }
            }
            sheet.push_str("</row>");
            let filled = cells.iter().rposition(|cell| *cell != SheetCell::Empty).map_or(0, |last| last + 1);
            if filled > 0 {
                expected.push(row(line as u64 + 1, &cells[..filled]));
            }
        }
        let parts = XlsxParts { sheet: &sheet, strings: &strings, ..XlsxParts::default() };
        prop_assert_eq!(rows(parts.build(), None), Ok(expected.clone()));
        prop_assert_eq!(rows(xls(&shared_strings(&texts), &records), None), Ok(expected));
    }
}
