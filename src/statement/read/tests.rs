//! What every reader must do: on files made for the purpose, at random, and damaged.

mod build;
mod damage;
mod numbers;
mod pages;
mod samples;
mod texts;
mod transactions;
mod workbooks;

use proptest::prelude::*;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
