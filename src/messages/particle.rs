//! Korean particles, whose form follows the sound before them.
//!
//! A Hangul syllable has a final consonant if `(c − 0xAC00) % 28` is not 0; ㄹ takes 로. Digits and
//! short words in capitals count as they are read aloud, other Latin words by their final sound. A last
//! part in brackets and quotes are not read.

/// The sound at the end of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Vowel,
    /// The consonant ㄹ.
    Rieul,
    Consonant,
}

/// Returns the word with 은 or 는.
pub fn topic(word: &str) -> String {
    with(word, "은", "는")
}

/// Returns the word with 이 or 가.
pub fn subject(word: &str) -> String {
    with(word, "이", "가")
}

/// Returns the word with 을 or 를.
pub fn object(word: &str) -> String {
    with(word, "을", "를")
}

/// Returns the word with 과 or 와.
pub fn and(word: &str) -> String {
    with(word, "과", "와")
}

/// Returns the word with 으로 or 로.
pub fn toward(word: &str) -> String {
    format!("{word}{}", if ending(word) == Ending::Consonant { "으로" } else { "로" })
}

/// Returns the word with 이라 or 라, as in `이라는`.
pub fn called(word: &str) -> String {
    with(word, "이라", "라")
}

fn with(word: &str, after_consonant: &str, after_vowel: &str) -> String {
    format!("{word}{}", if ending(word) == Ending::Vowel { after_vowel } else { after_consonant })
}

/// Returns the sound at the end of a word; a vowel where nothing is read.
fn ending(word: &str) -> Ending {
    let read = spoken(word);
    let Some(last) = read.chars().last() else { return Ending::Vowel };
    match last {
        '가'..='힣' => match (u32::from(last) - 0xac00) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        '0'..='9' => number_ending(read),
        'a'..='z' | 'A'..='Z' => latin_ending(read),
        '%' => Ending::Vowel,
        _ => Ending::Vowel,
    }
}

/// Returns the part of a word that is read at its end: without quotes, marks and a last bracket.
fn spoken(word: &str) -> &str {
    let mut word = word;
    loop {
        let before = word;
        word = word.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | ']' | '%'));
        for (open, close) in [('(', ')'), ('[', ']')] {
            if word.ends_with(close) {
                word = match word.rfind(open) {
                    Some(at) if at > 0 => &word[..at],
                    _ => word.trim_end_matches(close).trim_start_matches(open),
                };
            }
        }
        if word == before {
            return word;
        }
    }
}

/// Returns how a number ends: by its last digit, or where that is 0, by the word for its size.
fn number_ending(word: &str) -> Ending {
    let digits: Vec<char> = word.chars().rev().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    let digits: Vec<char> = digits.into_iter().filter(char::is_ascii_digit).collect();
    let is_decimal = word.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with('.');
    let zeros = digits.iter().take_while(|digit| **digit == '0').count();
    match digits.first() {
        // 영, 일, 삼, 육, 칠 and 팔 end in a consonant.
        Some('1' | '7' | '8') => Ending::Rieul,
        Some('3' | '6') => Ending::Consonant,
        Some('0') if is_decimal || zeros == digits.len() => Ending::Consonant,
        // 십, 백, 천, 만, 억; 조 is open.
        Some('0') if (12..16).contains(&zeros) => Ending::Vowel,
        Some('0') => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

/// Returns how a Latin word ends as Koreans read it.
fn latin_ending(word: &str) -> Ending {
    let start = word
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| at + word[at..].chars().next().map_or(1, char::len_utf8));
    let word = &word[start..];
    let lower = word.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let has_vowel = bytes.iter().any(|b| b"aeiou".contains(b));
    // Short words in capitals are spelled; LINE and PASS are read as words.
    if word.bytes().all(|b| b.is_ascii_uppercase()) && (word.len() <= 3 || (word.len() == 4 && !has_vowel)) {
        return match bytes.last() {
            Some(b'l' | b'r') => Ending::Rieul,
            Some(b'm' | b'n') => Ending::Consonant,
            _ => Ending::Vowel,
        };
    }
    // A silent e is not read: Apple, LINE, Gate.
    let bytes = match bytes {
        [rest @ .., b'e'] if rest.iter().any(|b| b"aeiouy".contains(b)) => rest,
        bytes => bytes,
    };
    let had_silent_e = bytes.len() < lower.len();
    match bytes {
        [.., b'l'] => Ending::Rieul,
        [.., b'm' | b'n'] | [.., b'n', b'g'] => Ending::Consonant,
        // p, t, k and c close a short syllable: Cash App, bank; before a silent e they are read open.
        [.., before, b'p' | b't' | b'k' | b'c'] if !had_silent_e && b"aeiou".contains(before) => {
            Ending::Consonant
        }
        [.., b'c' | b'k', b'k'] | [.., b'p', b'p'] | [.., b't', b't'] if !had_silent_e => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_follow_the_sound_before_them() {
        for (word, wanted) in [
            ("카카오페이", "카카오페이는"),
            ("토스머니", "토스머니는"),
            ("지갑", "지갑은"),
            ("서울", "서울은"),
            ("토스(Toss)", "토스(Toss)는"),
            ("'국민'", "'국민'은"),
            ("PayPal", "PayPal은"),
            ("Cash App", "Cash App은"),
            ("Amazon", "Amazon은"),
            ("Venmo", "Venmo는"),
            ("bank", "bank는"),
            ("Apple", "Apple은"),
            ("LINE", "LINE은"),
            ("Line", "Line은"),
            ("SKT", "SKT는"),
            ("KB", "KB는"),
            ("CGM", "CGM은"),
            ("4,500", "4,500은"),
            ("12", "12는"),
            ("13", "13은"),
            ("1.50", "1.50은"),
            ("0", "0은"),
            ("1,000,000,000,000", "1,000,000,000,000는"),
            ("5 %", "5 %는"),
            ("", "는"),
        ] {
            assert_eq!(topic(word), wanted);
        }
    }

    #[test]
    fn rieul_takes_ro() {
        for (word, wanted) in [
            ("서울", "서울로"),
            ("지갑", "지갑으로"),
            ("토스", "토스로"),
            ("PayPal", "PayPal로"),
            ("1", "1로"),
            ("3", "3으로"),
            ("500", "500으로"),
        ] {
            assert_eq!(toward(word), wanted);
        }
    }

    #[test]
    fn each_particle_has_its_two_forms() {
        assert_eq!((subject("지갑"), subject("카드")), ("지갑이".into(), "카드가".into()));
        assert_eq!((object("지갑"), object("카드")), ("지갑을".into(), "카드를".into()));
        assert_eq!((and("지갑"), and("카드")), ("지갑과".into(), "카드와".into()));
        assert_eq!((called("지갑"), called("카드")), ("지갑이라".into(), "카드라".into()));
    }
}
