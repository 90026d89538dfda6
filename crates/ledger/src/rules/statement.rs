//! Bank statements (银行对账单、国库回单): what the bank says has come and gone.
//!
//! A file is taken whole or not at all. It carries its own opening and closing balance and the balance after every
//! line, and all of them must agree; it must go on where the statement before it ended. The format is described in
//! docs/ledger-format.md.

mod report;
#[cfg(test)]
mod tests;

pub use report::{PROBLEMS_MAX, Problem, Problems};

use kernel::{Date, Fen, FenError};
use report::problem;
use std::collections::{BTreeMap, BTreeSet};

/// Lines of one file.
pub const LINES_MAX: usize = 5_000;
/// Characters of a cell.
pub const CELL_CHARS_MAX: usize = 200;
/// Columns of the file. They may stand in any order; all of them must be there.
pub const COLUMNS: [&str; 10] = [
    "kind",
    "date",
    "serial",
    "debit",
    "credit",
    "balance",
    "counterparty",
    "counterparty_account",
    "reference",
    "summary",
];

/// A row of a table: its line in the file, from 1, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins in.
    pub line: usize,
    /// Its cells.
    pub cells: Vec<String>,
}

/// A line of a statement as the bank wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// Its line in the file.
    pub line: usize,
    /// The bank's own number of the movement.
    pub serial: String,
    /// The day it was booked.
    pub day: Date,
    /// Positive for what came in, negative for what went out.
    pub amount: Fen,
    /// The balance after it.
    pub balance: Fen,
    /// The other side; may be empty.
    pub counterparty: String,
    /// Its account number; may be empty.
    pub counterparty_account: String,
    /// What went with it, such as the number of an instruction; may be empty.
    pub reference: String,
    /// The bank's words for it; may be empty.
    pub summary: String,
}

/// A statement that agrees with itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The day it begins.
    pub from: Date,
    /// The day it ends.
    pub to: Date,
    /// The balance before its first line.
    pub opening: Fen,
    /// The balance after its last line.
    pub closing: Fen,
    /// Its lines, in the order of the file.
    pub lines: Vec<StatementLine>,
}

/// Where each of [`COLUMNS`] stands in the file.
type Order = BTreeMap<&'static str, usize>;

/// Reads a table whose first row names the columns.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(rows: &[Row]) -> Result<Read, Problems> {
    let mut problems = Problems::default();
    let order = rows.first().and_then(|header| columns(header, &mut problems));
    let Some(order) = order else {
        if problems.is_empty() {
            problems.add(problem((0, 0), ("file-empty", ""), EMPTY.0, EMPTY.1));
        }
        return Err(problems);
    };
    let (lines, serials) = (Vec::new(), BTreeMap::new());
    let mut reader = Reader { order: &order, problems, opening: None, closing: None, lines, serials, above: None };
    for row in &rows[1..] {
        reader.row(row, rows[0].cells.len());
    }
    reader.finish(rows.last().map_or(0, |row| row.line))
}

const EMPTY: (&str, &str) = (
    "文件里没有内容。请核对是否选对了文件；第一行是列名，随后是期初行、明细行和期末行。",
    "The file is empty. Check that it is the right one; its first line names the columns, then come the opening, the lines and the closing.",
);

fn columns(header: &Row, problems: &mut Problems) -> Option<Order> {
    let (mut order, before) = (Order::new(), problems.total);
    for (index, cell) in header.cells.iter().enumerate() {
        let (name, at) = (cell.trim(), (header.line, index + 1));
        match COLUMNS.iter().find(|known| **known == name) {
            Some(known) if order.contains_key(known) => problems.add(problem(
                at,
                ("column-twice", known),
                format!("列名“{known}”出现了两次，请只留一列。"),
                format!("The column “{known}” is there twice; keep one."),
            )),
            Some(known) => {
                order.insert(known, index);
            }
            None => {
                let shown: String = name.chars().take(40).collect();
                problems.add(problem(
                    at,
                    ("column-unknown", ""),
                    format!("没有“{shown}”这一列，请改正列名或删去此列。可用的列名：{}。", COLUMNS.join(",")),
                    format!(
                        "There is no column “{shown}”; correct its name or remove it. Columns are: {}.",
                        COLUMNS.join(",")
                    ),
                ));
            }
        }
    }
    for name in COLUMNS.iter().filter(|name| !order.contains_key(**name)) {
        problems.add(problem(
            (header.line, 0),
            ("column-missing", name),
            format!("缺少列“{name}”。第一行要写齐列名：{}。", COLUMNS.join(",")),
            format!("The column “{name}” is missing. The first line names all columns: {}.", COLUMNS.join(",")),
        ));
    }
    (problems.total == before).then_some(order)
}

