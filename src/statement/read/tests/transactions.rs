//! OFX, QIF and messages.

use super::super::messages::{TextMessage, split};
use super::super::ofx::{self, OfxStatement, Transaction};
use super::super::{Encoding, FilePlace, ReadError, ReadLimit, qif};
use super::config;
use proptest::prelude::*;

const SGML: &str = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n\
    <OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>20260812</SONRS></SIGNONMSGSRSV1>\n\
    <BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR\n<BANKACCTFROM><BANKID>1<ACCTID>12 34</BANKACCTFROM>\n\
    <BANKTRANLIST><DTSTART>20260801\n<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260812083145.000[+9:KST]<TRNAMT>-1234,50\n\
    <FITID>F1<NAME>A &amp;amp; B</NAME><MEMO>caf\u{e9} \n</STMTTRN>\n\
    <STMTTRN><DTPOSTED>202608120831<TRNAMT>+5.00<FITID>F2<PAYEE><NAME>Shop</PAYEE>\
    <BANKACCTTO><ACCTID>99</BANKACCTTO><CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY></STMTTRN>\n\
    <STMTTRN><DTPOSTED>20260230<TRNAMT>1.234,50<FITID>F3</STMTTRN></BANKTRANLIST>\n\
    <LEDGERBAL><BALAMT>-0,50<DTASOF>20260831</LEDGERBAL><AVAILBAL><BALAMT>9<DTASOF>20260901</AVAILBAL>\
    </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n";

fn text(text: &str) -> String {
    text.to_owned()
}

fn sample_statement() -> OfxStatement {
    OfxStatement {
        line: 8,
        account_id: text("12 34"),
        currency: text("EUR"),
        transactions: vec![
            Transaction {
                line: 11,
                fitid: text("F1"),
                amount: text("-1234.50"),
                posted: text("2026-08-12T08:31:45"),
                name: text("A &amp; B"),
                memo: text("café"),
                kind: text("DEBIT"),
                currency: String::new(),
            },
            Transaction {
                line: 14,
                fitid: text("F2"),
                amount: text("5.00"),
                posted: text("2026-08-12T08:31:00"),
                name: text("Shop"),
                currency: text("USD"),
                ..Transaction::default()
            },
            Transaction {
                line: 15,
                fitid: text("F3"),
                amount: text("1.234,50"),
                posted: text("20260230"),
                ..Transaction::default()
            },
        ],
        ledger_balance: Some((text("-0.50"), text("2026-08-31"))),
    }
}

#[test]
fn reads_ofx_in_the_encoding_that_it_is_in() {
    assert_eq!(ofx::parse(SGML.as_bytes()), Ok(vec![sample_statement()]));
    let latin: Vec<u8> = SGML.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(ofx::parse(&latin), Ok(vec![sample_statement()]));
    let marked = format!("\u{feff}{SGML}");
    assert_eq!(ofx::parse(marked.as_bytes()), Ok(vec![sample_statement()]));
    let korean = SGML.replace("1252", "949").replace("caf\u{e9}", "쩔뷁");
    let (bytes, ..) = Encoding::for_label("cp949").unwrap().0.encode(&korean);
    assert_eq!(ofx::parse(&bytes).unwrap()[0].transactions[0].memo, "쩔뷁");
    let undeclared = [b"<OFX><STMTRS><ACCTID>\xe9".as_slice(), b"</STMTRS></OFX>"].concat();
    assert!(matches!(
        ofx::parse(&undeclared),
        Err(ReadError::Undecodable { encoding: "UTF-8", line: 1, offset: 21 })
    ));
}

#[test]
fn reads_ofx_with_end_tags_and_without_values() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\"?>\n<OFX><CREDITCARDMSGSRSV1>\
        <CCSTMTTRNRS><CCSTMTRS><CURDEF>USD</CURDEF><CCACCTFROM><ACCTID>4</ACCTID></CCACCTFROM><BANKTRANLIST>\
        <STMTTRN><FITID/><TRNAMT></TRNAMT><NAME><![CDATA[A & &lt;B]]></NAME></STMTTRN></BANKTRANLIST>\
        <LEDGERBAL><BALAMT></BALAMT><DTASOF>20260831</DTASOF></LEDGERBAL></CCSTMTRS></CCSTMTTRNRS>\
        <CCSTMTTRNRS><CCSTMTRS></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>";
    let statements = ofx::parse(xml.as_bytes()).unwrap();
    assert_eq!(statements.len(), 2);
    let first = &statements[0];
    assert_eq!((first.account_id.as_str(), first.ledger_balance.as_ref()), ("4", None));
    assert_eq!(
        first.transactions,
        [Transaction { line: 3, name: text("A & &lt;B"), ..Transaction::default() }]
    );
}

#[test]
fn refuses_ofx_that_is_cut_off() {
    let end = SGML.rfind("</OFX>").unwrap();
    for length in SGML.find("<OFX>").unwrap()..=end + 5 {
        let Some(head) = SGML.get(..length) else { continue };
        assert!(matches!(ofx::parse(head.as_bytes()), Err(ReadError::Damaged { .. })), "{head}");
    }
    let at = |line| FilePlace::Line(line);
    for (file, place) in [
        ("<OFX>\n<STMTRS>\n<STMTTRN>\n<STMTTRN>", at(3)),
        ("<OFX>\n<STMTRS>\n<STMTTRN>\n</STMTRS></OFX>", at(3)),
        ("<OFX>\n<STMTRS>\n<STMTRS>", at(2)),
        ("<OFX>\n<STMTRS>\n</STMTTRN>", at(3)),
        ("<OFX>\n<STMTRS>\n</OFX>", at(2)),
        ("OFXHEADER:100", FilePlace::File),
        ("", FilePlace::File),
    ] {
        assert!(
            matches!(ofx::parse(file.as_bytes()), Err(ReadError::Damaged { place: found, .. }) if found == place),
            "{file}"
        );
    }
}

