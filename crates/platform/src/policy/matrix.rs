//! The role × resource × action matrix as text that a lawyer can read and a test can compare.

use super::{Policies, Resource};
use crate::ctx::{Actor, Ctx};
use kernel::Instant;
use std::fmt::Write;

/// Every declared action on every given resource, for every given actor: ✔ may, ↑ may after a fresh proof, · may not, 401/404 otherwise told.
///
/// Names are ASCII, so that the columns stand straight.
pub fn matrix(policies: &Policies, cast: &[(&str, Actor)], resources: &[(&str, Resource)]) -> String {
    let ctxs: Vec<(&str, Ctx)> = cast
        .iter()
        .map(|(name, actor)| (*name, Ctx { actor: actor.clone(), ..Ctx::system(Instant::from_ms(0)) }))
        .collect();
    let mut text = String::new();
    for (label, resource) in resources {
        let actions = policies.actions_on(resource.kind);
        let width = actions.iter().map(|action| action.len()).max().unwrap_or(0);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {label}", resource.kind);
        let _ = write!(text, "  {:width$}", "");
        for (name, _) in &ctxs {
            let _ = write!(text, "  {name}");
        }
        text.push('\n');
        for action in actions {
            let _ = write!(text, "  {action:width$}");
            for (name, ctx) in &ctxs {
                let _ = write!(text, "  {:1$}", verdict(policies, ctx, action, resource), name.len());
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn verdict(policies: &Policies, ctx: &Ctx, action: &str, resource: &Resource) -> &'static str {
    let judged = policies.require(ctx, action, resource);
    if judged.as_ref().is_err_and(|refusal| refusal.code == super::STEP_UP) {
        return "↑";
    }
    match judged.map_err(|refusal| refusal.kind.status()) {
        Ok(()) => "✔",
        Err(401) => "401",
        Err(404) => "404",
        Err(_) => "·",
    }
}
