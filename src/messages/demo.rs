//! The page of `demo`.

use super::Message;

/// A line of the page of `demo`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum DemoLine {
    Deleted,
}

impl Message for DemoLine {
    fn english(&self) -> String {
        match self {
            DemoLine::Deleted => {
                "The demo ledger has been deleted. Start your own: jandon account add 카카오페이".into()
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            DemoLine::Deleted => {
                "예시 장부는 삭제되었습니다. 내 장부 시작하기: jandon account add 카카오페이".into()
            }
        }
    }
}
