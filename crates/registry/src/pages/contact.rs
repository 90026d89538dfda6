//! Pages of contact requests: received and sent, one with its thread, a new one.

mod list;
mod new;
mod thread;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/contacts", "contact_list", get(list::page)),
        read("/contacts/new", "contact_list", get(new::page)),
        read("/contacts/{id}", "contact_view", get(thread::page)),
        read("/contacts/{id}/receipts/{entry}", "contact_view", get(new::receipt)),
        write("/contacts", "contact_create", "contact.sent", post(new::send)),
        write("/contacts/{id}/answers", "contact_answer", "contact.answered", post(thread::answer)),
        write("/contacts/{id}/messages", "contact_say", "contact.said", post(thread::say)),
        write("/contacts/{id}/withdrawals", "contact_withdraw", "contact.withdrawn", post(thread::withdraw)),
        write("/contacts/{id}/openings", "contact_open", "contact.opened", post(thread::open)),
        write("/contacts/{id}/revocations", "contact_revoke", "contact.revoked", post(thread::revoke)),
    ]
}
