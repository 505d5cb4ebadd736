//! The profiles by which statements are read.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::messages::{Heading, Language, ProfileLine, import};
use crate::statement::profile::Profile;
use serde::Serialize;

/// The answer of `profiles`.
#[derive(Debug, Serialize)]
pub struct ProfilesAnswer {
    schema: &'static str,
    /// One row a profile.
    pub profiles: Vec<ProfileRow>,
}

/// One profile.
#[derive(Debug, Serialize)]
pub struct ProfileRow {
    /// Its id.
    pub id: String,
    /// Its name in English.
    pub name: String,
    /// A table or messages.
    pub form: &'static str,
    /// The label of its accounts.
    pub account: String,
    /// The platform.
    pub platform: Option<String>,
    /// How far it was checked.
    pub verified: &'static str,
    /// Why such files are refused.
    pub refuse: Option<String>,
    /// Its file, if it is the user's own.
    pub file: Option<String>,
    #[serde(skip)]
    name_ko: Option<String>,
    #[serde(skip)]
    refuse_ko: Option<String>,
    #[serde(skip)]
    checked: crate::statement::profile::Verified,
}

impl ProfileRow {
    /// Returns the row of a profile.
    pub fn new(profile: &Profile, file: Option<String>) -> ProfileRow {
        ProfileRow {
            id: profile.id.clone(),
            name: profile.name.en.clone(),
            form: if profile.is_messages { "messages" } else { "table" },
            account: profile.account.en.to_string(),
            platform: profile.platform.clone(),
            verified: profile.verified.as_str(),
            refuse: profile.refuse.as_ref().map(|reason| reason.en.clone()),
            file,
            name_ko: profile.name.ko.clone(),
            refuse_ko: profile.refuse.as_ref().and_then(|reason| reason.ko.clone()),
            checked: profile.verified,
        }
    }

    fn name_in(&self, language: Language) -> &str {
        match (language, &self.name_ko) {
            (Language::Korean, Some(name)) => name,
            _ => &self.name,
        }
    }

    fn reason_in(&self, language: Language) -> Option<&String> {
        match language {
            Language::Korean => self.refuse_ko.as_ref().or(self.refuse.as_ref()),
            Language::English => self.refuse.as_ref(),
        }
    }
}

impl ProfilesAnswer {
    /// Returns the answer with those profiles.
    pub fn new(profiles: Vec<ProfileRow>) -> ProfilesAnswer {
        ProfilesAnswer { schema: "jandon.profiles/1", profiles }
    }
}

fn table(rows: &[ProfileRow], language: Language) -> Table {
    let mut table = Table::new(vec![
        Column::fixed("id"),
        Column::name(language.heading(Heading::Name)),
        Column::fixed(language.heading(Heading::Form)),
        Column::name(language.heading(Heading::Account)),
        Column::fixed(language.heading(Heading::LastChecked)),
    ]);
    for row in rows {
        let is_refused = row.refuse.is_some();
        table.row(vec![
            row.id.clone(),
            row.name_in(language).to_string(),
            row.form.to_string(),
            if is_refused { "—".into() } else { row.account.clone() },
            if is_refused { String::new() } else { import::verified(row.checked, language).to_string() },
        ]);
    }
    table
}

impl Render for ProfilesAnswer {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        page.table(table(&self.profiles, language));
        page.gap();
        page.line(language.say(&ProfileLine::More));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["id", "name", "form", "account", "platform", "verified", "file"]);
        for row in &self.profiles {
            csv.row(vec![
                Some(row.id.clone()),
                Some(row.name.clone()),
                Some(row.form.to_string()),
                Some(row.account.clone()),
                row.platform.clone(),
                Some(row.verified.to_string()),
                row.file.clone(),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// One profile with its text.
#[derive(Debug, Serialize)]
pub struct ProfileInFull {
    schema: &'static str,
    /// The profile.
    pub profile: ProfileRow,
    /// Its text.
    pub text: String,
}

impl ProfileInFull {
    /// Returns the answer with that profile.
    pub fn new(profile: ProfileRow, text: String) -> ProfileInFull {
        ProfileInFull { schema: "jandon.profile/1", profile, text }
    }
}

impl Render for ProfileInFull {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        page.line(self.profile.name_in(language));
        if let Some(reason) = self.profile.reason_in(language) {
            page.line(language.say(&ProfileLine::Refused { reason: reason.clone() }));
        }
        if let Some(path) = &self.profile.file {
            page.line(language.say(&ProfileLine::FileOf { path: path.clone() }));
        }
        page.gap();
        for line in self.text.lines() {
            page.preformatted(line);
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["id", "text"]);
        csv.row(vec![Some(self.profile.id.clone()), Some(self.text.clone())]);
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// A profile without a fault.
#[derive(Debug, Serialize)]
pub struct ProfileChecked {
    schema: &'static str,
    /// Its file.
    pub file: String,
    /// Its id.
    pub id: String,
}

impl ProfileChecked {
    /// Returns the answer for that file.
    pub fn new(file: String, profile: &Profile) -> ProfileChecked {
        ProfileChecked { schema: "jandon.profile-check/1", file, id: profile.id.clone() }
    }
}

impl Render for ProfileChecked {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        page.line(language.say(&ProfileLine::NoFaults { file: self.file.clone() }));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["file", "id"]);
        csv.row(vec![Some(self.file.clone()), Some(self.id.clone())]);
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
