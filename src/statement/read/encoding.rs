//! Encodings of texts, decoded strictly.

use super::ReadError;
use std::fmt;

/// An encoding of texts, decoded strictly: a byte that means nothing in it is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(super) &'static encoding_rs::Encoding);

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Encoding = Encoding(encoding_rs::UTF_8);

    /// Returns the encoding of a label of the WHATWG Encoding Standard, such as `euc-kr`, or of one of the
    /// names `cp949`, `ms949` and `uhc` of the same.
    pub fn for_label(label: &str) -> Option<Encoding> {
        let label = label.trim();
        if ["cp949", "ms949", "uhc"].iter().any(|name| label.eq_ignore_ascii_case(name)) {
            return Some(Encoding(encoding_rs::EUC_KR));
        }
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Encoding)
    }

    /// Returns the name of the Encoding Standard, such as `Shift_JIS`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    pub(super) fn is_single_byte(self) -> bool {
        self.0.is_single_byte()
    }

    pub(super) fn is_utf16(self) -> bool {
        self.0 == encoding_rs::UTF_16LE || self.0 == encoding_rs::UTF_16BE
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Returns the encoding that a byte order mark at the start tells, and the length of the mark.
pub(super) fn bom(head: &[u8]) -> Option<(Encoding, usize)> {
    encoding_rs::Encoding::for_bom(head).map(|(encoding, length)| (Encoding(encoding), length))
}

/// Returns the UTF-16 that a text without a byte order mark is in, or `None` where it is in none.
///
/// No other encoding of a text has bytes of value 0; in UTF-16 every digit, delimiter and line break has one.
pub(super) fn looks_utf16(head: &[u8]) -> Option<Encoding> {
    memchr::memchr(0, head)?;
    let ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let count =
        |low: usize| head.chunks_exact(2).filter(|unit| ascii(unit[low]) && unit[1 - low] == 0).count();
    let (little, big) = (count(0), count(1));
    // A few bytes of value 0 in another text are damage.
    if little.max(big) * 32 < head.len() || little == big {
        return None;
    }
    Some(Encoding(if little > big { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE }))
}

/// Returns the encodings to try for a text that begins with `head`, in order: the one of its byte order mark
/// alone, UTF-16 alone if it looks like it, else those that `head` decodes in, of `preferred`.
pub fn candidates(head: &[u8], preferred: &[Encoding]) -> Vec<Encoding> {
    if let Some((encoding, _)) = bom(head) {
        return vec![encoding];
    }
    if let Some(encoding) = looks_utf16(head) {
        return vec![encoding];
    }
    preferred.iter().copied().filter(|encoding| decode_head(head, *encoding).is_ok()).collect()
}

/// Decodes a whole text; its byte order mark is left out.
///
/// # Errors
/// [`ReadError::Undecodable`] names the first byte that is no text in the encoding.
pub fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, ReadError> {
    let (mut text, mut decoder) = (String::new(), TextDecoder::new(encoding));
    for piece in bytes.chunks(64 << 10) {
        decoder.decode(piece, false, &mut text)?;
    }
    decoder.decode(&[], true, &mut text)?;
    Ok(text)
}

/// Decodes the beginning of a text, up to the last whole character; its byte order mark is left out.
///
/// # Errors
/// [`ReadError::Undecodable`] names the first byte that is no text in the encoding.
pub fn decode_head(head: &[u8], encoding: Encoding) -> Result<String, ReadError> {
    let mut text = String::new();
    TextDecoder::new(encoding).decode(head, false, &mut text)?;
    Ok(text)
}

/// Decodes a text piece by piece.
pub(super) struct TextDecoder {
    encoding: Encoding,
    decoder: encoding_rs::Decoder,
    /// How many bytes were decoded.
    offset: u64,
    /// How many line breaks were decoded, plus one.
    line: u64,
}

impl TextDecoder {
    pub(super) fn new(encoding: Encoding) -> TextDecoder {
        TextDecoder { encoding, decoder: encoding.0.new_decoder_with_bom_removal(), offset: 0, line: 1 }
    }

    /// Appends the text of the next `bytes` to `text`; `last` says that no more follow.
    pub(super) fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) -> Result<(), ReadError> {
        let start = text.len();
        let needed = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        text.reserve(needed.unwrap_or(bytes.len()));
        let (result, read) = self.decoder.decode_to_string_without_replacement(bytes, text, last);
        let decoded = &text.as_bytes()[start..];
        let nul = memchr::memchr(0, decoded);
        let good = &decoded[..nul.unwrap_or(decoded.len())];
        self.line += memchr::memchr_iter(b'\n', good).count() as u64;
        let malformed = match result {
            encoding_rs::DecoderResult::Malformed(length, after) => {
                Some(self.offset + read as u64 - u64::from(length) - u64::from(after))
            }
            _ => None,
        };
        // A byte of value 0 is what a file that was cut off by a crash is filled with, and no text.
        let offset = nul.map(|_| self.offset + self.zero_at(bytes) as u64).or(malformed);
        self.offset += read as u64;
        match offset {
            Some(offset) => {
                Err(ReadError::Undecodable { encoding: self.encoding.name(), line: self.line, offset })
            }
            None => Ok(()),
        }
    }

    /// Returns where in the next `bytes` the first character of value 0 stands.
    fn zero_at(&self, bytes: &[u8]) -> usize {
        let unit = if self.encoding.is_utf16() { 2 } else { 1 };
        // A unit of 16 bits may have begun before.
        let first = self.offset as usize % unit;
        let zero =
            bytes[first.min(bytes.len())..].chunks(unit).position(|unit| unit.iter().all(|byte| *byte == 0));
        first + zero.unwrap_or(0) * unit
    }
}
