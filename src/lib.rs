//! jandon (잔돈, "small change") keeps track of the small balances that one person holds on
//! mobile-payment platforms, and says what a withdrawal through an official, native channel would
//! really net before the button is pressed.

pub mod cli;
pub mod export;
pub mod fee;
pub mod import;
pub mod jsonl;
pub mod ledger;
pub mod messages;
pub mod money;
pub mod output_file;
pub mod period;
pub mod plan;
pub mod report;
pub mod statement;
pub mod store;
pub mod text;
pub mod view;
