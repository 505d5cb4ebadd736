//! Regular expressions of profiles: they search, are case-sensitive, and their classes are ASCII.

use regex::Regex;
use std::cell::RefCell;

/// An expression whose text is this long at most.
const PATTERN_LEN_MAX: usize = 4096;
/// The size of a compiled expression, which bounds the memory of a profile from a stranger.
const COMPILED_MAX: usize = 1 << 20;
/// Answers that are cached for one expression.
const ANSWERS_MAX: usize = 4096;
/// The longest value whose answer is cached.
const ANSWER_LEN_MAX: usize = 128;

/// A regular expression, possibly negated by `!` in front of it.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    negated: bool,
    answers: RefCell<foldhash::HashMap<String, bool>>,
}

impl Pattern {
    /// Compiles an expression that may be negated.
    pub fn negatable(text: &str) -> Result<Pattern, String> {
        let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        Ok(Pattern { regex: compile(text)?, negated, answers: RefCell::default() })
    }

    /// Compiles an expression.
    pub fn new(text: &str) -> Result<Pattern, String> {
        Ok(Pattern { regex: compile(text)?, negated: false, answers: RefCell::default() })
    }

    /// Returns the expression itself.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }

    /// Returns whether the value matches, or, of a negated pattern, does not. The answer is kept for each
    /// distinct value: a column of a statement has few.
    pub fn matches(&self, value: &str) -> bool {
        if value.len() > ANSWER_LEN_MAX {
            return self.regex.is_match(value) != self.negated;
        }
        if let Some(answer) = self.answers.borrow().get(value) {
            return *answer;
        }
        let answer = self.regex.is_match(value) != self.negated;
        let mut answers = self.answers.borrow_mut();
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(value.to_string(), answer);
        answer
    }

    /// Returns whether a match gives values by named groups.
    pub fn has_groups(&self) -> bool {
        !self.negated && self.regex.capture_names().flatten().next().is_some()
    }

    /// Returns the names of its groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }
}

/// Compiles an expression in the language of profiles.
pub fn compile(text: &str) -> Result<Regex, String> {
    if text.len() > PATTERN_LEN_MAX {
        return Err(format!("longer than {PATTERN_LEN_MAX} bytes"));
    }
    let mut builder = regex::RegexBuilder::new(&with_ascii_classes(text)?);
    builder.size_limit(COMPILED_MAX).build().map_err(|error| match error {
        regex::Error::Syntax(text) => {
            // The last line says what is wrong; those before it repeat the expression.
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_string()
        }
        error => error.to_string(),
    })
}

/// Writes `\d`, `\w` and `\s` out as the ASCII characters that they mean.
fn with_ascii_classes(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut letters = text.chars();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let Some(escaped) = letters.next() else {
                    out.push('\\');
                    break;
                };
                let class = match escaped {
                    'd' | 'D' => Some("0-9"),
                    'w' | 'W' => Some("0-9A-Za-z_"),
                    's' | 'S' => Some(r"\t\n\x0B\x0C\r "),
                    'p' | 'P' => return Err(r"\p{…} is not known".into()),
                    _ => None,
                };
                match (class, in_class) {
                    (Some(class), true) if escaped.is_lowercase() => out.push_str(class),
                    (Some(_), true) => return Err(format!(r"\{escaped} within [ ] is not known")),
                    (Some(class), false) => {
                        let not = if escaped.is_uppercase() { "^" } else { "" };
                        out.push_str(&format!("[{not}{class}]"));
                    }
                    (None, _) if matches!(escaped, 'b' | 'B') => {
                        out.push_str(&format!(r"(?-u:\{escaped})"));
                    }
                    (None, _) => out.extend(['\\', escaped]),
                }
            }
            '[' if !in_class => {
                in_class = true;
                out.push(letter);
                // A bracket right at the beginning is a character of the class.
                let rest = letters.as_str();
                let (not, rest) = rest.strip_prefix('^').map_or((false, rest), |rest| (true, rest));
                if not {
                    letters.next();
                    out.push('^');
                }
                if rest.starts_with(']') {
                    letters.next();
                    out.push_str(r"\]");
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii() {
        for (pattern, text, matches) in [
            (r"^\d+$", "123", true),
            (r"^\d+$", "١٢٣", false),
            (r"^[\d,]+원$", "1,200원", true),
            (r"^\w$", "가", false),
            (r"^\S+님$", "홍*동님", true),
            (r"^\s$", "\u{3000}", false),
            (r"^.$", "가", true),
            (r"^[^,]$", "가", true),
            (r"^[]a]$", "]", true),
            (r"(?i)^top.?up", "TopUp", true),
            (r"\bcash\b", "a cash b", true),
            (r"!^PayPay", "VISA", true),
            (r"!^PayPay", "PayPay", false),
        ] {
            let pattern = Pattern::negatable(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
            assert_eq!(pattern.matches(text), matches, "{pattern:?} {text}");
            assert_eq!(pattern.matches(text), matches, "the same once more");
        }
        for pattern in [r"\pL", r"(?=a)", r"[\D]", "(", "a{1000000}"] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }
}
