//! The help of the command line in Korean. The English help stands beside each argument in `cli/`.
//!
//! A test walks the whole command line and fails for a text that is missing or of no use any more.

use super::Language;

/// A group of commands in the list of `jandon --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a group says itself")]
pub enum CommandGroup {
    Record,
    Read,
    Decide,
    Data,
}

/// A fixed text of a help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a label says itself")]
pub enum HelpLabel {
    Usage,
    Arguments,
    Options,
    Commands,
    Help,
    Version,
    /// What `jandon help` does.
    HelpCommand,
    /// The last line of the help of a command.
    MoreOptions,
}

impl CommandGroup {
    /// Returns the title of the group.
    pub fn title(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::English, CommandGroup::Record) => "Record",
            (Language::English, CommandGroup::Read) => "Read",
            (Language::English, CommandGroup::Decide) => "Decide",
            (Language::English, CommandGroup::Data) => "Data",
            (Language::Korean, CommandGroup::Record) => "기록",
            (Language::Korean, CommandGroup::Read) => "조회",
            (Language::Korean, CommandGroup::Decide) => "출금 판단",
            (Language::Korean, CommandGroup::Data) => "데이터",
        }
    }
}

impl HelpLabel {
    /// Returns the text.
    pub fn text(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::English, HelpLabel::Usage) => "Usage",
            (Language::English, HelpLabel::Arguments) => "Arguments",
            (Language::English, HelpLabel::Options) => "Options",
            (Language::English, HelpLabel::Commands) => "Commands",
            (Language::English, HelpLabel::Help) => "Print help",
            (Language::English, HelpLabel::Version) => "Print version",
            (Language::English, HelpLabel::HelpCommand) => "Print this page, or the help of a command",
            (Language::English, HelpLabel::MoreOptions) => {
                "Options of every command (--json, -o, --lang, …): jandon --help"
            }
            (Language::Korean, HelpLabel::Usage) => "사용법",
            (Language::Korean, HelpLabel::Arguments) => "인자",
            (Language::Korean, HelpLabel::Options) => "옵션",
            (Language::Korean, HelpLabel::Commands) => "명령",
            (Language::Korean, HelpLabel::Help) => "도움말 표시",
            (Language::Korean, HelpLabel::Version) => "버전 표시",
            (Language::Korean, HelpLabel::HelpCommand) => "이 도움말 또는 지정한 명령의 도움말을 봅니다",
            (Language::Korean, HelpLabel::MoreOptions) => {
                "모든 명령의 공통 옵션(--json, -o, --lang 등): jandon --help"
            }
        }
    }
}

/// Returns the Korean description of a command: `log`, `account add`; the program itself is empty.
pub fn command_in_korean(path: &str) -> Option<&'static str> {
    COMMANDS.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}

/// Returns the Korean description of an argument by the path of its command and its id. Arguments that
/// several commands share are listed once, without a command.
pub fn argument_in_korean(path: &str, id: &str) -> Option<&'static str> {
    let of = |path: &str| ARGUMENTS.iter().find(|(command, known, _)| *command == path && *known == id);
    of(path).or_else(|| of("")).map(|(_, _, text)| *text)
}

/// Every path of the table of commands.
pub fn commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(path, _)| *path)
}

/// Every command and id of the table of arguments.
pub fn arguments() -> impl Iterator<Item = (&'static str, &'static str)> {
    ARGUMENTS.iter().map(|(path, id, _)| (*path, *id))
}

