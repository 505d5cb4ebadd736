//! Texts from outside: which are stored, and how any text is shown.
//!
//! A stored text is in NFC, trimmed, not empty, of bounded length, and holds no character that
//! nobody can see or that changes how the text around it reads. What a ledger or a file of another
//! program holds all the same is escaped when it is shown.

use std::borrow::Cow;
use std::fmt::Write;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The largest number of characters of a stored text.
pub const TEXT_MAX: usize = 1_000;
/// The largest number of characters of an account's name, which stands in every row of a table.
pub const NAME_MAX: usize = 100;

/// Why a text is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Nothing is left after trimming.
    Empty,
    /// It has more characters than this.
    TooLong(usize),
    /// It holds this character, which cannot be seen.
    Invisible(char),
}

/// Returns a text as it is stored: in NFC and trimmed.
///
/// # Errors
///
/// Returns an error for a text that is empty, longer than `max` characters, or holds a character
/// that does not print.
pub fn checked(text: &str, max: usize) -> Result<Cow<'_, str>, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if is_plain_ascii(text) {
        return if text.len() <= max { Ok(Cow::Borrowed(text)) } else { Err(TextError::TooLong(max)) };
    }
    // At most four characters of four bytes compose to one. A text as long as a file is refused at once.
    if text.len() > max * 16 {
        return Err(TextError::TooLong(max));
    }
    let text = nfc(text);
    if let Some((_, hidden)) = hidden(&text).next() {
        return Err(TextError::Invisible(hidden));
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    Ok(text)
}

/// Returns a text in NFC.
pub fn nfc(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Returns a text in the form in which texts are compared: in NFC, trimmed and case folded, without
/// the selectors that tell two ways of drawing one sign apart.
pub fn fold_case(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_folded = |letter| matches!(letter, ' '..='@' | '['..='~' | '가'..='힣' | '\u{4e00}'..='\u{9fff}');
    if text.chars().all(is_folded) {
        return Cow::Borrowed(text);
    }
    let text: String = text.chars().filter(|c| !matches!(*c, SELECT_TEXT | SELECT_EMOJI)).nfc().collect();
    Cow::Owned(caseless::default_case_fold_str(&text).nfc().collect())
}

/// Returns a text as people see it: every character that does not print as `\u{1b}`.
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    escaped(text, |out, hidden| {
        let _ = write!(out, "\\u{{{:x}}}", u32::from(hidden));
    })
}