struct Reader<'a> {
    order: &'a Order,
    problems: Problems,
    opening: Option<(Date, Fen)>,
    closing: Option<(Date, Fen)>,
    lines: Vec<StatementLine>,
    /// The bank's numbers so far, with the line of each.
    serials: BTreeMap<String, usize>,
    /// The balance of the row above; none before the first and after a row whose balance cannot be read: one wrong cell is
    /// one problem.
    above: Option<Fen>,
}

/// A row with the columns named.
struct Cells<'a> {
    row: &'a Row,
    order: &'a Order,
}

impl Cells<'_> {
    fn at(&self, name: &str) -> (usize, usize) {
        (self.row.line, self.order.get(name).map_or(0, |index| index + 1))
    }

    fn text(&self, name: &str) -> &str {
        self.order.get(name).and_then(|index| self.row.cells.get(*index)).map_or("", |cell| cell.trim())
    }
}

impl Reader<'_> {
    fn row(&mut self, row: &Row, width: usize) {
        if row.cells.len() != width {
            let (found, last) = (row.cells.len(), row.cells.len().max(1));
            self.above = None;
            self.problems.add(problem(
                (row.line, last),
                ("csv-width", ""),
                format!("这一行有 {found} 格，列名有 {width} 个。空的格子也要留出逗号，含逗号的内容要用英文双引号括起来。"),
                format!("This row has {found} cells and the header {width}. Keep the commas of empty cells and quote what holds a comma."),
            ));
            return;
        }
        let cells = Cells { row, order: self.order };
        let before = self.problems.total;
        let long = COLUMNS.iter().find(|name| cells.text(name).chars().count() > CELL_CHARS_MAX);
        if let Some(name) = long {
            self.above = None;
            self.problems.add(problem(
                cells.at(name),
                ("cell-too-long", name),
                format!("一格最多 {CELL_CHARS_MAX} 个字，请缩短。"),
                format!("A cell has {CELL_CHARS_MAX} characters at most; shorten it."),
            ));
            return;
        }
        let (day, balance) = (self.day(&cells), self.money(&cells, "balance", true));
        self.of_kind(&cells, day, balance, before);
        self.above = balance;
    }

    fn of_kind(&mut self, cells: &Cells<'_>, day: Option<Date>, balance: Option<Fen>, before: usize) {
        match cells.text("kind") {
            "opening" => self.bound(cells, true, day, balance),
            "closing" => self.bound(cells, false, day, balance),
            "line" => {
                let amount = self.amount(cells);
                self.serial(cells);
                if let (Some(day), Some(balance), Some(amount)) = (day, balance, amount)
                    && self.problems.total == before
                {
                    self.line(cells, day, balance, amount);
                }
            }
            other => {
                let shown: String = other.chars().take(20).collect();
                self.problems.add(problem(
                    cells.at("kind"),
                    ("statement-kind", "kind"),
                    format!("kind 列只能是 opening（期初）、line（明细）或 closing（期末），这里是“{shown}”。"),
                    format!("The column kind is opening, line or closing; here it is “{shown}”."),
                ));
            }
        }
    }

    fn day(&mut self, cells: &Cells<'_>) -> Option<Date> {
        let day = Date::parse(cells.text("date")).ok();
        if day.is_none() {
            self.problems.add(problem(
                cells.at("date"),
                ("date-shape", "date"),
                "日期请写成 2026-03-01 的样子。",
                "Write the date like 2026-03-01.",
            ));
        }
        day
    }

    /// An amount that is not negative; none where the cell is empty and need not be filled in.
    fn money(&mut self, cells: &Cells<'_>, name: &'static str, needed: bool) -> Option<Fen> {
        let text = cells.text(name);
        if text.is_empty() && !needed {
            return Some(Fen::ZERO);
        }
        match Fen::parse_yuan(text) {
            Ok(amount) => Some(amount),
            Err(error) => {
                let (zh, en) = match error {
                    FenError::Shape => (
                        "金额以元为单位，最多两位小数，不带正负号，如 1200.50。",
                        "An amount is in yuan with at most two decimals and no sign, such as 1200.50.",
                    ),
                    FenError::TooLarge => {
                        ("金额过大，请检查单位是否为元。", "The amount is too large; check that it is in yuan.")
                    }
                };
                self.problems.add(problem(cells.at(name), ("amount-shape", name), zh, en));
                None
            }
        }
    }

    fn amount(&mut self, cells: &Cells<'_>) -> Option<Fen> {
        let (debit, credit) = (self.money(cells, "debit", false), self.money(cells, "credit", false));
        match (debit?, credit?) {
            (Fen::ZERO, credit) if credit > Fen::ZERO => Some(credit),
            // What fits without a sign fits with one.
            (debit, Fen::ZERO) if debit > Fen::ZERO => Fen::ZERO.minus(debit).ok(),
            _ => {
                self.problems.add(problem(
                    cells.at("debit"),
                    ("statement-sides", "debit"),
                    "每一明细行在支出（debit）和收入（credit）中必须且只能填一个大于零的金额。",
                    "Each line has exactly one amount above zero, either in debit (out) or in credit (in).",
                ));
                None
            }
        }
    }

    fn serial(&mut self, cells: &Cells<'_>) {
        let serial = cells.text("serial");
        if serial.is_empty() {
            self.problems.add(problem(
                cells.at("serial"),
                ("statement-serial", "serial"),
                "请填写银行的交易流水号：有了它，同一笔才不会记两次。",
                "Give the bank's own number of the movement: by it nothing is taken twice.",
            ));
        } else if let Some(first) = self.serials.insert(serial.to_owned(), cells.row.line) {
            self.problems.add(problem(
                cells.at("serial"),
                ("statement-serial-twice", "serial"),
                format!("流水号与第 {first} 行相同，请删去重复的一行。"),
                format!("The number is that of line {first}; remove the line that is there twice."),
            ));
        }
    }

    fn bound(&mut self, cells: &Cells<'_>, opening: bool, day: Option<Date>, balance: Option<Fen>) {
        let name = if opening { "opening" } else { "closing" };
        let misplaced = self.closing.is_some() || (opening && (self.opening.is_some() || !self.lines.is_empty()));
        if misplaced {
            self.problems.add(problem(
                cells.at("kind"),
                ("statement-order", "kind"),
                "期初行（opening）只有一行，在最前；期末行（closing）只有一行，在最后。",
                "There is one opening, before everything, and one closing, after everything.",
            ));
            return;
        }
        if let Some(day) = day {
            self.in_order(cells, day);
        }
        if let (Some(day), Some(balance)) = (day, balance) {
            if !opening {
                self.balanced(cells, balance, None, name);
            }
            let place = if opening { &mut self.opening } else { &mut self.closing };
            *place = Some((day, balance));
        }
    }

    fn line(&mut self, cells: &Cells<'_>, day: Date, balance: Fen, amount: Fen) {
        if self.closing.is_some() {
            self.problems.add(problem(
                cells.at("kind"),
                ("statement-order", "kind"),
                "期末行（closing）之后不能再有明细，请把它移到最后。",
                "No line follows the closing; move it to the end.",
            ));
            return;
        }
        if self.lines.len() == LINES_MAX {
            self.problems.add(problem(
                (cells.row.line, 0),
                ("rows-max", ""),
                format!("一个文件最多 {LINES_MAX} 行明细，请按日期拆成几个文件依次导入。"),
                format!("A file has {LINES_MAX} lines at most; split it by date and load the parts in order."),
            ));
        }
        self.in_order(cells, day);
        self.balanced(cells, balance, Some(amount), "line");
        let text = |name: &str| cells.text(name).to_owned();
        self.lines.push(StatementLine {
            line: cells.row.line,
            serial: text("serial"),
            day,
            amount,
            balance,
            counterparty: text("counterparty"),
            counterparty_account: bare(cells.text("counterparty_account")),
            reference: text("reference"),
            summary: text("summary"),
        });
    }

    fn in_order(&mut self, cells: &Cells<'_>, day: Date) {
        let before = self.lines.last().map(|line| line.day).or(self.opening.map(|(day, _)| day));
        if before.is_some_and(|before| day < before) {
            self.problems.add(problem(
                cells.at("date"),
                ("statement-date-order", "date"),
                "日期早于上一行。请按入账日期从早到晚排列。",
                "The date is before that of the line above. Put the lines in order of their dates.",
            ));
        }
    }

    /// The balance must follow from the one above; where it does not, the one that would is named.
    fn balanced(&mut self, cells: &Cells<'_>, balance: Fen, amount: Option<Fen>, kind: &str) {
        let due = self.above.and_then(|above| above.plus(amount.unwrap_or(Fen::ZERO)).ok());
        let Some(due) = due.filter(|due| *due != balance) else { return };
        let code = if kind == "closing" { "statement-closing" } else { "statement-balance" };
        self.problems.add(problem(
            cells.at("balance"),
            (code, "balance"),
            format!("余额不连续：按上一行推算应为 {due} 元。请核对本行金额，或看中间是否漏了一行。"),
            format!("The balance does not follow: by the line above it should be {due}. Check this amount, or whether a line is missing."),
        ));
    }

    fn finish(mut self, last: usize) -> Result<Read, Problems> {
        let missing = [(self.opening.is_none(), "opening", "期初"), (self.closing.is_none(), "closing", "期末")];
        for (_, name, zh) in missing.into_iter().filter(|(missing, ..)| *missing) {
            let line = if name == "opening" { 2 } else { last };
            self.problems.add(problem(
                (line, 0),
                ("statement-bounds", "kind"),
                format!("缺少{zh}行：请加一行，kind 写 {name}，并填写日期和余额。"),
                format!("The {name} is missing: add a row of kind {name} with its date and balance."),
            ));
        }
        match (self.opening, self.closing) {
            (Some((from, opening)), Some((to, closing))) if self.problems.is_empty() => {
                Ok(Read { from, to, opening, closing, lines: self.lines })
            }
            _ => Err(self.problems),
        }
    }
}

