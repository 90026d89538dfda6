//! Pages of payment instructions: the list, one of them, its forms, and the files they leave in.

mod detail;
mod file;
mod forms;
mod list;

pub(crate) use file::{ContentQuery, bytes};

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/payments", "payment_list", get(list::page)),
        read("/payments/new", "payment_list", get(forms::new)),
        write("/payments", "payment_draft", "payment.drafted", post(forms::create)),
        read("/payments/{id}", "payment_view", get(detail::page)),
        read("/payments/{id}/draft", "payment_edit", get(forms::edit)),
        write("/payments/{id}/drafts", "payment_edit", "payment.edited", post(forms::change)),
        write("/payments/{id}/submissions", "payment_submit", "payment.submitted", post(detail::submit)),
        write("/payments/{id}/withdrawals", "payment_withdraw", "payment.withdrawn", post(detail::withdraw)),
        read("/payments/{id}/check", "payment_check", get(forms::check)),
        write("/payments/{id}/decisions", "payment_check", "payment.approved", post(forms::decide)),
        read("/payments/{id}/return", "payment_return", get(forms::back)),
        write("/payments/{id}/returns", "payment_return", "payment.returned", post(forms::give_back)),
        read("/payment-files/new", "payment_list", get(file::new)),
        write("/payment-files", "payment_export", "payment.exported", post(file::create)),
        read("/payment-files/{id}", "payment_file_view", get(file::page)),
        read("/payment-files/{id}/content", "payment_file_view", get(file::content)),
    ]
}