const COMMANDS: &[(&str, &str)] = &[
    ("", "모바일 결제의 작은 잔액을 기록하고, 출금하면 실제로 얼마를 받는지 미리 확인합니다"),
    ("account", "계정을 열고, 보고, 고치고, 닫습니다"),
    ("account add", "계정을 엽니다. 플랫폼 이름을 쓰면 종류와 단위를 그대로 따릅니다"),
    ("account list", "닫은 계정까지 모두 나열합니다"),
    ("account edit", "계정 정보를 바꿉니다"),
    ("account close", "잔액이 없는 계정을 닫습니다"),
    ("account reopen", "닫은 계정을 다시 엽니다"),
    ("account show", "한 계정의 플랫폼, 종류, 단위, 잔액을 봅니다"),
    ("log", "앱에서 본 잔액을 기록합니다: log 카카오 12,500 토스 8,000"),
    ("spend", "쓴 돈을 기록합니다"),
    ("earn", "받은 포인트나 돈을 기록합니다"),
    ("send", "다른 사람에게 보낸 돈을 기록합니다"),
    ("receive", "다른 사람에게서 받은 돈을 기록합니다"),
    ("topup", "충전을 기록합니다. 금액은 실제로 충전된 금액입니다"),
    ("refund", "환불을 기록합니다"),
    ("pay", "휴대폰 요금 납부를 기록합니다"),
    ("transfer", "내 계정 사이의 이체를 기록합니다. 금액은 나간 금액이고, 수수료를 뺀 나머지가 들어옵니다"),
    ("withdraw", "공식 출금 방법으로 한 출금을 수수료와 세금까지 기록합니다"),
    ("expire", "플랫폼이 거둬 간 포인트를 기록합니다. 소멸일을 아는 포인트는 저절로 소멸합니다"),
    ("edit", "기록한 내역이나 잔액을 바로잡습니다. 한 번에 되돌릴 수 있습니다"),
    ("undo", "마지막 기록, 또는 지정한 기록을 실행 취소합니다. 반복하면 더 앞으로 갑니다"),
    ("redo", "마지막으로 취소한 기록을 다시 실행합니다"),
    ("status", "잔액과 챙길 일을 한 화면에 봅니다"),
    ("balance", "가진 금액, 갚을 금액, 쓸 수 있는 금액을 봅니다"),
    ("history", "기록한 내역을 오래된 것부터 봅니다"),
    ("report", "한 달 또는 한 기간 동안 잔액이 어떻게 바뀌었는지 봅니다"),
    ("chart", "월말 잔액을 그래프로 봅니다"),
    ("expiring", "소멸 예정 포인트를 빠른 날짜부터 보고, 소멸일을 모르는 포인트도 봅니다"),
    ("due", "휴대폰 소액결제 청구를 봅니다: 청구액, 미청구액, 납부일, 남은 한도"),
    ("stale", "오랫동안 잔액을 확인하지 않은 계정을 봅니다"),
    ("value", "플랫폼마다 얻은 이익을 봅니다: 적립에서 수수료, 세금, 소멸을 뺀 금액"),
    ("calendar", "소멸일과 청구서 납부일을 캘린더 파일(.ics)로 씁니다. 일주일 전에 알립니다"),
    ("fees", "공식 출금 방법마다 받는 금액을 비교합니다"),
    ("plan", "원하는 금액을 가장 싸게, 또는 가장 많이 출금하는 방법을 찾습니다"),
    ("channels", "공식 출금 방법의 규칙, 날짜, 출처를 봅니다"),
    ("rate", "한 단위가 다른 단위로 얼마인지 정하거나 봅니다"),
    ("rate set", "UNIT 하나가 OF로 VALUE라고 정합니다: rate set USD 1400 KRW"),
    ("rate list", "정한 환율을 오래된 것부터 나열합니다"),
    ("unit", "나만의 포인트 단위를 정합니다"),
    ("unit add", "단위를 정합니다: unit add MILES --decimals 0"),
    ("backup", "장부를 다른 파일로 백업합니다. 기록하는 중에도 됩니다"),
    ("restore", "백업으로 장부를 복원합니다. 전의 장부는 옆에 남겨 둡니다"),
    (
        "import",
        "거래내역, 문자, 내보낸 파일을 모두 가져오거나 하나도 가져오지 않습니다. 아는 행은 다시 넣지 않습니다",
    ),
    ("profiles", "은행과 지갑의 거래내역을 어떻게 읽는지 봅니다"),
    ("export", "모든 기록을 파일로 내보냅니다. json은 잃는 것 없이 다시 가져올 수 있습니다"),
    ("check", "장부를 검사합니다: 파일, 모든 기록의 체크섬, 모든 합계"),
    ("demo", "임시 장부에서 한 달을 미리 봅니다"),
];

