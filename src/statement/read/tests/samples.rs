//! Real files: every one in the folder that `JANDON_SAMPLES` names, if it does.

use super::super::{
    Container, Encoding, TextFormat, candidates, decode, delimited, detect, html_encoding, html_tables, ofx,
    qif,
};
use super::workbooks::rows;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Reads every sample with the reader that its content asks for. A locked workbook opens with the password
/// of `JANDON_SAMPLES_PASSWORD`.
#[test]
#[expect(clippy::disallowed_methods, reason = "the folder is named from outside")]
fn every_sample_is_read() {
    let Some(folder) = env::var_os("JANDON_SAMPLES") else { return };
    let password = env::var("JANDON_SAMPLES_PASSWORD").ok();
    let encodings = ["utf-8", "cp949", "shift_jis", "gb18030", "windows-1251"]
        .map(|label| Encoding::for_label(label).unwrap());
    for path in files(Path::new(&folder)) {
        let bytes = fs::read(&path).unwrap();
        let encodings = candidates(&bytes, &encodings);
        let read = match detect(&bytes) {
            Container::Zip | Container::Compound { .. } => {
                rows(bytes, password.as_deref()).map(|rows| rows.len())
            }
            Container::Html => {
                let text = decode(&bytes, html_encoding(&bytes).unwrap_or(Encoding::UTF_8));
                text.and_then(|text| html_tables(&text)).map(|tables| tables.iter().map(Vec::len).sum())
            }
            Container::Ofx => ofx::parse(&bytes).map(|statements| statements.len()),
            Container::Qif => {
                decode(&bytes, encodings[0]).and_then(|text| qif::parse(&text)).map(|records| records.len())
            }
            Container::JsonLines | Container::Text => {
                let format = TextFormat { encoding: encodings[0], delimiter: b',' };
                let (mut records, mut record) = (
                    delimited::DelimitedRecords::new(&bytes[..], format),
                    delimited::DelimitedRecord::default(),
                );
                let mut count = 0;
                loop {
                    match records.next_record(&mut record) {
                        Ok(true) => count += 1,
                        Ok(false) => break Ok(count),
                        Err(error) => break Err(error),
                    }
                }
            }
        };
        assert!(read.as_ref().is_ok_and(|count| *count > 0), "{}: {read:?}", path.display());
    }
}
