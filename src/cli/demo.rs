//! `demo`: a throw-away ledger with a sample month, made by the commands that a user types.

use super::context::Context;
use super::error::CommandError;
use super::{Cli as Line, Command, CommandOutput, Notice};
use crate::messages::Language;
use crate::output_file::create_private_folder;
use crate::period::LocalDateTime;
use crate::view::csv::Csv;
use crate::view::page::{Page, Screen};
use crate::view::{self, Format, Render};
use clap::Parser;
use serde::Serialize;

/// See a sample month on a temporary ledger
#[derive(Debug, clap::Args)]
pub struct DemoArgs {}

/// The commands, as typed.
const SCRIPT: &[&str] = &[
    "jandon account add 카카오페이",
    "jandon account add toss --platform toss-points",
    "jandon account add lpoint --platform l-point",
    "jandon account add skt --limit 300,000 --bill-day 25",
    "jandon account add bank --kind bank --unit KRW",
    "jandon log 카카오페이=50,000 toss=8,000 lpoint=100,000 bank=1,200,000 --date 2026-10-05",
    "jandon spend skt 15,000 games --date 2026-09-20",
    "jandon spend 카카오페이 4,500 coffee --payee Mega --date 2026-10-06",
    "jandon spend 카카오페이 1만2천 lunch --date 2026-10-07",
    "jandon spend skt 9,900 music --date 2026-10-11",
    "jandon earn toss 230 walking --date 2026-10-12",
    "jandon topup 카카오페이 30,000 --from bank --date 2026-10-15",
    "jandon withdraw toss 2,000 --via own-account --to bank --date 2026-10-20",
    "jandon pay skt 15,000 --from bank --date 2026-10-25",
    "jandon log 카카오페이 61,000 --date 2026-10-31",
    "jandon balance",
    "jandon report 2026-10",
    "jandon fees lpoint 40,000",
    "jandon fees skt 100,000",
];

/// A transcript: each command and what it printed.
#[derive(Debug, Serialize)]
struct Transcript {
    schema: &'static str,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    command: &'static str,
    output: String,
}

/// Runs the script on a ledger that is gone afterwards.
pub fn run(_: &DemoArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let folder = Folder::new(context)?;
    let now = LocalDateTime::parse_iso("2026-11-01T09:00").unwrap_or(context.now);
    let inner = context.elsewhere(&folder.0.join("ledger.db"), now);
    let screen = Screen { width: Some(80), color: false };
    let mut steps = Vec::new();
    for command in SCRIPT {
        let line = Line::try_parse_from(command.split_whitespace())
            .map_err(|error| CommandError::Usage { message: error.to_string(), hint: String::new() })?;
        debug_assert!(!matches!(line.command, Command::Demo(_)));
        let outcome = super::run(&line.command, &inner)?;
        let mut output = view::render(
            outcome.answer.as_ref(),
            &outcome.form(Format::Table, screen, context.language(), false),
        );
        for note in &outcome.notes {
            output += &match note {
                Notice::Done(text) => format!("{text}\n"),
                Notice::Warning(warning) => format!("warning: {}\n", warning.message),
            };
        }
        steps.push(Step { command, output });
    }
    drop(folder);
    let transcript = Transcript { schema: "jandon.demo/1", steps };
    Ok(CommandOutput::of(transcript).with(vec![Notice::Done(
        "that was a ledger in a temporary folder, and it is gone; begin your own: jandon account add NAME"
            .into(),
    )]))
}

/// A folder that is removed with all that is in it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(context: &Context) -> Result<Folder, CommandError> {
        let name = format!("jandon-demo-{}", context.new_id(context.now));
        let path = std::env::temp_dir().join(name);
        create_private_folder(&path).map_err(|error| CommandError::File { path: path.clone(), error })?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Render for Transcript {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        for step in &self.steps {
            page.gap();
            page.preformatted(format!("$ {}", step.command));
            for line in step.output.lines() {
                page.preformatted(line);
            }
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["command", "output"]);
        for step in &self.steps {
            csv.row(vec![Some(step.command.to_string()), Some(step.output.clone())]);
        }
        csv
    }

    fn json(&self) -> String {
        crate::view::json(self)
    }
}
