//! One project, as much of it as the reader may see.

use super::step::{step_resource, visible_to};
use super::{Card, cards, load, poc_resource};
use crate::actions::organisation::resource;
use crate::rules::poc::{CentreState, NamedCentre, ProjectState, Step};
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
    /// Ids of the steps that the reader may change.
    pub may_edit: Vec<String>,
    /// The reader may answer proposals.
    pub may_answer: bool,
    /// The reader may answer for the centre that is asked.
    pub may_answer_centre: bool,
    /// The reader may ask a centre: none has agreed.
    pub may_ask_centre: bool,
    /// The centre that has declined; only for the two parties.
    pub centre_declined: Option<NamedCentre>,
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
    let visible = |_: &_, step: &Step| own || visible_to(ctx, step);
    let (agreed, asked) = (project.centre_agreed().is_some(), project.centre_asked().is_some());
    let running = state != ProjectState::Closed;
    let parties = [&project.organisation].into_iter().chain(project.centre.as_ref().map(|centre| &centre.organisation));
    let party = parties.into_iter().any(|id| ctx.actor.member_of(id).is_some());
    let centre_declined = project.centre.clone().filter(|centre| party && centre.state == CentreState::Declined);
    let card = cards(&conn, vec![project], visible).await?.pop().ok_or_else(Refusal::not_found)?;
    let changes =
        |step: &Step| step.open_in(state) && app.policies().allows(ctx, "poc_step_edit", &step_resource(step));
    let mut history = journal::of_object(&conn, "poc_project", id, HISTORY_MAX).await?;
    history.retain(|entry| own || entry.public);
    let mut may_propose_as = Vec::new();
    if state == ProjectState::Published && !own {
        may_propose_as = speakers(app, ctx, demo).await?;
    }
    Ok(View {
        may_edit: card.steps.iter().filter(|step| changes(step)).map(|step| step.id.clone()).collect(),
        card,
        history,
        may_add: own && running,
        may_answer_centre: running && asked && may("poc_centre_answer"),
        may_ask_centre: running && !agreed && may("poc_centre_ask"),
        centre_declined,
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
