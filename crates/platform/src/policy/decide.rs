//! Decisions and list filters.

use super::explain::Refusals;
use super::load::{KindRule, Loaded, Rule, load};
use super::residual::{Residual, Writer, fold, principal_flag, principal_texts};
use super::{Attr, Resource};
use crate::ctx::{Actor, Ctx};
use crate::fault::{Fault, Outcome};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression, Schema,
};
use kernel::Refusal;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

/// Every policy of the house, ready to decide. Made once at start.
pub struct Policies {
    schema: Schema,
    rules: HashMap<String, Rule>,
    authorizer: Authorizer,
    account: EntityTypeName,
    visitor: Entity,
    pub(super) refusals: Refusals,
}

/// What Cedar said.
pub(super) struct Verdict {
    pub(super) allowed: bool,
    /// Ids of the policies that decided.
    pub(super) deciding: Vec<String>,
    /// The first evaluation error, which makes the answer no.
    pub(super) error: Option<String>,
}

impl Policies {
    /// Reads the house's own policies and those of all capabilities: (capability name, text as the module describes).
    ///
    /// # Errors
    /// A text that does not parse or hold under strict validation, an action declared twice, or a listable action
    /// whose policies cannot be said in SQL. The house does not start then.
    pub fn load<'a>(sources: impl Iterator<Item = (&'a str, &'a str)>) -> Outcome<Policies> {
        let Loaded { schema, rules } = load(sources)?;
        let account = EntityTypeName::from_str("Account").map_err(|error| Fault::Internal(error.to_string()))?;
        let visitor = principal(&account, &Actor::visitor(), false)?;
        let refusals = Refusals::default();
        Ok(Policies { schema, rules, authorizer: Authorizer::new(), account, visitor, refusals })
    }

    /// Every declared action, in order of name.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str).collect::<BTreeSet<_>>().into_iter()
    }

    /// Whether an action is declared, on whatever kind of resource.
    pub fn knows(&self, action: &str) -> bool {
        self.rules.contains_key(action)
    }

    /// Whether some visitor may do this to some resource of the kind; then signing in is not what is missing.
    pub fn open_to_visitors(&self, action: &str, kind: &str) -> bool {
        let permits = self.kind_rule(action, kind).map(|rule| rule.permits.as_slice()).unwrap_or_default();
        permits.iter().any(|permit| fold(permit, &Actor::visitor()) != Residual::Const(false))
    }

    /// Whether the actor may do this, after a fresh proof of who sits there if the action asks for one. Closed when
    /// anything goes wrong.
    pub fn allows(&self, ctx: &Ctx, action: &str, resource: &Resource) -> bool {
        self.in_scope(&ctx.actor, action) && self.actor_may(&ctx.actor, action, resource, true)
    }

    /// As [`Policies::allows`], with the refusal the actor is told.
    ///
    /// # Errors
    /// Ask to sign in (401) when the action is never open to visitors; not found (404) when the actor may not know
    /// of the resource, which is when the noun's `_view` refuses (or the only `_view` of the kind, where the action's
    /// noun has none); `step-up` (403) when a fresh proof of who sits there is all that is missing; else forbidden (403).
    pub fn require(&self, ctx: &Ctx, action: &str, resource: &Resource) -> Result<(), Refusal> {
        let judged = self.judge(ctx, action, resource);
        if judged.is_err() && ctx.actor.account.is_some() {
            self.refusals.note(ctx, action, resource);
        }
        judged
    }

    pub(super) fn judge(&self, ctx: &Ctx, action: &str, resource: &Resource) -> Result<(), Refusal> {
        if self.allows(ctx, action, resource) {
            let asks = self.kind_rule(action, resource.kind).is_some_and(|rule| rule.asks_proof);
            let enough = !asks || ctx.actor.proved_at(ctx.now) || self.actor_may(&ctx.actor, action, resource, false);
            return if enough { Ok(()) } else { Err(step_up(&ctx.actor)) };
        }
        let visitor = ctx.actor.account.is_none();
        if visitor && !self.open_to_visitors(action, resource.kind) {
            return Err(Refusal::sign_in());
        }
        match self.view_of(action, resource.kind) {
            Some(view) if !self.actor_may(&ctx.actor, &view, resource, true) => Err(Refusal::not_found()),
            _ if visitor => Err(Refusal::sign_in()),
            _ if !self.in_scope(&ctx.actor, action) => {
                Err(out_of_scope(self.rules.get(action).map_or("", |rule| rule.scope.as_str())))
            }
            _ => Err(Refusal::forbidden()),
        }
    }

    /// The rows an actor may do this to, as an SQL condition with placeholders `$start`, `$start+1` … in order.
    ///
    /// `columns` says in which column (or SQL expression) each attribute stands; a missing optional attribute is NULL.
    ///
    /// # Errors
    /// The action is not `@listable`, or a policy looks at an attribute that has no column.
    pub fn filter(
        &self,
        ctx: &Ctx,
        action: &str,
        kind: &'static str,
        columns: &[(&str, &str)],
        start: usize,
    ) -> Outcome<(String, Vec<sea_orm::Value>)> {
        let rule = self.rules.get(action).filter(|rule| rule.listable);
        let rule = rule.and_then(|rule| rule.by_kind.get(kind));
        let rule = rule.ok_or_else(|| Fault::Internal(format!("policy: {action} on {kind} is not @listable")))?;
        let residual =
            if self.in_scope(&ctx.actor, action) { residual(rule, &ctx.actor) } else { Residual::Const(false) };
        let mut writer = Writer { columns, start, text: String::new(), values: Vec::new() };
        writer
            .write(&residual)
            .map_err(|name| Fault::Internal(format!("policy: {action} on {kind} needs a column for `{name}`")))?;
        Ok((writer.text, writer.values))
    }

    fn kind_rule(&self, action: &str, kind: &str) -> Option<&KindRule> {
        self.rules.get(action)?.by_kind.get(kind)
    }

    /// Kinds of resource and the actions on each, both in order: for the matrix.
    pub(super) fn actions_on(&self, kind: &str) -> BTreeSet<&str> {
        let fitting = self.rules.iter().filter(|(_, rule)| rule.by_kind.contains_key(kind));
        fitting.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether the token the actor came with, if any, covers the action.
    fn in_scope(&self, actor: &Actor, action: &str) -> bool {
        match (&actor.scopes, self.rules.get(action)) {
            (None, _) => true,
            (Some(scopes), Some(rule)) => scopes.contains(&rule.scope),
            (Some(_), None) => false,
        }
    }

    /// `listing_review_withdraw` → `listing_review_view` or `listing_view`, whichever is declared for the kind; else
    /// the kind's only `_view`.
    fn view_of(&self, action: &str, kind: &str) -> Option<String> {
        let mut noun = action;
        while let Some((shorter, _)) = noun.rsplit_once('_') {
            let view = format!("{shorter}_view");
            if self.kind_rule(&view, kind).is_some() {
                return Some(view);
            }
            noun = shorter;
        }
        let mut views = self.actions_on(kind).into_iter().filter(|name| name.ends_with("_view"));
        let only = views.next()?;
        views.next().is_none().then(|| only.to_owned())
    }

    /// The scope that the actor's token lacks for an action.
    pub(super) fn scope_missing(&self, actor: &Actor, action: &str) -> Option<String> {
        let scope = self.rules.get(action).map(|rule| rule.scope.clone()).unwrap_or_default();
        (!self.in_scope(actor, action)).then_some(scope)
    }

    /// Every policy of an action on a kind of thing: id and text.
    pub(super) fn clauses(&self, action: &str, kind: &str) -> impl Iterator<Item = (String, String)> {
        let policies = self.kind_rule(action, kind).into_iter().flat_map(|rule| rule.policies.policies());
        policies.map(|policy| (policy.id().to_string(), policy.to_string()))
    }

    /// Kinds of things that an action is declared for, in order.
    pub fn kinds_of(&self, action: &str) -> Vec<&str> {
        let kinds = self.rules.get(action).into_iter().flat_map(|rule| rule.by_kind.keys());
        kinds.map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn actor_may(&self, actor: &Actor, action: &str, resource: &Resource, proved: bool) -> bool {
        let verdict = self.verdict(actor, action, resource, proved);
        let decided = verdict.and_then(|verdict| verdict.error.map_or(Ok(verdict.allowed), Err));
        match decided {
            Ok(allowed) => allowed,
            Err(cause) => {
                tracing::error!(action, resource.kind, resource.id, cause, "policy.decide failed; refused");
                false
            }
        }
    }

    pub(super) fn verdict(
        &self,
        actor: &Actor,
        action: &str,
        resource: &Resource,
        proved: bool,
    ) -> Result<Verdict, String> {
        let rule = self.rules.get(action).ok_or("the action is not declared")?;
        let kind = rule.by_kind.get(resource.kind).ok_or("the action is not declared for this kind")?;
        let principal = if actor.account.is_none() {
            self.visitor.clone()
        } else {
            principal(&self.account, actor, proved).map_err(|fault| fault.to_string())?
        };
        let target =
            entity(&kind.kind, &resource.id, resource.attrs.iter().map(|(name, attr)| (*name, expression(attr))));
        let target = target.map_err(|fault| fault.to_string())?;
        let request = Request::new(principal.uid(), rule.uid.clone(), target.uid(), Context::empty(), None);
        let request = request.map_err(|error| error.to_string())?;
        // Release builds skip the check against the schema for speed; a missing attribute fails closed all the same.
        let schema = cfg!(debug_assertions).then_some(&self.schema);
        let entities = Entities::from_entities([principal, target], schema).map_err(|error| format!("{error:?}"))?;
        let response = self.authorizer.is_authorized(&request, &kind.policies, &entities);
        Ok(Verdict {
            allowed: response.decision() == Decision::Allow,
            deciding: response.diagnostics().reason().map(ToString::to_string).collect(),
            error: response.diagnostics().errors().next().map(ToString::to_string),
        })
    }
}

fn residual(rule: &KindRule, actor: &Actor) -> Residual {
    let permitted = Residual::any(rule.permits.iter().map(|permit| fold(permit, actor)));
    let clear =
        rule.forbids.iter().map(|forbid| fold(&super::condition::Condition::Not(Box::new(forbid.clone())), actor));
    Residual::all(std::iter::once(permitted).chain(clear))
}

fn principal(kind: &EntityTypeName, actor: &Actor, proved: bool) -> Outcome<Entity> {
    let sets = ["roles", "cities", "organisations", "manage", "publish", "sign", "pay", "bid"];
    let sets = sets.map(|name| (name, set(principal_texts(actor, name))));
    let flags = ["signed_in", "demo"].map(|name| (name, RestrictedExpression::new_bool(principal_flag(actor, name))));
    let id = ("id", RestrictedExpression::new_string(actor.id().to_owned()));
    let proved = ("proved", RestrictedExpression::new_bool(proved));
    entity(kind, actor.id(), sets.into_iter().chain(flags).chain([id, proved]))
}

fn entity<'a>(
    kind: &EntityTypeName,
    id: &str,
    attrs: impl Iterator<Item = (&'a str, RestrictedExpression)>,
) -> Outcome<Entity> {
    let uid = EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id));
    let attrs = attrs.map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(uid, attrs, HashSet::new()).map_err(|error| Fault::Internal(error.to_string()))
}

