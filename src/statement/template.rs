//! Texts with columns in braces: `"{Date|日付} {Time}"`.

use std::borrow::Cow;

/// A text with columns in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Literal(String),
    /// The first of these columns that is not empty.
    Columns(Vec<String>),
}

impl Template {
    /// Reads a template; `None` where a brace is not closed or holds no name.
    pub fn parse(text: &str) -> Option<Template> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((front, back)) = rest.split_once('{') {
            if front.contains('}') {
                return None;
            }
            if !front.is_empty() {
                parts.push(TemplatePart::Literal(front.into()));
            }
            let (names, back) = back.split_once('}')?;
            let names: Vec<String> = names.split('|').map(|name| name.trim().to_string()).collect();
            if names.iter().any(|name| name.is_empty() || name.contains('{')) {
                return None;
            }
            parts.push(TemplatePart::Columns(names));
            rest = back;
        }
        if rest.contains('}') {
            return None;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Literal(rest.into()));
        }
        Some(Template { text: text.into(), parts })
    }

    /// Returns the columns that it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .flat_map(|part| match part {
                TemplatePart::Literal(_) => [].iter(),
                TemplatePart::Columns(names) => names.iter(),
            })
            .map(String::as_str)
    }

    /// Returns the text if it names no column.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TemplatePart::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Returns the text with the values of its columns, without blanks at its ends and with single ones
    /// within.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> &'v str) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TemplatePart::Literal(text) => out.push_str(text),
                TemplatePart::Columns(names) => {
                    out.push_str(names.iter().map(|name| value(name)).find(|v| !v.is_empty()).unwrap_or(""));
                }
            }
        }
        match fold_blanks(&out) {
            Cow::Owned(folded) => folded,
            Cow::Borrowed(_) => out,
        }
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns a text without blanks and line breaks at its ends and with single spaces within.
pub fn fold_blanks(text: &str) -> Cow<'_, str> {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}';
    let is_folded = !text.contains("  ")
        && !text.starts_with(is_blank)
        && !text.ends_with(is_blank)
        && !text.contains(|c: char| c != ' ' && is_blank(c));
    if is_folded {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_the_first_column_that_is_not_empty() {
        let value = |name: &str| match name {
            "a" => "1",
            "c" => "3",
            _ => "",
        };
        for (text, filled) in
            [("{a} {b}", "1"), ("{b|c} {a}", "3 1"), ("x {a}", "x 1"), ("plain", "plain"), ("{b}", "")]
        {
            let template = Template::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(template.fill(value), filled, "{text}");
        }
        for text in ["{a", "a}", "{}", "{a|}", "{a{b}}"] {
            assert_eq!(Template::parse(text), None, "{text}");
        }
        assert_eq!(fold_blanks(" a \n\u{3000} b\u{a0}"), "a b");
    }
}
