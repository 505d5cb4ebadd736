//! Messages pasted as text.

use super::{FilePlace, MESSAGES_BYTES, ReadError, ReadLimit, is_blank};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessage {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// Its text: lines joined by `\n`, without blanks at their ends and without blank lines around.
    pub text: String,
}

/// Splits a text into messages: a line that `separates` ends one and is dropped, a line that `starts` begins
/// one. Both are asked line by line, without line break and blanks at the end. Messages without text are
/// left out.
///
/// # Errors
/// A text of more than 16 MiB.
pub fn split(
    text: &str,
    starts: impl Fn(&str) -> bool,
    separates: impl Fn(&str) -> bool,
) -> Result<Vec<TextMessage>, ReadError> {
    if text.len() as u64 > MESSAGES_BYTES {
        return Err(ReadError::TooLarge {
            place: FilePlace::File,
            limit: ReadLimit::FileBytes(MESSAGES_BYTES),
        });
    }
    let mut messages: Vec<TextMessage> = Vec::new();
    let mut is_open = false;
    for (number, line) in (1..).zip(text.split('\n')) {
        // A lone `\r` is a blank at the end of its line, too.
        let line = line.trim_end_matches(is_blank);
        if separates(line) {
            is_open = false;
            continue;
        }
        match messages.last_mut().filter(|_| is_open && !starts(line)) {
            Some(message) => {
                message.text.push('\n');
                message.text.push_str(line);
            }
            None if line.is_empty() => {}
            None => {
                messages.push(TextMessage { line: number, text: line.to_owned() });
                is_open = true;
            }
        }
    }
    for message in &mut messages {
        message.text.truncate(message.text.trim_end_matches('\n').len());
    }
    Ok(messages)
}
