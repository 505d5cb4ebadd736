//! Why an answer is not written in the form that was asked for.

use super::Message;

/// A form that a command does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// A web page.
    NoWebPage,
}

impl Message for FormError {
    fn english(&self) -> String {
        match self {
            FormError::NoWebPage => "only a report can be written as a web page (--format html)".into(),
        }
    }

    fn korean(&self) -> String {
        match self {
            FormError::NoWebPage => "웹 페이지(--format html)로 쓸 수 있는 것은 보고서뿐입니다".into(),
        }
    }
}