#[test]
fn reads_qif_of_banks_cash_and_cards() {
    let file = "!Option:AutoSwitch\r\n!Account\r\nNChecking\r\nTBank\r\n^\r\n!Type:bank \r\nD12/19'18\r\nT-1,025.00\r\n\
        U-1,025.00\r\nPCOUNTY WASTE\r\nMmemo\r\nLUtilities\r\nN123\r\n^\r\n\r\nD1/ 5/19\r\nU5.00\r\nL[Savings]\r\n\
        SFood\r\n$5.00\r\n^\r\n!Type:Cat\r\nNFood\r\nE\r\n^\r\n!Type:CCard\r\nD2026-08-12\r\nT0\r\n^\r\n";
    let record = |line, kind: &str, date: &str, amount: &str| qif::QifRecord {
        line,
        kind: text(kind),
        date: text(date),
        amount: text(amount),
        ..qif::QifRecord::default()
    };
    let expected = vec![
        qif::QifRecord {
            payee: text("COUNTY WASTE"),
            memo: text("memo"),
            category: text("Utilities"),
            ..record(7, "Bank", "12/19/18", "-1,025.00")
        },
        qif::QifRecord { category: text("[Savings]"), ..record(16, "Bank", "1/5/19", "5.00") },
        record(27, "CCard", "2026-08-12", "0"),
    ];
    assert_eq!(qif::parse(file), Ok(expected));
    assert_eq!(qif::parse("!Type:Cash\n"), Ok(Vec::new()));
}

#[test]
fn refuses_qif_that_is_cut_off_or_of_another_kind() {
    for (file, line) in
        [("D1/1/26\n^", 1), ("!Type:Bank\nD1/1/26\nT5", 2), ("!Type:Bank\n\nD1/1/26\n!Type:Cat\n^", 3)]
    {
        assert!(
            matches!(qif::parse(file), Err(ReadError::Damaged { place: FilePlace::Line(found), .. }) if found == line),
            "{file}"
        );
    }
    assert!(matches!(qif::parse("!Type:Invst\nD1/1/26\n^"), Err(ReadError::Unsupported { .. })));
}

fn messages(text: &str) -> Vec<(u64, String)> {
    let messages = split(text, |line| line.starts_with("[KB]"), |line| line == "----").unwrap();
    messages.into_iter().map(|TextMessage { line, text }| (line, text)).collect()
}

#[test]
fn splits_messages_at_separators_and_starts() {
    assert_eq!(
        messages("before \r\n\r\n----\r\n\r\na\r\n\r\nb\u{3000}\r\n----\n[KB]c\n d\n[KB]e\n\n----\n----\n"),
        [(1, text("before")), (5, text("a\n\nb")), (9, text("[KB]c\n d")), (11, text("[KB]e"))]
    );
    assert_eq!(messages(""), []);
    assert_eq!(messages(" \n----"), []);
    let error = ReadError::TooLarge { place: FilePlace::File, limit: ReadLimit::FileBytes(16 << 20) };
    assert_eq!(split(&"a".repeat((16 << 20) + 1), |_| false, |_| false), Err(error));
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn messages_hold_every_line_but_separators_and_blank_ends(
        lines in prop::collection::vec("----|\\[KB\\][a-z]{0,3}|[a-z가 ]{0,4}", 0..12),
    ) {
        let found = messages(&lines.join("\n"));
        for (line, message) in &found {
            let first = *line as usize - 1;
            let expected: Vec<&str> = lines[first..].iter().take(message.split('\n').count()).map(|line| line.trim_end()).collect();
            prop_assert_eq!(message, &expected.join("\n"));
        }
        let held = |lines: &[&str]| lines.iter().filter(|line| !line.is_empty()).count();
        let read: usize = found.iter().map(|(_, message)| held(&message.split('\n').collect::<Vec<_>>())).sum();
        let all: Vec<&str> = lines.iter().map(|line| line.trim_end()).filter(|line| *line != "----").collect();
        prop_assert_eq!(read, held(&all));
    }

    #[test]
    fn reads_the_transactions_that_ofx_holds(
        transactions in prop::collection::vec(("[A-Z0-9]{1,9}", -99_999_i64..99_999, "[a-z가-힣&<>']([a-z&; ]{0,9}[a-z;])?", 1_u32..=28), 0..6),
        has_end_tags: bool,
    ) {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let element = |name: &str, value: &str| {
            if has_end_tags { format!("<{name}>{value}</{name}>\n") } else { format!("<{name}>{value}\n") }
        };
        let body: String = transactions.iter().map(|(id, amount, name, day)| {
            format!("<STMTTRN>{}{}{}{}</STMTTRN>",
                element("FITID", id), element("TRNAMT", &amount.to_string()), element("NAME", &escape(name)), element("DTPOSTED", &format!("202602{day:02}")))
        }).collect();
        let file = format!("<OFX><STMTRS>{body}</STMTRS></OFX>");
        let statements = ofx::parse(file.as_bytes()).unwrap();
        let read: Vec<_> = statements[0].transactions.iter().map(|t| (t.fitid.clone(), t.amount.clone(), t.name.clone(), t.posted.clone())).collect();
        let expected: Vec<_> = transactions.iter().map(|(id, amount, name, day)| (id.clone(), amount.to_string(), name.clone(), format!("2026-02-{day:02}"))).collect();
        prop_assert_eq!(read, expected);
    }
}
