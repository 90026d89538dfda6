//! From policy texts to rules by action: parsed, validated strictly, split, and held to the list subset.

use super::condition::{self, Condition};
use super::{OWN, SCOPE_NEVER, SCOPES};
use crate::fault::{Fault, Outcome};
use cedar_policy::{
    ActionConstraint, Effect, Entities, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema, SchemaFragment, ValidationMode, Validator,
};
use serde_json::Value;
use std::collections::HashMap;
use std::str::FromStr;

/// Starts the lines of a policy text that hold Cedar schema.
const SCHEMA_MARK: &str = "//@ ";

/// Everything that decides about one action.
pub(super) struct Rule {
    pub(super) uid: EntityUid,
    /// The token scope it needs.
    pub(super) scope: String,
    /// May be used for lists.
    pub(super) listable: bool,
    /// By resource kind: exactly the policies whose scope fits; the others cannot matter.
    pub(super) by_kind: HashMap<String, KindRule>,
}

/// The policies of one action on one kind of resource.
pub(super) struct KindRule {
    pub(super) kind: EntityTypeName,
    pub(super) policies: PolicySet,
    pub(super) permits: Vec<Condition>,
    pub(super) forbids: Vec<Condition>,
    /// Whether some of them ask for a fresh proof.
    pub(super) asks_proof: bool,
}

/// The parsed house.
pub(super) struct Loaded {
    pub(super) schema: Schema,
    pub(super) rules: HashMap<String, Rule>,
}

fn wrong(text: String) -> Fault {
    Fault::Internal(format!("policy: {text}"))
}

/// Reads and checks everything.
///
/// # Errors
/// A [`Fault::Internal`] that names the capability or policy and what is wrong with it.
pub(super) fn load<'a>(sources: impl Iterator<Item = (&'a str, &'a str)>) -> Outcome<Loaded> {
    let (mut schemas, mut policies) = (String::new(), Vec::new());
    for (name, text) in std::iter::once(("platform", OWN)).chain(sources) {
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix(SCHEMA_MARK)) {
            schemas.push_str(line);
            schemas.push('\n');
        }
        policies.extend(policies_of(name, text)?);
    }
    let (fragment, warnings) = SchemaFragment::from_cedarschema_str(&schemas)
        .map_err(|error| wrong(format!("the schema lines `{SCHEMA_MARK}…` do not parse: {error:?}")))?;
    warnings.for_each(|warning| tracing::warn!(%warning, "policy schema"));
    let json = fragment.clone().to_json_value().map_err(|error| wrong(format!("schema: {error}")))?;
    let schema = Schema::from_schema_fragments([fragment]).map_err(|error| wrong(format!("schema: {error}")))?;
    validate(&schema, &policies)?;
    let policies = policies.into_iter().map(Stated::of).collect::<Outcome<Vec<Stated>>>()?;
    let rules = rules(&schema, &json[""]["actions"], &policies)?;
    Ok(Loaded { schema, rules })
}

/// A policy with what is read from its text, once: it may stand in the rules of many actions.
struct Stated {
    policy: Policy,
    condition: Condition,
    asks_proof: bool,
}

impl Stated {
    fn of(policy: Policy) -> Outcome<Stated> {
        let asks_proof = policy.to_string().contains("principal.proved");
        Ok(Stated { condition: condition_of(&policy)?, asks_proof, policy })
    }
}

/// Policies with ids that say where they stand: `registry#3`.
fn policies_of(name: &str, text: &str) -> Outcome<Vec<Policy>> {
    let set = PolicySet::from_str(text).map_err(|error| wrong(format!("{name} does not parse: {error:?}")))?;
    if set.templates().next().is_some() {
        return Err(wrong(format!("{name} holds a template; write the policies out")));
    }
    let mut policies: Vec<&Policy> = set.policies().collect();
    let number = |policy: &Policy| policy.id().to_string().trim_start_matches("policy").parse::<usize>().unwrap_or(0);
    policies.sort_by_key(|policy| number(policy));
    Ok(policies
        .into_iter()
        .map(|policy| policy.new_id(PolicyId::new(format!("{name}#{}", number(policy) + 1))))
        .collect())
}

fn validate(schema: &Schema, policies: &[Policy]) -> Outcome<()> {
    let set = PolicySet::from_policies(policies.iter().cloned()).map_err(|error| wrong(error.to_string()))?;
    let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    let errors: Vec<String> = result.validation_errors().map(ToString::to_string).collect();
    if errors.is_empty() { Ok(()) } else { Err(wrong(errors.join("; "))) }
}

