//! The place of the rows of a long statement: a file without a name, which goes with the process.

use crate::output_file::scratch_file;
use crate::statement::read::ReadError;
use crate::statement::spool::ByteStore;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

/// A file without a name.
struct Scratch(File);

/// Returns a new place.
pub fn new_store() -> Result<Box<dyn ByteStore>, ReadError> {
    Ok(Box::new(Scratch(scratch_file()?)))
}

impl ByteStore for Scratch {
    fn append(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        self.0.seek(SeekFrom::End(0))?;
        Ok(self.0.write_all(bytes)?)
    }

    fn read(&mut self, at: u64, length: usize) -> Result<Vec<u8>, ReadError> {
        self.0.seek(SeekFrom::Start(at))?;
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
