//! Laws of the pages that people read. Each page is laid out at every width from 40 to 140, in both
//! languages, over a ledger with long names, large amounts and points: no line is too wide, and every
//! figure, date, unit code and id stands whole. A Korean page has no English word.

use jandon::cli::context::{Context, Env};
use jandon::cli::{self, CommandOutput, GlobalArgs};
use jandon::fee::catalog::Catalog;
use jandon::messages::{Language, MONTHS};
use jandon::period::LocalDateTime;
use jandon::view::Format;
use jandon::view::chart::ChartStyle;
use jandon::view::page::Screen;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use unicode_width::UnicodeWidthStr;

/// The commands whose pages are held to the laws.
const COMMANDS: &[&str] = &[
    "status",
    "balance",
    "balance --at 2026-10-20",
    "balance -X KRW",
    "balance -X USD",
    "due",
    "due --within 10d",
    "expiring",
    "expiring --within 1000d",
    "stale",
    "stale --days 1000",
    "value 2026-10",
    "value 2026",
    "report 2026-10",
    "report 2026-11",
    "report",
    "report 2026",
    "report 2025",
    "report 2026-10 -X KRW",
    "report 2026-10 --month-start 25",
    "report 2026-10 --full",
    "report 2026 --full",
    "report 2026-10 --by category",
    "report 2026-10 --by payee",
    "report --by month",
    "report 2026Q4 --by month",
    "fees 엘포인트",
    "fees 엘포인트 20,000 --sources",
    "fees 토스포인트 1,005",
    "fees 카카오페이",
    "fees 컬쳐랜드",
    "fees 컬쳐랜드 30,000 --assume refund-used --sources",
    "fees 벤모 50",
    "fees 벤모 --receive 50",
    "fees 벤모 --receive 9,999",
    "fees 벤모 9,999.50 --sources",
    "fees kakaopay 30,000",
    "fees m-pesa-ke 1,000",
    "fees cash-app 100",
    "fees revolut-us 500 --used-amount 300",
    "fees octopus-hk 100 --sources",
    "fees starbucks-us",
    "fees linepay-jp 10,000",
    "fees 휴대폰",
    "chart",
    "chart 우리동네지역사랑상품권모바일",
    "chart 휴대폰",
    "account list",
    "account show 휴대폰",
    "account show 카카오페이",
    "rate list",
    "history",
    "history -n 500",
    "history --changes -n 500",
    "history 카카오페이",
    "history 휴대폰 --changes",
    "history 토스포인트 -n 2",
    "history 벤모",
    "history --period 2026-10",
    "history --kind withdraw",
    "history --kind snapshot",
    "history --category 커피",
    "history --payee 멜론",
    "history --search 걷기",
    "history --category 없음",
    "plan -X KRW",
    "plan -X KRW --step-cost 0 --only 엘포인트",
    "plan 30,000 -X KRW --by 2026-12-31",
    "plan 70,000 -X KRW --only 엘포인트 카카오페이",
    "plan -X USD",
    "plan -X KRW --only OK캐쉬백",
    "channels",
    "channels toss-points",
    "channels culture-land",
    "channels starbucks-us",
    "channels mtn-momo-ug",
    "check",
];

/// The same commands where nothing was recorded.
const EMPTY: &[&str] = &[
    "status",
    "balance",
    "due",
    "expiring",
    "stale",
    "value",
    "report",
    "report --full",
    "report --by payee",
    "report --by month",
    "chart",
    "account list",
    "rate list",
    "history",
    "plan",
];

