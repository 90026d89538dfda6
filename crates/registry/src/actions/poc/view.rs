//! One project, as much of it as the reader may see.

use super::{Card, cards, load, poc_resource};
use crate::actions::organisation::resource;
use crate::rules::poc::ProjectState;
use crate::store;
use kernel::Refusal;
use platform::journal::{self, Recorded};
use platform::{App, Ctx, Mandate, Outcome};

/// Entries of a project's history that are shown.
const HISTORY_MAX: i64 = 100;

/// A project with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The project, its steps and its organisations.
    pub card: Card,
    /// What happened, newest first; what is between two parties only for its own people.
    pub history: Vec<Recorded>,
    /// The reader may add steps for its own people.
    pub may_add: bool,
    /// The reader may answer proposals.
    pub may_answer: bool,
    /// The reader may open it to everybody.
    pub may_publish: bool,
    /// The reader may bring it to an end.
    pub may_close: bool,
    /// Organisations in whose name the reader may propose the next step: id and name.
    pub may_propose_as: Vec<(String, String)>,
}

/// One project. Proposals are seen by its own people and by whoever made them.
///
/// # Errors
/// Not found.
pub async fn poc_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let project = load(&conn, id).await?;
    let target = poc_resource(&project);
    app.policies().require(ctx, "poc_view", &target)?;
    let may = |action: &str| app.policies().allows(ctx, action, &target);
    let (state, demo) = (project.state, project.demo);
    let own = may("poc_step_add");
    let visible = |_: &_, step: &crate::rules::poc::Step| {
        own || step.on_path() || ctx.actor.member_of(&step.entered_by).is_some()
    };
    let card = cards(&conn, vec![project], visible).await?.pop().ok_or_else(Refusal::not_found)?;
    let mut history = journal::of_object(&conn, "poc_project", id, HISTORY_MAX).await?;
    history.retain(|entry| own || entry.public);
    let mut may_propose_as = Vec::new();
    if state == ProjectState::Published && !own {
        may_propose_as = speakers(app, ctx, demo).await?;
    }
    Ok(View {
        card,
        history,
        may_add: own && state != ProjectState::Closed,
        may_answer: state == ProjectState::Published && may("poc_answer"),
        may_publish: state == ProjectState::Draft && may("poc_publish"),
        may_close: state == ProjectState::Published && may("poc_close"),
        may_propose_as,
    })
}

/// The actor's organisations in whose name he may propose something: id and name.
async fn speakers(app: &App, ctx: &Ctx, demo: bool) -> Outcome<Vec<(String, String)>> {
    let speaks = |m: &&platform::Membership| m.mandates.contains(&Mandate::Publish);
    let ids: Vec<String> =
        ctx.actor.memberships.iter().filter(speaks).map(|membership| membership.organisation.clone()).collect();
    let found = store::organisation::by_ids(&app.db().read(), &ids).await?;
    let may = |id: &&String| {
        let organisation = found.iter().find(|o| o.id == **id && o.demo == demo)?;
        app.policies()
            .allows(ctx, "poc_propose", &resource(app, organisation))
            .then(|| (organisation.id.clone(), organisation.name.clone()))
    };
    Ok(ids.iter().filter_map(|id| may(&id)).collect())
}
