//! Titles of columns and sections.

/// The title of a column or of a section of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a title says itself")]
pub enum Heading {
    Account,
    Amount,
    Balance,
    Change,
    Channel,
    Date,
    Fee,
    Kind,
    Note,
    Platform,
    Tax,
    Unit,
}

impl Heading {
    pub(super) fn english(self) -> &'static str {
        match self {
            Heading::Account => "account",
            Heading::Amount => "amount",
            Heading::Balance => "balance",
            Heading::Change => "change",
            Heading::Channel => "channel",
            Heading::Date => "date",
            Heading::Fee => "fee",
            Heading::Kind => "kind",
            Heading::Note => "note",
            Heading::Platform => "platform",
            Heading::Tax => "tax",
            Heading::Unit => "unit",
        }
    }

    pub(super) fn korean(self) -> &'static str {
        match self {
            Heading::Account => "계정",
            Heading::Amount => "금액",
            Heading::Balance => "잔액",
            Heading::Change => "기록",
            Heading::Channel => "출금 방법",
            Heading::Date => "날짜",
            Heading::Fee => "수수료",
            Heading::Kind => "종류",
            Heading::Note => "메모",
            Heading::Platform => "플랫폼",
            Heading::Tax => "세금",
            Heading::Unit => "단위",
        }
    }
}