/// What was recorded: every kind of account, a long name, large amounts, several units.
const RECORDED: &[&str] = &[
    "account add 카카오페이",
    "account add 우리동네지역사랑상품권모바일 --kind giftcard --unit KRW --note 동네가게에서만쓸수있는상품권",
    "account add 토스포인트",
    "account add 토스포인트둘째 --platform toss-points",
    "account add 엘포인트 --platform l-point",
    "account add OK캐쉬백 --platform ok-cashbag",
    "account add 벤모 --platform venmo",
    "account add 휴대폰 --platform skt --limit 300,000 --bill-day 25",
    "account add 둘째휴대폰 --platform kt --limit 1,000",
    "account add 월급이들어오는주거래은행통장 --kind bank --unit KRW",
    "account add 외화통장 --kind bank --unit USD",
    "account add 옛지갑 --kind wallet --unit KRW",
    "account close 옛지갑",
    "account add 컬쳐랜드",
    "log 컬쳐랜드 30,000 --date 2026-10-01",
    "rate set USD 1,400.25 KRW --date 2025-03-04",
    "rate set OKCASHBAG 2/3 KRW --date 2026-10-01",
    "log 카카오페이 50,000 월급이 987,654,321,012,345 토스포인트 123,456,789 --date 2025-06-30",
    "log 우리동네 9,223,372,036,854 엘포인트 41,000 OK캐쉬백 47,800 벤모 120.50 외화 1,234,567.89 --date 2026-10-01",
    "spend 카카오페이 54,500 커피 --payee 아주긴이름의동네커피가게본점 --date 2026-10-03",
    "spend 휴대폰 33,000 게임 --date 2026-10-05",
    "spend 휴대폰 9,900 음악 --date 2026-09-05",
    "spend 휴대폰 5,500 음악 --date 2026-11-05",
    "spend 둘째휴대폰 77,700 게임 --date 2026-10-05",
    "earn 토스포인트 1,234,567 걷기 --expires 2026-11-30 --date 2026-10-06",
    "earn 토스포인트 300 걷기 --expires 2026-10-31 --date 2026-10-06",
    "earn 토스포인트 400 걷기 --expires 2026-11-10 --date 2026-10-06",
    "earn 토스포인트둘째 5,000 걷기 --expires 2028-12-31 --date 2026-10-06",
    "spend 벤모 3.25 점심과저녁을함께먹은날의식사 --payee 식당 --date 2026-10-07",
    "refund 카카오페이 1,500 커피 --date 2026-10-07",
    "withdraw 벤모 20.50 --via instant --date 2026-10-11",
    "withdraw 토스포인트 2,000 --via own-account --to 월급이 --date 2026-10-20",
    "topup 카카오페이 10,000 --from 월급이 --fee 300 --date 2026-10-21",
    "spend 휴대폰 7,700 음악 --payee 멜론 --note 두번째결제 --date 2026-10-22",
    "send 벤모 3.25 민수 --date 2026-10-23",
    "spend 카카오페이 1,000 실수 --date 2026-11-03",
    "undo",
];

static RANDOM: AtomicU64 = AtomicU64::new(1);

/// Runs a command in this process, and fails where it does.
fn run(folder: &Path, line: &str, drawing: ChartStyle) -> CommandOutput {
    let arguments = ["jandon"].into_iter().chain(line.split_whitespace());
    let parsed = cli::parse(arguments.map(Into::into)).unwrap_or_else(|error| panic!("{line}: {error}"));
    let env = Env {
        now: LocalDateTime(0),
        data: None,
        config: None,
        region: Some("KR".into()),
        ledger: Some(folder.join("ledger.db")),
        catalog: None,
        today: Some("2026-11-27T13:05".into()),
        language: jandon::messages::Language::English,
        random: RANDOM.fetch_add(1, Ordering::Relaxed),
        drawing,
        progress: None,
        terminal: None,
    };
    let globals: GlobalArgs = parsed.globals.clone();
    let context = Context::new(env, &globals).expect("a context");
    cli::run(&parsed.command, &context).unwrap_or_else(|error| panic!("{line}: {error:?}"))
}

fn ledger() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for line in RECORDED {
        run(folder.path(), line, ChartStyle::Figures);
    }
    folder
}

fn page(output: &CommandOutput, language: Language, width: Option<usize>) -> String {
    output.answer.page(language).render(Screen { width, color: false })
}

/// The words of a page without the marks around them.
fn words(page: &str) -> BTreeSet<&str> {
    let marks = |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '%');
    page.split_whitespace().map(|word| word.trim_matches(marks)).filter(|word| !word.is_empty()).collect()
}

/// Whether a word must never be broken or shortened: a figure, an id or the code of a unit.
fn is_whole(word: &str) -> bool {
    let is_code = word.len() >= 3 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    word.chars().any(|c| c.is_ascii_digit()) || word.contains('/') || is_code
}

/// The dates of a page, and the amounts with their units.
fn pairs(page: &str) -> BTreeSet<String> {
    let mut pairs = BTreeSet::new();
    for line in page.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        for pair in words.windows(2) {
            let (first, second) = (pair[0], pair[1].trim_end_matches([',', '.', ';', ':', ')']));
            let is_number = first.ends_with(|c: char| c.is_ascii_digit());
            let is_unit = second.len() >= 3 && second.chars().all(|c| c.is_ascii_uppercase());
            let is_date = MONTHS.contains(&second) || (first.ends_with('월') && second.contains('일'));
            if (is_number && (is_unit || MONTHS.contains(&second))) || (is_date && !first.is_empty()) {
                pairs.insert(format!("{first} {second}"));
            }
        }
    }
    pairs
}

