//! The file that carries approved payments to the bank: CSV for the bank's program, JSON with the totals.

use super::Payment;
use kernel::{Date, Fen, FenError};
use serde_json::{Value, json};

/// Name and version of the format.
pub const FORMAT: &str = "yilang-payments/1";
/// Payments in one file.
pub const FILE_PAYMENTS_MAX: usize = 1_000;
/// Columns of the CSV, in order; see docs/ledger-format.md.
pub const COLUMNS: [&str; 8] =
    ["number", "date", "payee_name", "payee_bank", "payee_account", "amount_yuan", "currency", "purpose"];

/// A file as it was made. It never changes: whoever fetches it again gets the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFile {
    /// Opaque id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The account of the ledger that pays everything in it.
    pub account: String,
    /// Payments in it.
    pub count: i64,
    /// Their sum.
    pub total: Fen,
    /// The CSV.
    pub csv: String,
    /// SHA-256 of the CSV, hexadecimal.
    pub csv_sha256: String,
    /// The JSON.
    pub json: String,
    /// SHA-256 of the JSON, hexadecimal.
    pub json_sha256: String,
    /// From the demonstration.
    pub demo: bool,
    /// Who made it.
    pub by: String,
    /// The name of whoever made it, at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

/// Writes payments, in order, into a file; `digest` is SHA-256 as hexadecimal text. Its author is still to be named.
///
/// # Errors
/// The sum leaves the range of money.
pub fn fill(
    (id, number, account): (&str, &str, &str),
    payments: &[Payment],
    day: Date,
    digest: impl Fn(&[u8]) -> String,
) -> Result<PaymentFile, FenError> {
    let total = payments.iter().try_fold(Fen::ZERO, |sum, payment| sum.plus(payment.amount))?;
    let csv = csv(payments, day);
    let csv_sha256 = digest(csv.as_bytes());
    let items: Vec<Value> = payments.iter().map(|payment| item(payment, day)).collect();
    let document = json!({
        "format": FORMAT, "number": number, "date": day.to_string(), "account": account, "currency": "CNY",
        "count": payments.len(), "total_fen": total.get(), "csv_sha256": csv_sha256, "payments": items,
    });
    let json = format!("{document:#}\n");
    Ok(PaymentFile {
        id: id.to_owned(),
        number: number.to_owned(),
        account: account.to_owned(),
        count: i64::try_from(payments.len()).unwrap_or(i64::MAX),
        total,
        csv,
        csv_sha256,
        json_sha256: digest(json.as_bytes()),
        json,
        demo: payments.iter().any(|payment| payment.demo),
        by: String::new(),
        by_name: String::new(),
        at_ms: 0,
    })
}

fn item(payment: &Payment, day: Date) -> Value {
    json!({
        "number": payment.number, "date": day.to_string(), "amount_fen": payment.amount.get(), "purpose": payment.purpose,
        "payee": { "name": payment.payee.name, "bank": payment.payee.bank, "account": payment.payee.account },
    })
}

/// UTF-8 without a byte order mark, RFC 4180: programs of banks read it, not spreadsheets.
fn csv(payments: &[Payment], day: Date) -> String {
    let mut text = format!("{}\r\n", COLUMNS.join(","));
    for payment in payments {
        let cells = [
            payment.number.clone(),
            day.to_string(),
            payment.payee.name.clone(),
            payment.payee.bank.clone(),
            payment.payee.account.clone(),
            payment.amount.to_string(),
            "CNY".to_owned(),
            payment.purpose.clone(),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&quoted.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