/// Returns a JSON document of one line in which every character that does not print is a JSON
/// escape. Outside of its strings such a document holds plain ASCII only.
pub fn json_escaped(document: &str) -> Cow<'_, str> {
    escaped(document, |out, hidden| {
        for unit in hidden.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// Returns the text with what `escape` writes in place of every character that does not print.
fn escaped(text: &str, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if is_plain_ascii(text) {
        return Cow::Borrowed(text);
    }
    let mut found = hidden(text).peekable();
    if found.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for (at, hidden) in found {
        out.push_str(&text[from..at]);
        escape(&mut out, hidden);
        from = at + hidden.len_utf8();
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

fn is_plain_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The characters of a text that do not print, with where they stand.
///
/// Within a sequence of emoji the zero-width joiner and variation selectors print: they are what
/// makes 👨‍👩‍👧 one sign. Anywhere else they are as invisible as all others.
fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut letters = text.char_indices().peekable();
    let mut before = [' '; 2];
    std::iter::from_fn(move || {
        loop {
            let (at, letter) = letters.next()?;
            let next = letters.peek().map_or(' ', |(_, next)| *next);
            let joins = match letter {
                SELECT_TEXT | SELECT_EMOJI => {
                    let is_keycap = next == KEYCAP && matches!(before[1], '0'..='9' | '#' | '*');
                    is_keycap || is_emoji(before[1])
                }
                JOINER => {
                    let is_after_emoji =
                        is_emoji(before[1]) || before[1] == SELECT_EMOJI && is_emoji(before[0]);
                    is_after_emoji && is_emoji(next)
                }
                _ => false,
            };
            before = [before[1], letter];
            if !joins && is_hidden(letter) {
                return Some((at, letter));
            }
        }
    })
}

const JOINER: char = '\u{200d}';
const SELECT_TEXT: char = '\u{fe0e}';
const SELECT_EMOJI: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Whether a character shows nothing of its own, wherever it stands.
///
/// These are the controls, the separators of lines and paragraphs, what Unicode calls default
/// ignorable (Hangul fillers, zero-width, bidirectional and tag characters among them), the marks of
/// annotations, the blank of Braille, and what is no character at all.
fn is_hidden(letter: char) -> bool {
    match letter {
        // Nearly every text is written in these.
        ' '..='~' | '가'..='힣' | '\u{4e00}'..='\u{9fff}' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => letter.is_control() || u32::from(letter) & 0xfffe == 0xfffe,
    }
}

/// Whether a character is of a block whose signs are joined to emoji, or shown as one.
fn is_emoji(letter: char) -> bool {
    matches!(letter,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}'
        | '\u{24c2}'
        | '\u{25a0}'..='\u{27bf}'
        | '\u{2934}'..='\u{2935}'
        | '\u{2b00}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1faff}')
}

/// A name as a shell takes it.
pub fn quoted(name: &str) -> String {
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ',' | ':' | '@' | '%' | '+');
    if !name.is_empty() && name.chars().all(plain) {
        name.to_string()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

/// The name of an account as a shell takes it and no command takes for an option: blanks around a name do
/// not count.
pub fn quoted_name(name: &str) -> String {
    if name.starts_with('-') { quoted(&format!(" {name}")) } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_stored_in_nfc_and_trimmed() {
        assert_eq!(checked("  용돈 💰 ", NAME_MAX).as_deref(), Ok("용돈 💰"));
        let decomposed: String = "카카오".nfd().collect();
        assert_eq!(checked(&decomposed, NAME_MAX).as_deref(), Ok("카카오"));
        for text in ["", "  ", "\u{3000}", "\u{a0}\u{2003}"] {
            assert_eq!(checked(text, NAME_MAX), Err(TextError::Empty), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_measured_in_characters_as_it_is_stored() {
        for letter in ["x", "가", "é", "💰"] {
            assert!(checked(&letter.repeat(100), 100).is_ok());
            assert_eq!(checked(&letter.repeat(101), 100), Err(TextError::TooLong(100)), "{letter}");
        }
        let decomposed: String = "각".repeat(100).nfd().collect();
        assert_eq!(decomposed.chars().count(), 300);
        assert!(checked(&decomposed, 100).is_ok());
    }

    #[test]
    fn refuses_what_nobody_can_see() {
        for hidden in [
            '\0',
            '\u{7}',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0e}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffe}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{10ffff}',
        ] {
            let text = format!("a{hidden}b");
            assert_eq!(checked(&text, TEXT_MAX), Err(TextError::Invisible(hidden)), "{hidden:?}");
            assert_eq!(escape_controls(&text), format!("a\\u{{{:x}}}b", u32::from(hidden)));
        }
    }

    #[test]
    fn what_joins_emoji_prints_between_them_only() {
        for text in ["👨‍👩‍👧‍👦", "❤️", "❤️‍🔥", "🏃🏽‍♀️ 적금", "🏴‍☠️", "🐦‍⬛", "1️⃣ 지갑", "©️", "🇰🇷", "👁️‍🗨️"]
        {
            assert_eq!(checked(text, NAME_MAX).as_deref(), Ok(text));
            assert_eq!(escape_controls(text), text);
        }
        for (text, hidden) in [
            ("👨\u{200d}", '\u{200d}'),
            ("\u{200d}👨", '\u{200d}'),
            ("👨\u{200d}a", '\u{200d}'),
            ("a\u{200d}👨", '\u{200d}'),
            ("👨\u{200d}\u{200d}👩", '\u{200d}'),
            ("❤\u{fe0f}\u{fe0f}", '\u{fe0f}'),
            ("a\u{fe0f}", '\u{fe0f}'),
            ("1\u{fe0f}", '\u{fe0f}'),
            ("가\u{fe00}", '\u{fe00}'),
        ] {
            assert_eq!(checked(text, NAME_MAX), Err(TextError::Invisible(hidden)), "{text:?}");
        }
    }

    #[test]
    fn texts_of_one_name_are_folded_to_one() {
        for (one, other) in [
            ("CAFÉ", "cafe\u{301}"),
            ("STRASSE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("КОФЕ", "кофе"),
            ("ＣＡＦＥ", "ｃａｆｅ"),
            ("❤️", " ❤ "),
            ("카카오", "카카오"),
        ] {
            assert_eq!(fold_case(one), fold_case(other), "{one} {other}");
        }
        assert!(matches!(fold_case(" food 가 "), Cow::Borrowed("food 가")));
        assert_ne!(fold_case("가"), fold_case("각"));
    }

    #[test]
    fn what_is_shown_holds_nothing_hidden() {
        assert_eq!(escape_controls("\u{1b}[31mred\u{202e}"), "\\u{1b}[31mred\\u{202e}");
        assert!(matches!(escape_controls("plain"), Cow::Borrowed(_)));
        assert!(matches!(escape_controls("가계부 é"), Cow::Borrowed(_)));
        for letter in (0..=0x2fff).chain(0xe0000..=0xe0fff).filter_map(char::from_u32) {
            let text = format!("x{letter}y👨{letter}👩");
            assert_eq!(hidden(&escape_controls(&text)).next(), None, "{letter:?}");
        }
    }

    #[test]
    fn a_json_document_says_the_same_with_escapes() {
        let document = "\"a\u{7f}\u{9b}\u{202e}\u{e0041}👨‍👩 가\"";
        assert_eq!(json_escaped(document), "\"a\\u007f\\u009b\\u202e\\udb40\\udc41👨‍👩 가\"");
    }
}