/// An account number without what people put between its signs.
fn bare(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    bare.to_ascii_uppercase()
}

/// Where the statement before ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Its last day.
    pub to: Date,
    /// Its closing balance.
    pub closing: Fen,
}

/// Checks that a statement goes on where the one before ended; `known` are the bank's numbers that are there already.
///
/// # Errors
/// `statement-overlap`, `statement-gap`, `statement-serial-known`, `statement-ahead`.
pub fn continues(read: &Read, last: Option<Last>, known: &BTreeSet<String>, today: Date) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for line in read.lines.iter().filter(|line| known.contains(&line.serial)) {
        problems.add(problem(
            (line.line, 0),
            ("statement-serial-known", "serial"),
            format!("流水号 {} 已在以前的对账单里。请只导出上一份对账单之后的明细。", line.serial),
            format!("The number {} stands in an earlier statement. Export only what came after it.", line.serial),
        ));
    }
    if read.to > today {
        problems.add(problem(
            (0, 0),
            ("statement-ahead", "date"),
            "期末日期在今天之后。请导出截至今天的对账单。",
            "The closing lies after today. Export a statement that ends today at the latest.",
        ));
    }
    if let Some(last) = last {
        if read.from < last.to {
            problems.add(problem(
                (2, 0),
                ("statement-overlap", "date"),
                format!("期初日期早于上一份对账单的期末 {}，两份重叠了。请从那一天之后导出。", last.to),
                format!(
                    "It begins before {}, where the statement before it ends: they overlap. Export from that day on.",
                    last.to
                ),
            ));
        } else if read.opening != last.closing {
            problems.add(problem(
                (2, 0),
                ("statement-gap", "balance"),
                format!(
                    "期初余额 {} 元与上一份对账单的期末余额 {} 元不一致，中间可能缺一份。请先导入缺少的那一份。",
                    read.opening, last.closing
                ),
                format!(
                    "It opens with {} but the statement before it closed with {}: one between them may be missing. Load that one first.",
                    read.opening, last.closing
                ),
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
