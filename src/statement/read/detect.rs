//! What kind of file some bytes begin.

use super::compound::SIGNATURE;
use super::encoding::{bom, looks_utf16};
use memchr::memmem;

/// What kind of file some bytes begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A ZIP archive: a workbook of 2007 or later.
    Zip,
    /// A compound file: an older workbook, or a locked one.
    Compound {
        /// Whether it holds `EncryptionInfo`. Certain only if the bytes are the whole file.
        encrypted: bool,
    },
    /// A web page with a table.
    Html,
    /// OFX or QFX.
    Ofx,
    /// QIF.
    Qif,
    /// JSON Lines of jandon.
    JsonLines,
    /// Any other text: a table if a header is found, else messages.
    Text,
}

/// Returns the kind of file that `head`, its first 64 KiB or all of it, begins.
pub fn detect(head: &[u8]) -> Container {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Container::Zip;
    }
    if head.starts_with(&SIGNATURE) {
        let name: Vec<u8> = "EncryptionInfo".bytes().flat_map(|byte| [byte, 0]).collect();
        return Container::Compound { encrypted: memmem::find(head, &name).is_some() };
    }
    // Only ASCII is looked for, which every encoding but UTF-16 leaves as it is.
    let (encoding, skipped) = match bom(head) {
        Some((encoding, length)) => (Some(encoding), length),
        None => (looks_utf16(head), 0),
    };
    let head = &head[skipped..head.len().min(64 << 10)];
    let ascii: Vec<u8> = match encoding {
        Some(encoding) if encoding.is_utf16() => {
            let (text, _) = encoding.0.decode_without_bom_handling(head);
            text.bytes().map(|byte| byte.to_ascii_lowercase()).collect()
        }
        _ => head.to_ascii_lowercase(),
    };
    let text = ascii.trim_ascii_start();
    let contains = |needle: &str| memmem::find(text, needle.as_bytes()).is_some();
    let starts = |needle: &str| text.starts_with(needle.as_bytes());
    if starts("ofxheader") || starts("<") && (contains("<?ofx") || contains("<ofx>")) {
        Container::Ofx
    } else if starts("<") && contains("<table") {
        Container::Html
    } else if ["!type:", "!account", "!option:", "!clear:"].iter().any(|start| starts(start)) {
        Container::Qif
    } else if starts("{\"jandon\":") {
        Container::JsonLines
    } else {
        Container::Text
    }
}
