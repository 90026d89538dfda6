//! Why was this refused: a decision with the policies that made it and the facts they looked at, for administrators.

use crate::rules::refusals;
use kernel::Refusal;
use platform::identity::{account_named, account_row, actor_for_account};
use platform::policy::{Explanation, Refused, Resource};
use platform::{Actor, App, Ctx, Outcome};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The number of a request, as its error page shows it; may be empty.
    pub request: String,
    /// Login name, address or id of an account; may be empty.
    pub account: String,
    /// An action; empty for whatever was refused to the account.
    pub action: String,
    /// The account that the action is about; empty for the house.
    pub about: String,
}

/// What the house knows of it.
#[derive(Debug, Clone, Default)]
pub struct WhyView {
    /// The decision that would be made now, if an action was named.
    pub now: Option<Explanation>,
    /// What was refused on this node, the newest first.
    pub refused: Vec<Refused>,
}

/// The actions that a question can name: those about the house or an account.
///
/// # Errors
/// As the policy says.
pub fn why_actions(app: &App, ctx: &Ctx) -> Result<Vec<String>, Refusal> {
    app.policies().require(ctx, "why_list", &Resource::house())?;
    let plain = |action: &&str| kind_of(app, action).is_some();
    Ok(app.policies().actions().filter(plain).map(str::to_owned).collect())
}

/// The kind of thing of an action, if the house knows all facts of one from its id.
fn kind_of(app: &App, action: &str) -> Option<&'static str> {
    let kinds = app.policies().kinds_of(action);
    ["House", "Person"].into_iter().find(|known| kinds == [*known])
}

/// Why a request was refused, what was refused to an account, and what would be decided now.
///
/// Facts are roles, ids, codes and yes or no: policies see nothing else, so no protected content is among them.
///
/// # Errors
/// As the policy says; `why-account`, `why-action` for what is not there.
pub async fn why_list(app: &App, ctx: &Ctx, question: &Question) -> Outcome<WhyView> {
    app.policies().require(ctx, "why_list", &Resource::house())?;
    let mut view = WhyView::default();
    let (request, account, action) = (question.request.trim(), question.account.trim(), question.action.trim());
    if !request.is_empty() {
        view.refused = app.policies().refused(request);
    }
    let actor = match account {
        "" => Actor::visitor(),
        typed => actor(app, typed, "account").await?,
    };
    if request.is_empty()
        && let Some(id) = actor.account.as_deref()
    {
        view.refused = app.policies().refused_to(id);
    }
    if !action.is_empty() {
        let resource = match kind_of(app, action) {
            Some("Person") => {
                let about = actor_id(app, question.about.trim(), &actor).await?;
                super::person(&about)
            }
            Some(_) => Resource::house(),
            None => return Err(refusals::why_action().into()),
        };
        view.now = Some(app.policies().explain(&Ctx { actor, ..ctx.unkeyed() }, action, &resource));
    }
    Ok(view)
}

/// The account an action is about: the one that acts, unless another is named.
async fn actor_id(app: &App, typed: &str, actor: &Actor) -> Outcome<String> {
    match typed {
        "" => Ok(actor.id().to_owned()),
        typed => Ok(self::actor(app, typed, "about").await?.id().to_owned()),
    }
}

async fn actor(app: &App, typed: &str, field: &'static str) -> Outcome<Actor> {
    let conn = app.db().read();
    let found = match account_named(&conn, typed).await? {
        Some(account) => Some(account),
        None => account_row(&conn, typed).await?,
    };
    let account = found.ok_or_else(|| refusals::why_account().at(field))?;
    Ok(actor_for_account(app, &account.id).await?.ok_or_else(|| refusals::why_account().at(field))?)
}
