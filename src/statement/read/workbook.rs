//! Workbooks, XLSX or XLS.

use super::compound::{Compound, SIGNATURE};
use super::locked;
use super::xls::Xls;
use super::xlsx::Xlsx;
use super::{FILE_BYTES, FileForm, FilePlace, ReadError, ReadLimit, Row};

/// A workbook: XLSX, strict or not, locked or not, or XLS.
pub struct Workbook(Book);

enum Book {
    Xlsx(Xlsx),
    Xls(Xls),
}

impl Workbook {
    /// Opens the workbook in `bytes`; a locked one with `password`.
    ///
    /// # Errors
    /// [`ReadError::Locked`] if it needs a password and has none, [`ReadError::WrongPassword`], a limit, or
    /// damage.
    pub fn open(bytes: Vec<u8>, password: Option<&str>) -> Result<Workbook, ReadError> {
        if bytes.len() as u64 > FILE_BYTES {
            return Err(ReadError::TooLarge {
                place: FilePlace::File,
                limit: ReadLimit::FileBytes(FILE_BYTES),
            });
        }
        if !bytes.starts_with(&SIGNATURE) {
            return Ok(Workbook(Book::Xlsx(Xlsx::open(bytes)?)));
        }
        let file = Compound::open(&bytes)?;
        if let Some(info) = file.stream(locked::INFO)? {
            let workbook = locked::unlock(&file, &info, password.ok_or(ReadError::Locked)?)?;
            return Ok(Workbook(Book::Xlsx(Xlsx::open(workbook)?)));
        }
        match file.stream("Workbook")? {
            Some(stream) => Ok(Workbook(Book::Xls(Xls::open(stream)?))),
            None => Err(ReadError::Unsupported {
                what: "a compound file that holds no workbook of Excel 97 or later".to_owned(),
            }),
        }
    }

    /// Returns [`FileForm::Xlsx`] or [`FileForm::Xls`].
    pub fn form(&self) -> FileForm {
        match &self.0 {
            Book::Xlsx(_) => FileForm::Xlsx,
            Book::Xls(_) => FileForm::Xls,
        }
    }

    /// Returns the names of the sheets, in their order.
    pub fn sheets(&self) -> &[String] {
        match &self.0 {
            Book::Xlsx(book) => &book.sheets,
            Book::Xls(book) => &book.sheets,
        }
    }

    /// Returns whether serial numbers count from 1904 instead of 1900.
    pub fn counts_from_1904(&self) -> bool {
        match &self.0 {
            Book::Xlsx(book) => book.counts_from_1904,
            Book::Xls(book) => book.counts_from_1904,
        }
    }

    /// Returns the rows of a sheet by its position in [`Workbook::sheets`]. Rows without content are left
    /// out. Damage may show only at the end, so figures count once all rows are read.
    ///
    /// # Errors
    /// A damaged part or a limit.
    ///
    /// # Panics
    /// If there is no such sheet.
    pub fn rows(&self, sheet: usize) -> Result<WorkbookRows<'_>, ReadError> {
        match &self.0 {
            Book::Xlsx(book) => Ok(WorkbookRows(Box::new(book.rows(sheet)?))),
            Book::Xls(book) => Ok(WorkbookRows(Box::new(book.rows(sheet)?.into_iter().map(Ok)))),
        }
    }
}

/// The rows of a sheet. After an error come no more.
pub struct WorkbookRows<'a>(Box<dyn Iterator<Item = Result<Row, ReadError>> + 'a>);

impl Iterator for WorkbookRows<'_> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}
