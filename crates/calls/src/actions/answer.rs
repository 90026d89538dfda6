//! Answers: sealing one, taking the opened ones over, the formal check, and how they are read.

mod check;
pub(super) mod desk;
mod send;
mod taking;
mod view;

pub use crate::rules::answer::check::CheckDraft;
pub use crate::store::answer::Filter;
pub use check::{answer_again, answer_check, answer_finish, answer_recheck};
pub use send::{AnswerForm, Own, answer_form, answer_send, own_answers};
pub use taking::settled;
pub use view::{Answers, Item, View, answer_file, answer_list, answer_view};

use crate::rules::answer::Answer;
use crate::rules::call::Call;
use kernel::Instant;
use platform::policy::Resource;

/// The object kind of an answer in the journal.
pub(crate) const OBJECT: &str = "call_answer";

/// An answer as policies see it at a moment.
pub fn answer_resource(call: &Call, answer: &Answer, now: Instant) -> Resource {
    Resource::new("CallAnswer", &answer.id)
        .with("organisation", answer.organisation.as_str())
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
        .with("state", answer.state.code())
        .with("phase", call.state_at(now).code())
}

/// The check of an answer as policies see it; `checker` is the account that decided first, empty before.
pub fn check_resource(call: &Call, answer: &Answer, checker: &str) -> Resource {
    Resource::new("CallCheck", &answer.id)
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
        .with("members", answer.organisations())
        .with("checker", checker)
}

/// An organisation that would answer, as policies see it.
pub fn answerer_resource(call: &Call, organisation: &str) -> Resource {
    Resource::new("CallAnswerer", organisation).with("organisation", organisation).with("owner", call.owner.as_str())
}
