//! Pages of action items: the list, one item with its progress, and its forms.

mod detail;
mod forms;
mod list;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/action-items", "item_list", get(list::page)),
        read("/action-items/new", "item_begin", get(forms::new)),
        write("/action-items", "item_begin", "item.begun", post(forms::create)),
        read("/action-items/{id}", "item_view", get(detail::page)),
        read("/action-items/{id}/reports/new", "item_report", get(forms::report_new)),
        write("/action-items/{id}/reports", "item_report", "item.reported", post(forms::report)),
        read("/action-items/{id}/closing", "item_close", get(forms::closing)),
        write("/action-items/{id}/closures", "item_close", "item.done", post(forms::close)),
        read("/action-items/{id}/supervisions/new", "item_supervise", get(forms::supervision_new)),
        write("/action-items/{id}/supervisions", "item_supervise", "supervision.issued", post(forms::supervise)),
    ]
}
