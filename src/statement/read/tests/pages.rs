//! Tables of web pages.

use super::super::markup::push_decoded;
use super::super::{Encoding, ReadError, ReadLimit, SheetCell, html_encoding, html_tables};
use super::config;
use proptest::prelude::*;

/// Returns the texts of the tables of a page, by row.
fn tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let texts = |cells: Vec<SheetCell>| cells.iter().map(|cell| cell.text().to_owned()).collect();
    let tables = html_tables(page).unwrap().into_iter();
    tables.map(|rows| rows.into_iter().map(|row| texts(row.cells)).collect()).collect()
}

fn table(page: &str) -> Vec<Vec<String>> {
    let mut tables = tables(page);
    assert_eq!(tables.len(), 1, "{page}");
    tables.remove(0)
}

#[test]
fn reads_tables_as_browsers_show_them() {
    assert_eq!(
        table(
            "<html><TABLE><tr><TD class=x>a\n  b</td><th>&nbsp;c&#44;<br>d</TH><tr><td>e<td><b>f</b>g</table>"
        ),
        [vec!["a b", "c,\nd"], vec!["e", "fg"]]
    );
    assert_eq!(table("<table><td>a</td><!-- <td>b</td> --><td title='>'>c</td></table>"), [["a", "c"]]);
    assert_eq!(
        table("<table><tr><td>1 < 2 & 3</td><td><![CDATA[&amp;<b>]]></td></table>"),
        [["1 < 2 & 3", "&amp;<b>"]]
    );
    assert_eq!(
        table(
            "<table><style>td { content: \"<td>\" }</style><script>if (a</b) {}</script><td>a</td></table>"
        ),
        [["a"]]
    );
    assert_eq!(table("outside<table>outside<tr>outside<td>in</td>outside</tr></table>"), [["in"]]);
    assert_eq!(table("<table><tr></tr><tr><td> </td></tr></table>"), [[""; 0]; 0]);
    assert_eq!(table("<table><tr><td>cut"), [["cut"]]);
}

#[test]
fn decodes_entities_once() {
    for (text, decoded) in [
        ("&amp;lt;", "&lt;"),
        ("&lt;&gt;&quot;&apos;&#39;&#x41;&#X41;", "<>\"''AA"),
        (
            "a & b &; &unknown; &#0; &#xd800; &#99999999999; &amp",
            "a & b &; &unknown; &#0; &#xd800; &#99999999999; &amp",
        ),
        ("&#8361;1&nbsp;&#xac00;&", "₩1\u{a0}가&"),
        ("&가나다라마바사;", "&가나다라마바사;"),
    ] {
        let mut found = String::new();
        push_decoded(text, &mut found);
        assert_eq!(found, decoded, "{text}");
    }
}

#[test]
fn keeps_tables_within_tables_apart() {
    assert_eq!(
        tables(
            "<table><tr><td>menu<table><tr><td>a</td></tr></table>more</td></tr></table><table><td>b</table>"
        ),
        [[["menumore"]], [["a"]], [["b"]]]
    );
}

#[test]
fn places_cells_that_span_columns_and_rows() {
    assert_eq!(
        table(
            "<table><tr><th rowspan=2>일시</th><th colspan=\"2\">금액</th><th rowspan='2'>메모</th></tr>\
             <tr><th>출금</th><th>입금</th></tr><tr><td>1</td><td>2</td><td>3</td><td>4</td></tr></table>"
        ),
        [vec!["일시", "금액", "", "메모"], vec!["일시", "출금", "입금", "메모"], vec!["1", "2", "3", "4"]]
    );
    assert_eq!(
        table("<table><tr><td>a<td rowspan=3>b<tr><td>c<tr><td>d<td>e<tr><td>f</table>"),
        [vec!["a", "b"], vec!["c", "b"], vec!["d", "b", "e"], vec!["f"]]
    );
    assert_eq!(
        table("<table><tr><td colspan=3>a<td>b<tr><td colspan=0 rowspan=-1>c</table>"),
        [vec!["a", "", "", "b"], vec!["c"]]
    );
}

#[test]
fn counts_lines_and_limits_rows() {
    let page = "<table>\n<tr>\n<td>a</td>\n</tr>\n<!--\n--><tr><td\n>b</td></tr></table>";
    let lines: Vec<u64> = html_tables(page).unwrap()[0].iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 6]);
    let limit = |page: &str| match html_tables(page) {
        Err(ReadError::TooLarge { limit, .. }) => limit,
        other => panic!("{other:?}"),
    };
    assert!(matches!(limit(&format!("<table><td>{}", "a".repeat((1 << 20) + 1))), ReadLimit::RowBytes(_)));
    assert!(matches!(limit("<table><td colspan=1025>a"), ReadLimit::Columns(1024)));
    assert!(matches!(limit(&format!("<table>{}", "<td>a".repeat(1025))), ReadLimit::Columns(1024)));
    let spanning =
        format!("<table><tr><td rowspan=65534>{}{}", "a".repeat(1 << 19), "<tr><td>b".repeat(2000));
    assert!(matches!(limit(&spanning), ReadLimit::UnpackedBytes(_)));
}

#[test]
fn reads_the_encoding_that_a_page_declares() {
    for (head, name) in [
        ("<meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\">", Some("EUC-KR")),
        ("<META CHARSET='UTF-8'/>", Some("UTF-8")),
        ("<meta charset=ks_c_5601-1987>", Some("EUC-KR")),
        ("<meta charset=utf-16>", Some("UTF-8")),
        ("<meta charset=nonsense>", None),
        ("charset", None),
        ("", None),
    ] {
        assert_eq!(html_encoding(head.as_bytes()).map(Encoding::name), name, "{head}");
    }
}

#[test]
fn takes_no_longer_than_a_page_is_long() {
    // Each of these would take minutes if a reader began anew at every mark.
    for piece in [
        "<a",
        "<a \"",
        "<!--",
        "<![CDATA[",
        "<",
        "</",
        "</a",
        "&",
        "&#",
        "<table>",
        "<td>",
        "<script>",
        "<td a=\"",
        "<td a",
    ] {
        let _ = html_tables(&format!("<table><tr>{}", piece.repeat(100_000)));
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn reads_the_texts_that_a_page_holds(
        rows in prop::collection::vec(prop::collection::vec("[a-z가-힣<>&\"'0-9,]([a-z가-힣<>&; ]{0,9}[a-z가-힣;])?", 1..5), 0..6),
    ) {
        let escape = |text: &String| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let folded = |text: &String| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let cells = |row: &Vec<String>| row.iter().map(|text| format!("<td>{}</td>", escape(text))).collect::<String>();
        let body: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row))).collect();
        let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(folded).collect()).collect();
        prop_assert_eq!(table(&format!("<table>{body}</table>")), expected);
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn no_page_makes_the_reader_fail(
        pieces in prop::collection::vec(
            "<(/?(table|tr|td|th|br|script|a)( (rowspan|colspan|x)=[\"']?[0-9]{0,5}[\"']?)?/?>?|!--|!\\[CDATA\\[)|-->|\\]\\]>|&[a-z#0-9]{0,6};?|[<>&\"'/= ]|\\PC{0,3}",
            0..40),
    ) {
        let page = pieces.concat();
        let _ = html_encoding(page.as_bytes());
        for rows in html_tables(&page).unwrap_or_default() {
            prop_assert!(rows.is_sorted_by(|one, next| one.line <= next.line));
            prop_assert!(rows.iter().all(|row| row.cells.last().is_some_and(|cell| *cell != SheetCell::Empty)));
        }
    }
}
