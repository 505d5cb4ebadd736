//! Tags and texts of web pages and OFX files, read as leniently as browsers and banks write them.

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag: its name and what follows it. An empty element (`<br/>`) is a start tag too.
    Start(&'a str, &'a str),
    /// An end tag: its name.
    End(&'a str),
    /// A text with its entities not decoded yet.
    Text(&'a str),
    /// A text without entities (`<![CDATA[…]]>`).
    Raw(&'a str),
}

/// The pieces of a markup text. Comments, declarations and processing instructions are left out.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The line of `at`, counted from 1.
    line: u64,
    /// Whether a tag may still end: none does after one that did not.
    has_tags: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Tokens<'a> {
        Tokens { text, at: 0, line: 1, has_tags: true }
    }

    /// Returns the next piece and the line on which it begins.
    pub(super) fn next(&mut self) -> Option<(u64, Token<'a>)> {
        while self.at < self.text.len() {
            let line = self.line;
            let rest = &self.text[self.at..];
            let (length, token) = match rest.strip_prefix('<') {
                Some(inside) if self.has_tags => self.tag(rest, inside),
                _ => text(rest, self.has_tags),
            };
            self.advance(length);
            if let Some(token) = token {
                return Some((line, token));
            }
        }
        None
    }

    /// Skips to the end tag of an element whose content is no markup, such as `script`.
    pub(super) fn skip_element(&mut self, name: &str) {
        let rest = self.text.as_bytes();
        let end = memchr::memmem::find_iter(&rest[self.at..], b"</").map(|at| self.at + at).find(|at| {
            rest[at + 2..].get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        });
        self.advance(end.unwrap_or(rest.len()) - self.at);
    }

    fn advance(&mut self, length: usize) {
        let passed = &self.text.as_bytes()[self.at..self.at + length];
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at += length;
    }

    /// Returns the length of the tag at the start of `rest`, of which `inside` lacks the `<`, and its token.
    fn tag(&mut self, rest: &'a str, inside: &'a str) -> (usize, Option<Token<'a>>) {
        let until = |end: &str, from: usize| rest[from..].find(end).map(|at| from + at);
        let found = if inside.starts_with("!--") {
            until("-->", 4).map(|end| (end + 3, None))
        } else if inside.starts_with("![CDATA[") {
            until("]]>", 9).map(|end| (end + 3, Some(Token::Raw(&rest[9..end]))))
        } else if inside.starts_with(['!', '?']) {
            until(">", 2).map(|end| (end + 1, None))
        } else if let Some(name) = inside.strip_prefix('/').filter(|name| starts_name(name)) {
            until(">", 2).map(|end| (end + 1, Some(Token::End(split_name(&name[..end - 2]).0))))
        } else if starts_name(inside) {
            tag_end(inside).map(|end| {
                let (name, attributes) = split_name(&inside[..end]);
                (end + 2, Some(Token::Start(name, attributes)))
            })
        } else {
            let (length, _) = text(inside, true);
            return (1 + length, Some(Token::Text(&rest[..1 + length])));
        };
        found.unwrap_or_else(|| {
            self.has_tags = false;
            text(rest, false)
        })
    }
}

/// Returns the text at the start of `rest`, up to a tag if there are any.
fn text(rest: &str, has_tags: bool) -> (usize, Option<Token<'_>>) {
    let length = memchr::memchr(b'<', rest.as_bytes()).filter(|_| has_tags).unwrap_or(rest.len());
    (length, (length > 0).then(|| Token::Text(&rest[..length])))
}

fn starts_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Returns where the start tag in `inside` ends: at the first `>` out of quotation marks.
fn tag_end(inside: &str) -> Option<usize> {
    let mut quote = None;
    inside.bytes().position(|byte| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), _) if open == byte => {
            quote = None;
            false
        }
        _ => false,
    })
}

/// Splits the inside of a tag into its name and the rest.
fn split_name(inside: &str) -> (&str, &str) {
    let end = inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
    inside.split_at(end)
}

/// Returns the value of an attribute in what follows the name of a tag.
pub(super) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/')?;
        let (key, after) = rest.split_at(end);
        let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_ascii_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote)?,
            None => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// Appends `text` to `decoded` with its entities decoded, once. What is no known entity stays as it is.
pub(super) fn push_decoded(text: &str, decoded: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        decoded.push_str(before);
        // The longest entity known here has ten bytes.
        let end = entity.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, character(&entity[1..end])?))) {
            Some((end, character)) => {
                decoded.push(character);
                rest = &entity[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &entity[1..];
            }
        }
    }
    decoded.push_str(rest);
}

/// Returns the character of an entity without `&` and `;`.
fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?).filter(|character| *character != '\0');
    }
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "middot" => '·',
        "ndash" => '–',
        "mdash" => '—',
        "minus" => '−',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "cent" => '¢',
        "copy" => '©',
        "reg" => '®',
        _ => return None,
    })
}