const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("", "ledger", "장부 파일 [환경 변수: JANDON_LEDGER] [기본값: 사용자 데이터 폴더의 ledger.db]"),
    ("", "catalog", "내 플랫폼 파일의 폴더 [환경 변수: JANDON_CATALOG] [기본값: 설정 폴더의 platforms]"),
    ("", "format", "출력 형식 [table, json, csv, html]"),
    ("", "csv_safe", "스프레드시트가 수식으로 실행할 셀 앞에 '를 붙입니다"),
    ("", "json", "--format json과 같습니다"),
    ("", "output", "결과를 파일에 씁니다. 확장자가 형식을 정합니다"),
    ("", "force", "이미 있는 파일을 바꿉니다"),
    ("", "lock_timeout", "장부를 쓰는 다른 프로세스를 기다리는 초 [기본값: 10]"),
    ("", "today", "시계 대신 쓸 날짜, 2026-11-22 또는 2026-11-22T13:05 [환경 변수: JANDON_TODAY]"),
    ("", "color", "색을 쓰는 때 [기본값: auto] [auto, always, never]"),
    ("", "lang", "읽는 글의 언어 [환경 변수: JANDON_LANG] [기본값: 로케일] [en, ko]"),
    ("", "exchange", "아는 환율로 이 단위의 합계도 보입니다"),
    ("", "quiet", "오류 말고는 stderr에 아무것도 쓰지 않습니다"),
    ("", "name", "계정"),
    ("", "amount", "금액: 4500, 4,500, 1만5천, 3.50"),
    ("", "category", "무엇에 썼는지"),
    ("", "category_option", "옵션으로 쓰는 분류. 숫자로 된 분류는 이렇게 씁니다"),
    ("", "payee", "돈을 받은 곳 또는 준 곳"),
    ("", "date", "일어난 때: 2026-11-20, 2026-11-20T18:30, 어제, 3일 전, yesterday, 3d ago"),
    ("", "note", "메모"),
    ("", "dry_run", "무엇이 기록될지만 보이고 기록하지 않습니다"),
    ("", "platform", "운영하는 플랫폼: kakaopay, toss-points, skt … (jandon channels)"),
    ("", "kind", "wallet(지갑), rewards(포인트), giftcard(상품권), carrier(휴대폰 소액결제), bank(은행)"),
    ("", "unit", "금액의 단위: KRW, USD 또는 포인트 단위"),
    ("", "limit", "휴대폰 소액결제의 한도"),
    ("", "bill_day", "휴대폰 요금 납부일, 1에서 31"),
    ("", "exit_code", "찾은 것이 있으면 종료 코드 3으로 끝냅니다"),
    ("", "from", "돈을 낸 내 계정"),
    ("", "fee", "수수료"),
    ("", "assume", "이 출금 방법의 조건이 맞는다고 봅니다. 여러 번 쓸 수 있습니다"),
    ("account add", "name", "계정 이름"),
    ("account edit", "rename", "새 이름"),
    ("account reopen", "name", "닫은 계정"),
    ("log", "seen", "이름 금액 또는 이름=금액, 여러 번 쓸 수 있습니다"),
    ("log", "same", "이 계정들의, 이름이 없으면 모든 계정의 지금 잔액이 맞다고 기록합니다"),
    ("log", "credit", "통신사가 보여 주는 금액이 갚을 돈이 아니라 남은 돈입니다"),
    ("log", "month", "통신사가 보여 주는 금액을 이 달의 것으로 셉니다: 2026-08"),
    ("earn", "amount", "금액: 120, 1,200, 1천"),
    ("earn", "expires", "포인트의 마지막 날, 또는 never(없음) [기본값: 플랫폼의 규칙]"),
    ("send", "who", "받은 사람"),
    ("receive", "who", "보낸 사람"),
    ("topup", "amount", "실제로 충전된 금액"),
    ("topup", "fee", "금액과 따로 낸 수수료"),
    ("pay", "carrier", "휴대폰 소액결제 계정"),
    ("pay", "amount", "낸 금액"),
    ("transfer", "from", "돈이 나간 계정"),
    ("transfer", "to", "돈이 들어온 계정"),
    ("transfer", "amount", "나간 금액"),
    ("transfer", "received", "들어온 금액(아는 경우)"),
    ("transfer", "fee", "수수료(아는 경우)"),
    ("withdraw", "amount", "금액, 또는 all(전부)"),
    ("withdraw", "via", "출금 방법: instant, venmo/instant 또는 그 앞부분. 하나뿐이면 생략할 수 있습니다"),
    ("withdraw", "to", "돈이 들어온 내 계정"),
    ("withdraw", "received", "실제로 받은 금액"),
    ("withdraw", "fee", "실제로 낸 수수료"),
    ("expire", "amount", "거둬 간 포인트"),
    ("edit", "id", "history에 보이는 기록 ID 또는 그 끝부분, 또는 한 내역의 전체 ID"),
    ("edit", "amount", "맞는 금액"),
    ("edit", "date", "맞는 날짜"),
    ("edit", "account", "맞는 계정"),
    ("edit", "category", "맞는 분류. ''는 없음"),
    ("edit", "payee", "맞는 상대. ''는 없음"),
    ("edit", "expires", "포인트의 마지막 날, 또는 never(없음)"),
    ("edit", "note", "맞는 메모. ''는 없음"),
    ("undo", "id", "history에 보이는 기록 ID 또는 그 끝부분"),
    ("undo", "dry_run", "무엇이 취소될지만 보이고 기록하지 않습니다"),
    ("redo", "dry_run", "무엇이 다시 실행될지만 보이고 기록하지 않습니다"),
    ("balance", "name", "이 계정들만"),
    ("balance", "at", "이 시점의 잔액"),
    ("history", "name", "이 계정만"),
    ("history", "period", "이 기간만: 2026-10, 지난달, 2026-10-03..2026-10-09"),
    (
        "history",
        "kind",
        "이 종류만: spend, earn, topup, refund, transfer, send, receive, withdraw, pay, expire, snapshot",
    ),
    ("history", "payee", "받는 쪽 이름에 이 글이 들어 있는 것만"),
    ("history", "all", "모두 봅니다. 터미널에서는 이 옵션이 없으면 최근 30건만 봅니다"),
    ("history", "category", "이 분류만"),
    ("history", "search", "이 글이 들어 있는 것만"),
    ("history", "limit", "마지막 몇 개만"),
    ("history", "changes", "계정, 단위, 환율의 변경과 수정, 실행 취소까지 봅니다"),
    ("report", "period", "2026-10, 2026, 2026Q4, A..B, 지난달, last 90d [기본값: 이번 달]"),
    ("report", "month_start", "한 달이 시작하는 날, 1에서 31"),
    ("report", "full", "계정의 모든 항목, 모든 분류와 목록까지"),
    ("report", "by", "사용과 적립만 묶어 보기: category(분류별), payee(상대별), month(월별)"),
    ("chart", "name", "한 계정. 없으면 은행을 뺀 모든 계정"),
    ("chart", "period", "기간: 2026, 2025-07..2026-06, last 90d [기본값: 지난 12개월]"),
    ("expiring", "within", "며칠 앞까지 볼지: 90d, 12w"),
    ("due", "within", "이 기간 안의 청구와 연체만 [기본값: 전부, --exit-code에는 30d]"),
    ("stale", "days", "며칠 동안"),
    ("value", "period", "2026-10, 2026, A..B, last 90d [기본값: 이번 달]"),
    ("fees", "name", "내 계정, 또는 목록의 플랫폼"),
    ("fees", "amount", "금액, 또는 all(전부) [기본값: 계정이면 전부]"),
    ("fees", "receive", "적어도 이만큼 받는 가장 작은 금액을 찾습니다"),
    ("fees", "via", "이 출금 방법만"),
    ("fees", "on", "이 날의 규칙으로"),
    ("fees", "sources", "규칙마다 출처와 필요한 것까지 봅니다"),
    ("fees", "used_count", "장부 대신, 기간마다 이미 한 출금 횟수"),
    ("fees", "used_amount", "장부 대신, 기간마다 이미 출금한 금액"),
    ("plan", "amount", "적어도 받을 금액 [기본값: 가능한 만큼]"),
    ("plan", "target", "같은 금액을 옵션으로"),
    ("plan", "by", "출금할 수 있는 마지막 날 [기본값: 오늘]"),
    ("plan", "to", "돈을 받을 내 계정"),
    ("plan", "keep", "계정에 이만큼 남깁니다"),
    ("plan", "only", "이 계정들에서만"),
    ("plan", "splits", "계정, 출금 방법, 달마다 많아야 몇 번 출금할지"),
    (
        "plan",
        "step_cost",
        "출금 한 번의 수고를 금액으로. 고를 때만 쓰고 비용에는 넣지 않습니다. 0이면 가장 싼 방법 \
         [기본값: 100 KRW, 0.10 USD, 10 JPY, 그 밖에는 0]",
    ),
    ("plan", "commands", "계획을 기록하는 명령만 출력합니다"),
    ("channels", "platform", "한 플랫폼 자세히"),
    ("channels", "check", "내 플랫폼 파일을 검사합니다"),
    ("rate set", "unit", "값을 정할 단위: USD, TOSSP"),
    ("rate set", "value", "하나의 값: 1400, 0.95 또는 2/3"),
    ("rate set", "of", "어느 단위로"),
    ("rate set", "date", "이 날부터 [기본값: 오늘]"),
    ("unit add", "code", "단위 코드: 글자와 숫자"),
    ("unit add", "decimals", "소수 자릿수, 0에서 9"),
    ("backup", "file", "백업 파일"),
    ("restore", "file", "backup이 만든 파일"),
    (
        "import",
        "files",
        "거래내역(CSV, XLSX, XLS, HTML, OFX, QIF), 문자, 또는 export가 쓴 파일. -는 표준 입력",
    ),
    ("import", "describe", "값은 하나도 보이지 않고 파일의 구조만 봅니다"),
    ("import", "profile", "파일을 읽을 프로필: id 또는 파일 [기본값: 제목 줄을 아는 프로필]"),
    ("import", "account", "행을 넣을 계정. 파일에 계정이 여럿이면 LABEL=로 하나를 지정합니다"),
    ("import", "dry_run", "무엇이 더해질지만 보이고 기록하지 않습니다"),
    ("import", "skip_bad", "읽지 못한 행을 빼고 가져옵니다"),
    ("import", "encoding", "파일의 인코딩"),
    ("import", "delimiter", "칸을 나누는 문자"),
    ("import", "date_order", "날짜에서 일과 월의 순서"),
    ("import", "decimal", "금액의 소수점 문자"),
    ("import", "date", "날짜가 없는 문자의 날"),
    ("import", "password_file", "첫 줄이 잠긴 통합 문서의 비밀번호인 파일"),
    ("import", "rules", "내 규칙 [기본값: 설정 폴더의 rules.toml]"),
    ("import", "no_balance", "파일의 잔액을 가져오지 않습니다"),
    ("import", "keep_typed", "직접 입력한 기록을 대신하지 않습니다"),
    ("import", "yes", "묻지 않고 기록합니다"),
    ("profiles", "id", "한 프로필 자세히"),
    ("profiles", "check", "내 프로필을 검사합니다"),
    (
        "export",
        "to",
        "파일 형식: json(한 줄에 한 기록), csv(내역. --csv-safe는 스프레드시트용), hledger 또는 beancount \
         [기본값: --format이나 -o의 확장자, 없으면 json]",
    ),
    ("check", "repair", "장부를 백업한 뒤 합계를 기록에서 다시 계산합니다. 손상된 기록이 있으면 거절합니다"),
    ("check", "accept_damage", "--repair와 함께: 백업이 없을 때 손상된 기록을 지금 그대로 받아들입니다"),
];
