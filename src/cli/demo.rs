//! `demo`: a temporary ledger with a sample month, made by the commands that a user types.

use super::context::Context;
use super::error::CommandError;
use super::output::warning_label;
use super::{Cli as Line, Command, CommandOutput, Note};
use crate::messages::{DemoLine, Language};
use crate::output_file::create_private_folder;
use crate::period::LocalDateTime;
use crate::view::Render;
use crate::view::csv::Csv;
use crate::view::page::{Page, Screen, Style};
use clap::Parser;
use serde::Serialize;

/// See a sample month on a temporary ledger
#[derive(Debug, clap::Args)]
pub struct DemoArgs {}

/// The commands, as typed.
const SCRIPT: &[&str] = &[
    "jandon account add 카카오페이",
    "jandon account add 엘포인트",
    "jandon account add SKT --limit 300,000 --bill-day 25",
    "jandon log 카카오페이 50,000 엘포인트 40,000 --date 2026-09-30",
    "jandon spend 카카오페이 4,500 coffee --date 2026-10-06",
    "jandon spend SKT 9,900 music --date 2026-10-11",
    "jandon earn 엘포인트 1,500 event --expires 2026-11-15 --date 2026-10-12",
    "jandon log 카카오페이 43,000 --date 2026-10-31",
    "jandon report 2026-10",
    "jandon fees 엘포인트",
];

/// A transcript: each command and what it answered.
struct Transcript {
    steps: Vec<Step>,
}

struct Step {
    command: &'static str,
    output: CommandOutput,
}

/// A step as scripts read it.
#[derive(Serialize)]
struct StepText {
    command: &'static str,
    output: String,
}

/// Runs the script on a ledger that is gone afterwards.
pub fn run(_: &DemoArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let folder = Folder::new(context)?;
    let now = LocalDateTime::parse_iso("2026-11-01T09:00").unwrap_or(context.now);
    // What scripts read never depends on the language.
    let language = if context.form.is_some() { Language::English } else { context.language() };
    let inner = context.elsewhere(&folder.0.join("ledger.db"), now, language);
    let mut steps = Vec::new();
    for command in SCRIPT {
        let line = Line::try_parse_from(command.split_whitespace())
            .map_err(|error| super::usage::failure(&error, &[]))?;
        debug_assert!(!matches!(line.command, Command::Demo(_)));
        steps.push(Step { command, output: super::run(&line.command, &inner)? });
    }
    drop(folder);
    Ok(CommandOutput::of(Transcript { steps }))
}

impl Step {
    /// Whether the command only records something, and says so in a line.
    fn is_short(&self) -> bool {
        self.output.answer.page(Language::English).render(Screen::default()).is_empty()
    }

    /// Returns what the command prints to a terminal, answer and messages.
    fn page(&self, language: Language) -> Page {
        let mut page = self.output.answer.page(language);
        for note in &self.output.notes {
            let label = match note {
                Note::Done(_) => "",
                Note::Warning(_) => warning_label(language),
            };
            page.line(format!("{label}{}", language.say(note)));
        }
        page
    }

    fn text(&self) -> StepText {
        let screen = Screen { width: Some(80), color: false };
        StepText { command: self.command, output: self.page(Language::English).render(screen) }
    }
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
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        for step in &self.steps {
            let answer = step.page(language);
            if !step.is_short() {
                page.gap();
            }
            page.styled_line(format!("$ {}", step.command), Style::Strong);
            page.append(answer);
        }
        page.gap();
        page.line(language.say(&DemoLine::Deleted));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["command", "output"]);
        for step in self.steps.iter().map(Step::text) {
            csv.row(vec![Some(step.command.to_string()), Some(step.output)]);
        }
        csv
    }

    fn json(&self) -> String {
        #[derive(Serialize)]
        struct Document {
            schema: &'static str,
            steps: Vec<StepText>,
        }
        let steps = self.steps.iter().map(Step::text).collect();
        crate::view::json(&Document { schema: "jandon.demo/1", steps })
    }
}
