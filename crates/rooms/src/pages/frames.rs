//! Pages that are one frame and nothing more: a single form, and the receipt of what was done.

use askama::Template;
use platform::web::Shell;
use platform::web::kinds::StepFrame;
use platform::web::parts::Receipt;

/// One form.
#[derive(Template)]
#[template(path = "rooms/step_page.html")]
pub struct StepPage {
    /// The frame around it.
    pub shell: Shell,
    /// The form.
    pub step: StepFrame,
}

/// The receipt of what was done.
#[derive(Template)]
#[template(path = "rooms/receipt_page.html")]
pub struct ReceiptPage {
    /// The frame around it.
    pub shell: Shell,
    /// What was done.
    pub receipt: Receipt,
    /// What was accepted all the same and is worth a second look; mostly empty.
    pub warnings: Vec<String>,
}

impl ReceiptPage {
    /// A receipt with nothing to warn of.
    pub fn new(shell: Shell, receipt: Receipt) -> ReceiptPage {
        ReceiptPage { shell, receipt, warnings: Vec::new() }
    }
}
