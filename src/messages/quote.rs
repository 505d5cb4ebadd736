//! Names and files in commands that can be pasted.

/// Returns a text as one word of a shell.
pub fn quoted(text: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ',' | ':' | '@' | '%' | '+');
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_string(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// Returns the name of an account as one word of a shell that no command reads as an option. Blanks
/// around a name do not count.
pub fn quoted_name(name: &str) -> String {
    if name.starts_with('-') { quoted(&format!(" {name}")) } else { quoted(name) }
}
