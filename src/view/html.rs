//! A web page in the making: elements, attributes and texts, of which every text is escaped.
//!
//! What is written is also well-formed XML, so that any parser can check it.

use crate::text;
use std::fmt::Write;

/// A piece of a page.
#[derive(Debug, Default)]
pub struct Html {
    out: String,
    open: Vec<&'static str>,
}

impl Html {
    /// Opens an element. Attributes are pairs of a name and a value.
    pub fn open(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes, ">");
        self.open.push(tag);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            let _ = write!(self.out, "</{tag}>");
        }
    }

    /// Adds an element without content.
    pub fn empty(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes, "/>");
    }

    /// Adds an element that holds a text.
    pub fn element(&mut self, tag: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close();
    }

    /// Adds an element with whatever `content` writes into it.
    pub fn within(
        &mut self,
        tag: &'static str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Html),
    ) {
        self.open(tag, attributes);
        content(self);
        self.close();
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        escape(&mut self.out, text);
    }

    /// Adds the rules of a style sheet, which are not from a user.
    pub fn style(&mut self, rules: &'static str) {
        self.open("style", &[]);
        self.out.push_str(rules);
        self.close();
    }

    /// Returns the document.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        format!("<!DOCTYPE html>\n{}\n", self.out)
    }

    fn start(&mut self, tag: &'static str, attributes: &[(&str, &str)], end: &str) {
        // Each block stands on a line of its own, for people who read the source.
        if matches!(tag, "section" | "figure" | "tr" | "h2" | "h3" | "table" | "head" | "body" | "li") {
            self.out.push('\n');
        }
        let _ = write!(self.out, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"");
            escape(&mut self.out, value);
            self.out.push('"');
        }
        self.out.push_str(end);
    }
}

fn escape(out: &mut String, text: &str) {
    for letter in text::escape_controls(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_and_attribute_is_escaped() {
        let mut html = Html::default();
        html.within("p", &[("title", "\"><script>'")], |html| html.text("</p><img src=x> & \u{202e}\u{1b}"));
        let page = html.finish();
        assert_eq!(
            page,
            "<!DOCTYPE html>\n<p title=\"&quot;&gt;&lt;script&gt;&#39;\">&lt;/p&gt;&lt;img src=x&gt; &amp; \
             \\u{202e}\\u{1b}</p>\n"
        );
    }

    #[test]
    fn what_is_open_is_closed() {
        let mut html = Html::default();
        html.open("main", &[]);
        html.element("b", &[], "x");
        html.empty("br", &[]);
        assert_eq!(html.finish(), "<!DOCTYPE html>\n<main><b>x</b><br/></main>\n");
    }
}
