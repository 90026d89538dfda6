//! Why somebody may or may not: the policies that decided and the facts they looked at.

use super::decide::Verdict;
use super::residual::{principal_flag, principal_texts};
use super::{Attr, Policies, Resource};
use crate::ctx::{Actor, Ctx};
use kernel::Refusal;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Refusals that a node remembers.
const REMEMBERED: usize = 500;
/// Refusals shown at once.
const SHOWN: usize = 20;
/// What policies may look at in whoever asks, besides its id.
const SETS: [&str; 8] = ["roles", "cities", "organisations", "manage", "publish", "sign", "pay", "bid"];

/// A policy as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// File and number: `registry#3`.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Whether it decided.
    pub decided: bool,
}

/// A decision with its reasons. No fact is more than a role, an id, a code or a yes: policies see nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The action.
    pub action: String,
    /// Kind and id of the thing.
    pub resource: (String, String),
    /// Whether the actor may.
    pub allowed: bool,
    /// Whether a fresh proof of who sits there is all that is missing.
    pub step_up: bool,
    /// The scope that the actor's token lacks, if it came with one.
    pub scope_missing: Option<String>,
    /// Code of the refusal that is told; empty when allowed.
    pub code: String,
    /// Every policy of the action on this kind of thing; those that decided come first.
    pub clauses: Vec<Clause>,
    /// What went wrong while deciding, which makes the answer no.
    pub errors: Vec<String>,
    /// Facts of the actor.
    pub actor: Vec<(String, String)>,
    /// Facts of the thing.
    pub facts: Vec<(String, String)>,
}

/// A refusal that happened on this node.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The number of the request.
    pub request_id: String,
    /// When.
    pub at_ms: i64,
    /// Who asked.
    pub account: String,
    /// Why it was refused.
    pub why: Explanation,
}

/// The newest refusals of this node, each with what is needed to explain it.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<VecDeque<(Ctx, String, Resource)>>);

impl Refusals {
    pub(super) fn note(&self, ctx: &Ctx, action: &str, resource: &Resource) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= REMEMBERED {
            kept.pop_front();
        }
        kept.push_back((ctx.unkeyed(), action.to_owned(), resource.clone()));
    }

    fn of(&self, wanted: impl Fn(&Ctx) -> bool) -> Vec<(Ctx, String, Resource)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().filter(|(ctx, _, _)| wanted(ctx)).take(SHOWN).cloned().collect()
    }
}

impl Policies {
    /// Why an actor may or may not do this.
    pub fn explain(&self, ctx: &Ctx, action: &str, resource: &Resource) -> Explanation {
        let proved = ctx.actor.proved_at(ctx.now);
        let verdict = self.verdict(&ctx.actor, action, resource, proved);
        let (allowed, deciding, errors) = match verdict {
            Ok(Verdict { allowed, deciding, error: None }) => (allowed, deciding, Vec::new()),
            Ok(Verdict { deciding, error: Some(error), .. }) => (false, deciding, vec![error]),
            Err(error) => (false, Vec::new(), vec![error]),
        };
        let scope = self.scope_missing(&ctx.actor, action);
        let refusal: Option<Refusal> = self.judge(ctx, action, resource).err();
        let mut clauses: Vec<Clause> = self
            .clauses(action, resource.kind)
            .map(|(id, text)| Clause { decided: deciding.contains(&id), id, text })
            .collect();
        clauses.sort_by_key(|clause| !clause.decided);
        Explanation {
            action: action.to_owned(),
            resource: (resource.kind.to_owned(), resource.id.clone()),
            allowed: allowed && scope.is_none(),
            step_up: refusal.as_ref().is_some_and(|refusal| refusal.code == super::STEP_UP),
            scope_missing: scope,
            code: refusal.map(|refusal| refusal.code.to_owned()).unwrap_or_default(),
            clauses,
            errors,
            actor: actor_facts(&ctx.actor, proved),
            facts: resource.attrs.iter().map(|(name, attr)| ((*name).to_owned(), words(attr))).collect(),
        }
    }

    /// What this node has refused in a request, the newest first; nothing when that is too long ago, or was on another
    /// node.
    pub fn refused(&self, request_id: &str) -> Vec<Refused> {
        self.told(self.refusals.of(|ctx| ctx.request_id == request_id))
    }

    /// What this node has refused to an account, the newest first.
    pub fn refused_to(&self, account: &str) -> Vec<Refused> {
        self.told(self.refusals.of(|ctx| ctx.actor.account.as_deref() == Some(account)))
    }

    fn told(&self, kept: Vec<(Ctx, String, Resource)>) -> Vec<Refused> {
        let of = |(ctx, action, resource): (Ctx, String, Resource)| Refused {
            request_id: ctx.request_id.clone(),
            at_ms: ctx.now.ms(),
            account: ctx.actor.id().to_owned(),
            why: self.explain(&ctx, &action, &resource),
        };
        kept.into_iter().map(of).collect()
    }
}

fn actor_facts(actor: &Actor, proved: bool) -> Vec<(String, String)> {
    let flag = |name: &str| if name == "proved" { proved } else { principal_flag(actor, name) };
    let flags = ["signed_in", "demo", "proved"].map(|name| (name.to_owned(), flag(name).to_string()));
    let sets = SETS.map(|name| (name.to_owned(), principal_texts(actor, name).join(", ")));
    let scopes = actor.scopes.as_ref().map(|scopes| ("scopes".to_owned(), scopes.join(", ")));
    let id = ("id".to_owned(), actor.id().to_owned());
    std::iter::once(id).chain(flags).chain(sets).chain(scopes).collect()
}

fn words(attr: &Attr) -> String {
    match attr {
        Attr::Text(text) => text.clone(),
        Attr::Bool(flag) => flag.to_string(),
        Attr::Long(number) => number.to_string(),
        Attr::Set(items) => items.join(", "),
    }
}