#[test]
fn at_every_width_a_page_fits_and_nothing_is_broken() {
    let ledger = ledger();
    let mut broken = Vec::new();
    for line in COMMANDS {
        let wide = ChartStyle::Bars('█', 140);
        let answer = run(ledger.path(), line, wide);
        for language in [Language::English, Language::Korean] {
            let unlimited = page(&answer, language, None);
            assert!(unlimited.contains(' '), "{line} has a page: {unlimited}");
            let (whole, pairs) = (words(&unlimited), pairs(&unlimited));
            for width in 40..=140 {
                // A chart is drawn for the width of its terminal.
                let drawn = line.starts_with("chart");
                let drawn = drawn.then(|| run(ledger.path(), line, ChartStyle::Bars('█', width)));
                let text = page(drawn.as_ref().unwrap_or(&answer), language, Some(width));
                for row in text.lines().filter(|row| !row.trim_start().starts_with("https://")) {
                    if row.width() > width {
                        broken.push(format!("{line} at {width}: too wide: {row}"));
                    }
                }
                let found = words(&text);
                for word in whole.iter().filter(|word| is_whole(word) && !found.contains(*word)) {
                    broken.push(format!("{line} at {width}: {word} is broken or missing\n{text}"));
                }
                for pair in pairs.iter().filter(|pair| !text.contains(*pair)) {
                    broken.push(format!("{line} at {width}: {pair} is parted or missing\n{text}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} faults, the first: {}", broken.len(), broken[0]);
}

#[test]
fn a_history_that_is_written_row_by_row_looks_like_one_that_is_held() {
    let ledger = ledger();
    for name in ["", "카카오페이 ", "휴대폰 --changes ", "--kind withdraw "] {
        let held = run(ledger.path(), &format!("history {name}-n 1000"), ChartStyle::Figures);
        for (language, width) in [
            (Language::English, None),
            (Language::English, Some(40)),
            (Language::Korean, Some(60)),
            (Language::Korean, Some(80)),
        ] {
            let long = run(ledger.path(), &format!("history {name}--all"), ChartStyle::Figures);
            let form = long.form(Format::Table, Screen { width, color: false }, language, false);
            let mut text = String::new();
            let write = long.stream.expect("a long answer").write;
            write(&form, &mut |part| {
                text.push_str(part);
                Ok(())
            })
            .expect("rows");
            assert_eq!(text, page(&held, language, width), "{name} at {width:?}");
        }
    }
}

#[test]
fn a_terminal_shows_the_last_rows_of_a_long_history_and_how_many_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "account add 카카오페이", ChartStyle::Figures);
    run(folder.path(), "log 카카오페이 50,000 --date 2026-09-01", ChartStyle::Figures);
    for number in 1..=40 {
        let line = format!("spend 카카오페이 {number} 커피 --date 2026-10-01");
        run(folder.path(), &line, ChartStyle::Figures);
    }
    let terminal = ChartStyle::Bars('█', 80);
    let text = page(&run(folder.path(), "history 카카오페이", terminal), Language::English, Some(80));
    assert!(text.ends_with("The last 30 of 41. All of them: jandon history 카카오페이 --all\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("spend")).count(), 30, "{text}");
    let text = page(&run(folder.path(), "history -n 31", terminal), Language::English, Some(80));
    assert_eq!(text.lines().filter(|line| line.contains("spend")).count(), 31, "{text}");
    let json = run(folder.path(), "history --json", terminal);
    assert!(json.stream.is_some(), "what scripts read has every row");
}

#[test]
fn a_name_wider_than_the_page_is_shortened_in_its_title() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "우리동네지역사랑상품권모바일가족용두번째카드";
    run(folder.path(), &format!("account add {name} --kind giftcard --unit KRW"), ChartStyle::Figures);
    run(folder.path(), &format!("log {name} 50,000"), ChartStyle::Figures);
    for line in ["account show", "history"] {
        let answer = run(folder.path(), &format!("{line} {name} "), ChartStyle::Bars('█', 40));
        let text = page(&answer, Language::Korean, Some(38));
        let title = text.lines().next().expect("a title");
        assert!(title.width() <= 40 && title.contains('…'), "{line}: {text}");
        assert!(title.ends_with(if line == "history" { "… (KRW)" } else { "…" }), "{line}: {text}");
        assert!(page(&answer, Language::Korean, Some(60)).starts_with(name), "{line}: {text}");
    }
}

/// The ids of the channels of all platforms, without those of their platforms.
static CHANNELS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let catalog = Catalog::default();
    let ids = catalog.ids();
    let platforms = ids.iter().filter_map(|id| catalog.get(id));
    platforms.flat_map(|platform| platform.channels.into_iter().map(|channel| channel.id)).collect()
});

/// The English words of a text that are no name, code, command or unit.
fn english_words(text: &str) -> Vec<String> {
    let (mut found, catalog) = (Vec::new(), Catalog::default());
    // The address of a source is in the language of its site.
    for line in text.lines().filter(|line| !line.trim_start().starts_with("https://")) {
        // A command is the same in every language.
        let prose = line.split("jandon ").enumerate().map(|(at, part)| match at {
            0 => part,
            _ => part.split_once(" · ").map_or("", |(_, rest)| rest),
        });
        for part in prose {
            let words = part.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '/'));
            // A capital within a word makes it a name: PayBill.
            let is_name = |word: &str| word.chars().skip(1).any(|c| c.is_ascii_uppercase());
            let is_english = |word: &&str| {
                word.len() > 1 && word.chars().any(|c| c.is_ascii_lowercase()) && !is_name(word)
            };
            let is_change = |word: &str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_hexdigit());
            let is_id = |word: &str| {
                is_change(word)
                    || CHANNELS.contains(word)
                    || catalog.get(word.split('/').next().unwrap_or_default()).is_some()
            };
            let words = words.filter(|word| !word.starts_with("--"));
            found.extend(words.filter(is_english).filter(|word| !is_id(word)).map(String::from));
        }
    }
    found
}

