//! Settings and platform files, read from disk.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The largest size of such a file, in bytes. The largest built-in one has five thousand.
const SIZE_MAX: u64 = 1 << 20;

/// Returns the text of a file.
///
/// # Errors
///
/// Fails at once for what could take forever to read: a pipe, a device, a socket, or a file above
/// a mebibyte. Fails too for bytes that are not UTF-8.
pub fn read(path: &Path) -> io::Result<String> {
    let wrong = |kind, what: &str| Err(io::Error::new(kind, what));
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return wrong(ErrorKind::IsADirectory, "it is a folder");
    }
    if !about.is_file() {
        return wrong(ErrorKind::InvalidInput, "it is not a regular file");
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SIZE_MAX {
        return wrong(ErrorKind::FileTooLarge, "it is larger than 1 MiB");
    }
    String::from_utf8(bytes).or_else(|_| wrong(ErrorKind::InvalidData, "it is not text in UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_at_once_what_is_no_text_of_bounded_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("whole"), "unit = \"KRW\"\n").expect("written");
        assert_eq!(read(&at("whole")).expect("a text"), "unit = \"KRW\"\n");
        std::fs::write(at("latin"), b"name = \"caf\xe9\"").expect("written");
        File::create(at("huge")).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
        for (name, what) in [
            ("latin", "it is not text in UTF-8"),
            ("huge", "it is larger than 1 MiB"),
            (".", "it is a folder"),
        ] {
            assert_eq!(read(&at(name)).expect_err("refused").to_string(), what);
        }
        assert_eq!(read(&at("gone")).expect_err("refused").kind(), ErrorKind::NotFound);
        #[cfg(unix)]
        {
            let fifo = at("fifo");
            let made = std::process::Command::new("mkfifo").arg(&fifo).status();
            if made.is_ok_and(|status| status.success()) {
                assert_eq!(read(&fifo).expect_err("refused").to_string(), "it is not a regular file");
            }
            let device = Path::new("/dev/zero");
            assert_eq!(read(device).expect_err("refused").to_string(), "it is not a regular file");
        }
    }
}