fn set(items: Vec<String>) -> RestrictedExpression {
    RestrictedExpression::new_set(items.into_iter().map(RestrictedExpression::new_string))
}

fn expression(attr: &Attr) -> RestrictedExpression {
    match attr {
        Attr::Text(text) => RestrictedExpression::new_string(text.clone()),
        Attr::Bool(flag) => RestrictedExpression::new_bool(*flag),
        Attr::Long(number) => RestrictedExpression::new_long(*number),
        Attr::Set(items) => set(items.clone()),
    }
}

fn step_up(actor: &Actor) -> Refusal {
    let (zh, en) = match actor.scopes {
        Some(_) => (
            "此操作须由本人当场确认身份，访问令牌无法办理。请在网页上登录后办理。",
            "This asks for a proof of who sits there, which a token cannot give. Sign in on the pages to do it.",
        ),
        None => (
            "此操作须在 10 分钟内确认过身份。请输入密码或验证码确认（程序用 POST /api/v1/me/proofs），然后再次提交。",
            "This asks for a proof of who sits there, not older than 10 minutes. Confirm with your password or a code (programs: POST /api/v1/me/proofs), then send it again.",
        ),
    };
    Refusal::new(kernel::RefusalKind::Forbidden, super::STEP_UP, zh, en)
}

fn out_of_scope(scope: &str) -> Refusal {
    Refusal::new(
        kernel::RefusalKind::Forbidden,
        "token-scope",
        format!("访问令牌的权限范围不包括此操作（需要 {scope}）。请换用范围合适的令牌，或在网页上登录后办理。"),
        format!(
            "The token's scopes do not cover this (it needs {scope}). Use a token with that scope, or sign in on the pages."
        ),
    )
}