#[test]
fn a_korean_page_has_no_english_word() {
    let (ledger, empty) = (ledger(), tempfile::tempdir().expect("a folder"));
    let full = COMMANDS.iter().map(|line| (ledger.path(), line));
    for (folder, line) in full.chain(EMPTY.iter().map(|line| (empty.path(), line))) {
        let answer = run(folder, line, ChartStyle::Bars('█', 80));
        let korean = page(&answer, Language::Korean, None);
        let found = english_words(&korean);
        assert!(found.is_empty(), "{line}: {found:?}\n{korean}");
        assert!(!english_words(&page(&answer, Language::English, None)).is_empty(), "{line} finds none");
    }
}

#[test]
fn an_empty_page_says_what_to_do() {
    let empty = tempfile::tempdir().expect("a folder");
    for line in EMPTY {
        let answer = run(empty.path(), line, ChartStyle::Bars('█', 80));
        for language in [Language::English, Language::Korean] {
            let text = page(&answer, language, Some(80));
            assert!(text.contains("jandon "), "{line}: {text}");
        }
        assert!(!empty.path().join("ledger.db").exists(), "{line} creates a ledger");
    }
}

/// Nine accounts, and something of each kind that needs attention.
const NINE: &[&str] = &[
    "account add 카카오페이",
    "account add 네이버페이",
    "account add 토스 --platform toss-points",
    "account add 엘포인트",
    "account add OK캐쉬백",
    "account add SKT --limit 30,000 --bill-day 20",
    "account add 스타벅스카드 --kind giftcard --unit KRW",
    "account add 컬쳐랜드",
    "account add 국민은행 --kind bank --unit KRW",
    "log 카카오 20,600 토스 3,250 OK캐쉬백 47,800 스타벅스 15,000 국민 1,702,700 --date 2026-11-20",
    "spend 네이버 20,000 간식 --date 2026-11-20",
    "spend SKT 33,000 게임 --date 2026-10-15",
    "spend SKT 9,900 음악 --date 2026-09-15",
    "earn 엘포인트 41,000 --expires 2026-12-31 --date 2026-11-01",
    "earn 토스 1,500 --expires 2026-11-30 --date 2026-11-21",
    "earn 토스 300 --expires 2026-11-22 --date 2026-11-21",
];

#[test]
fn the_pages_of_nine_accounts_fit_one_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    for line in NINE {
        run(folder.path(), line, ChartStyle::Figures);
    }
    for (line, language) in ["status", "balance", "report", "fees 엘포인트", "fees 컬쳐랜드"]
        .into_iter()
        .flat_map(|line| [(line, Language::English), (line, Language::Korean)])
    {
        let text = page(&run(folder.path(), line, ChartStyle::Figures), language, Some(80));
        assert!(text.lines().count() <= 24, "{line}: {} lines\n{text}", text.lines().count());
    }
}

#[test]
fn the_demo_is_one_story_of_sixty_lines_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let answer = run(folder.path(), "demo", ChartStyle::Figures);
    for (language, width) in [(Language::English, 80), (Language::Korean, 80), (Language::English, 120)] {
        let text = page(&answer, language, Some(width));
        assert!(text.lines().count() <= 60, "{}\n{text}", text.lines().count());
        assert!(text.lines().all(|line| line.width() <= width), "{text}");
        assert!(text.trim_end().ends_with("jandon account add 카카오페이"), "{text}");
        assert!(text.contains("$ jandon report") && text.contains("$ jandon fees"), "{text}");
    }
}

#[test]
fn what_scripts_read_of_the_demo_depends_on_no_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let without_ids = |line: &str| run(folder.path(), line, ChartStyle::Figures).answer.json();
    assert_eq!(without_ids("demo --json --lang ko"), without_ids("demo --json --lang en"));
}
