//! Help pages: commands by group, the options of every command once, in English or Korean.
//!
//! Nothing here is built unless somebody asks for help.

use super::{Cli, GlobalArgs};
use crate::messages::Language;
use crate::messages::help::{CommandGroup, HelpLabel, argument_in_korean, command_in_korean};
use crate::view::page::{Column, Page, Screen, Table};
use clap::{Arg, ArgAction, Args, Command, CommandFactory};
use std::ffi::OsString;

/// The commands of each group, in the order in which a user meets them.
const GROUPS: [(CommandGroup, &[&str]); 4] = [
    (
        CommandGroup::Record,
        &[
            "account", "log", "spend", "earn", "send", "receive", "topup", "refund", "pay", "transfer",
            "withdraw", "expire", "edit", "undo", "redo",
        ],
    ),
    (
        CommandGroup::Read,
        &["status", "balance", "history", "report", "chart", "expiring", "due", "stale", "value", "calendar"],
    ),
    (CommandGroup::Decide, &["fees", "plan", "channels"]),
    (
        CommandGroup::Data,
        &["rate", "unit", "import", "profiles", "export", "backup", "restore", "check", "demo", "help"],
    ),
];

/// Returns the help page that the arguments ask for; `None` where they ask for none.
pub fn page(arguments: &[OsString], language: Language, width: Option<usize>) -> Option<String> {
    let error = command(language, width).try_get_matches_from(arguments).err()?;
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand};
    let is_help = matches!(error.kind(), DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand);
    let text = is_help.then(|| error.to_string())?;
    let text = match language {
        Language::English => text,
        // The words that clap has no setting for.
        Language::Korean => FIXED.iter().fold(text, |text, (english, korean)| text.replace(english, korean)),
    };
    Some(format!("{}\n", text.trim_end()))
}

const FIXED: [(&str, &str); 4] = [
    (
        "Print this message or the help of the given subcommand(s)",
        "이 도움말 또는 지정한 명령의 도움말을 봅니다",
    ),
    ("[OPTIONS]", "[옵션]"),
    ("[COMMAND]", "[명령]"),
    ("<COMMAND>", "<명령>"),
];

/// Returns the whole command line with its help in a language.
fn command(language: Language, width: Option<usize>) -> Command {
    let root = laid_out(Cli::command(), "", language);
    let overview = overview(&root, language, width);
    root.override_help(overview)
}

/// Returns a command and all below it with the options of every command hidden, and its texts in a
/// language.
fn laid_out(command: Command, path: &str, language: Language) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_string()).collect();
    let label = |label: HelpLabel| label.text(language);
    let mut count = 0;
    let mut command = command
        .mut_args(|argument| {
            // Under a heading, clap would sort arguments by name.
            count += 1;
            described(argument, path, language).display_order(count)
        })
        .disable_help_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(label(HelpLabel::Help))
                .help_heading(label(HelpLabel::Options))
                .display_order(1000),
        )
        .subcommand_help_heading(label(HelpLabel::Commands))
        .help_template(format!(
            "{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}",
            label(HelpLabel::Usage)
        ))
        .after_help(label(HelpLabel::MoreOptions));
    if language == Language::Korean
        && let Some(text) = command_in_korean(path)
    {
        command = command.about(text);
    }
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |inner| laid_out(inner, &path, language));
    }
    command
}

/// Returns an argument with its text in a language; one of every command is hidden.
fn described(argument: Arg, path: &str, language: Language) -> Arg {
    let heading = match argument.is_positional() {
        true => HelpLabel::Arguments,
        false => HelpLabel::Options,
    };
    let is_global = argument.is_global_set();
    let korean = || argument_in_korean(path, argument.get_id().as_str());
    let text = if language == Language::Korean { korean() } else { None };
    let argument = argument.help_heading(heading.text(language)).hide(is_global);
    match text {
        // The notes that clap adds are English; the Korean text says what they say.
        Some(text) if argument.get_action().takes_values() => {
            argument.help(text).hide_default_value(true).hide_possible_values(true)
        }
        Some(text) => argument.help(text),
        None => argument,
    }
}

/// Returns the page of `jandon --help`: the commands by group, then the options of every command.
fn overview(root: &Command, language: Language, width: Option<usize>) -> String {
    let label = |label: HelpLabel| label.text(language);
    let mut page = Page::new();
    page.line(root.get_about().map(ToString::to_string).unwrap_or_default());
    page.gap();
    page.line(format!("{}: jandon [OPTIONS] [COMMAND]", label(HelpLabel::Usage)));
    for (group, names) in GROUPS {
        page.gap();
        page.line(format!("{}:", group.title(language)));
        let mut table = Table::new(vec![Column::fixed(""), Column::words("")]);
        for name in names {
            let about = match root.find_subcommand(name) {
                Some(command) => command.get_about().map(ToString::to_string).unwrap_or_default(),
                None => HelpLabel::HelpCommand.text(language).to_string(),
            };
            table.row(vec![format!("  {name:<8}"), about]);
        }
        page.table(table);
    }
    let page = page.render(Screen { width, color: false });
    let globals = GlobalArgs::augment_args(Command::new("jandon"));
    let texts = globals.mut_args(|argument| described(argument, "", language).hide(false));
    let version = Arg::new("version").short('V').long("version").action(ArgAction::SetTrue);
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let options = texts
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(help.help(label(HelpLabel::Help)).help_heading(label(HelpLabel::Options)))
        .arg(version.help(label(HelpLabel::Version)).help_heading(label(HelpLabel::Options)))
        .help_template("{all-args}")
        .render_help();
    page + "\n" + options.to_string().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::help;
    use std::collections::HashSet;

    /// Visits every command below one, with its path.
    fn walk(command: &Command, path: &str, visit: &mut dyn FnMut(&Command, &str)) {
        visit(command, path);
        for inner in command.get_subcommands() {
            walk(inner, format!("{path} {}", inner.get_name()).trim(), visit);
        }
    }

    #[test]
    fn every_command_and_argument_has_a_korean_text_and_no_text_is_stale() {
        let (mut commands, mut arguments) = (HashSet::new(), HashSet::new());
        walk(&Cli::command(), "", &mut |command, path| {
            assert!(command_in_korean(path).is_some(), "the command {path:?} has no Korean text");
            commands.insert(path.to_string());
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                assert!(argument_in_korean(path, id).is_some(), "{path}.{id} has no Korean text");
                arguments.insert((path.to_string(), id.to_string()));
                arguments.insert((String::new(), id.to_string()));
            }
        });
        for path in help::commands() {
            assert!(commands.contains(path), "no command {path:?}");
        }
        for (path, id) in help::arguments() {
            assert!(arguments.contains(&(path.to_string(), id.to_string())), "no argument {path}.{id}");
        }
    }

    #[test]
    fn every_command_is_in_one_group() {
        let listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            assert_eq!(listed.iter().filter(|listed| **listed == name).count(), 1, "{name}");
        }
    }
}