fn rules(schema: &Schema, described: &Value, policies: &[Stated]) -> Outcome<HashMap<String, Rule>> {
    let hierarchy = schema.action_entities().map_err(|error| wrong(error.to_string()))?;
    let mut rules = HashMap::new();
    for uid in schema.actions() {
        let name = uid.id().unescaped().to_owned();
        no_groups(&hierarchy, uid)?;
        let annotations = &described[&name]["annotations"];
        let listable = annotations.get("listable").is_some();
        let scope = scope(&name, annotations, listable)?;
        let mut by_kind = HashMap::new();
        for kind in schema.resources_for_action(uid).into_iter().flatten() {
            by_kind.insert(kind.to_string(), kind_rule(uid, kind, policies)?);
        }
        let rule = Rule { uid: uid.clone(), scope, listable, by_kind };
        if listable {
            within_subset(&name, &rule)?;
        }
        rules.insert(name, rule);
    }
    Ok(rules)
}

fn no_groups(hierarchy: &Entities, uid: &EntityUid) -> Outcome<()> {
    match hierarchy.ancestors(uid).and_then(|mut ancestors| ancestors.next()) {
        Some(group) => Err(wrong(format!("{uid} is in the group {group}; groups are not used, list the actions"))),
        None => Ok(()),
    }
}

fn scope(name: &str, annotations: &Value, listable: bool) -> Outcome<String> {
    match annotations.get("scope").map(|scope| scope.as_str().unwrap_or_default()) {
        Some(scope) if scope == SCOPE_NEVER || SCOPES.contains(&scope) => Ok(scope.to_owned()),
        Some(other) => Err(wrong(format!("{name} asks for the unknown token scope `{other}`"))),
        None if listable || name.ends_with("_view") || name.ends_with("_list") => Ok("read".to_owned()),
        None => Ok("write".to_owned()),
    }
}

fn kind_rule(uid: &EntityUid, kind: &EntityTypeName, policies: &[Stated]) -> Outcome<KindRule> {
    let fitting: Vec<&Stated> = policies.iter().filter(|stated| fits(&stated.policy, uid, kind)).collect();
    let set = PolicySet::from_policies(fitting.iter().map(|stated| stated.policy.clone()));
    let of = |effect: Effect| {
        let stated = fitting.iter().filter(|stated| stated.policy.effect() == effect);
        stated.map(|stated| stated.condition.clone()).collect()
    };
    Ok(KindRule {
        kind: kind.clone(),
        policies: set.map_err(|error| wrong(error.to_string()))?,
        permits: of(Effect::Permit),
        forbids: of(Effect::Forbid),
        asks_proof: fitting.iter().any(|stated| stated.asks_proof),
    })
}

fn fits(policy: &Policy, uid: &EntityUid, kind: &EntityTypeName) -> bool {
    let action = match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(only) => only == *uid,
        ActionConstraint::In(these) => these.contains(uid),
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::Any | ResourceConstraint::In(_) => true,
        ResourceConstraint::Eq(only) => only.type_name() == kind,
        ResourceConstraint::Is(only) | ResourceConstraint::IsIn(only, _) => only == *kind,
    };
    action && resource
}

/// The whole condition of a policy: its scope beyond action and kind, its `when` and its `unless`.
fn condition_of(policy: &Policy) -> Outcome<Condition> {
    let mut parts = Vec::new();
    if !matches!(policy.principal_constraint(), PrincipalConstraint::Any | PrincipalConstraint::Is(_)) {
        parts.push(Condition::Opaque("a particular principal".to_owned()));
    }
    if !matches!(policy.resource_constraint(), ResourceConstraint::Any | ResourceConstraint::Is(_)) {
        parts.push(Condition::Opaque("a particular resource".to_owned()));
    }
    let json = policy.to_json().map_err(|error| wrong(format!("{}: {error}", policy.id())))?;
    for clause in json["conditions"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let read = condition::read(&clause["body"]);
        parts.push(if clause["kind"] == "unless" { Condition::Not(Box::new(read)) } else { read });
    }
    Ok(Condition::All(parts))
}

fn within_subset(name: &str, rule: &Rule) -> Outcome<()> {
    for (kind, kind_rule) in &rule.by_kind {
        let mut all = kind_rule.permits.iter().chain(&kind_rule.forbids);
        if let Some(what) = all.find_map(Condition::opaque) {
            return Err(wrong(format!("{name} on {kind} is @listable, but {what} cannot be said in SQL")));
        }
    }
    Ok(())
}
