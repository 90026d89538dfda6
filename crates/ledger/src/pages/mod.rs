//! Pages for people, in Chinese and English.

pub mod account;
pub mod line;
pub mod payment;
pub mod period;
pub mod statement;
mod words;

use platform::policy::Resource;
use platform::{App, Caller};
use rooms::pages::Section;

/// Where everything about money begins.
const HOME: &str = "/accounts";
/// Everything about money stands below one entry of the menu, for whoever it is about: nobody else finds it.
const SECTION: Section = Section(HOME);

/// Whether the way to the periods is shown.
fn sees_periods(app: &App, caller: &Caller) -> bool {
    app.policies().allows(&caller.ctx, "period_list", &Resource::house())
}
