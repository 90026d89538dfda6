use super::*;
use crate::ctx::{PROOF_MS, Presence};
use crate::policy::{Attr, STEP_UP, matrix};

fn status(ctx: &Ctx, action: &str, resource: &Resource) -> u16 {
    policies().require(ctx, action, resource).map_or_else(|refusal| refusal.kind.status(), |()| 200)
}

#[test]
fn refusals_tell_only_what_the_actor_may_know() {
    let draft = thing("draft", "a", Some("330400"), false, 1);
    let published = thing("published", "a", Some("330400"), false, 1);
    let visitor = as_actor(Actor::visitor());
    let stranger = as_actor(member("b", &[Mandate::Publish]));
    let owner = as_actor(member("a", &[Mandate::Manage]));
    for (ctx, action, resource, expected) in [
        (&visitor, "thing_view", &published, 200),
        (&visitor, "thing_view", &draft, 404),
        (&visitor, "thing_review", &published, 401),
        (&stranger, "thing_view", &draft, 404),
        (&stranger, "thing_review", &draft, 404),
        (&stranger, "thing_review", &published, 403),
        (&owner, "thing_note_write", &draft, 403),
        (&as_actor(member("a", &[Mandate::Publish])), "thing_note_write", &draft, 200),
        (&as_actor(officer("330400")), "thing_review", &draft, 200),
        (&as_actor(officer("310117")), "thing_review", &draft, 404),
        (&visitor, "admin_open", &Resource::house(), 401),
        (&stranger, "admin_open", &Resource::house(), 403),
        (&visitor, "session_create", &Resource::house(), 200),
    ] {
        assert_eq!(status(ctx, action, resource), expected, "{} {action} {resource:?}", ctx.actor.id());
    }
}

#[test]
fn four_eyes_beat_the_office() {
    let mut both = officer("330400");
    both.memberships = member("a", &[Mandate::Manage]).memberships;
    let own = thing("published", "a", Some("330400"), false, 1);
    let other = thing("published", "b", Some("330400"), false, 1);
    let policies = policies();
    assert!(!policies.allows(&as_actor(both.clone()), "thing_review", &own));
    assert!(policies.allows(&as_actor(both), "thing_review", &other));
}

#[test]
fn whatever_goes_wrong_is_a_no() {
    let policies = policies();
    let system = as_actor(Actor::system());
    assert!(policies.allows(&system, "thing_review", &thing("draft", "a", None, false, 1)));
    let half = Resource::new("Thing", "t").with("state", "published");
    assert!(!policies.allows(&system, "thing_review", &half), "a forbid cannot be evaluated");
    let wrong_type = thing("published", "a", None, false, 1);
    let wrong_type = Resource {
        attrs: wrong_type.attrs.into_iter().map(|(n, v)| (n, if n == "hidden" { Attr::Long(0) } else { v })).collect(),
        ..wrong_type
    };
    assert!(!policies.allows(&as_actor(Actor::visitor()), "thing_view", &wrong_type));
    assert!(!policies.allows(&system, "thing_delete", &thing("draft", "a", None, false, 1)), "not declared");
    assert!(!policies.allows(&system, "thing_review", &Resource::house()), "not declared for this kind");
}

#[test]
fn a_token_does_only_what_its_scopes_cover() {
    let policies = policies();
    let published = thing("published", "a", Some("330400"), false, 5);
    let scoped = |actor: Actor, scopes: &[&str]| {
        as_actor(Actor { scopes: Some(scopes.iter().map(|s| (*s).to_owned()).collect()), ..actor })
    };
    let reading = scoped(officer("330400"), &["read"]);
    assert!(policies.allows(&reading, "thing_view", &published));
    let refusal = policies.require(&reading, "thing_review", &published).unwrap_err();
    assert_eq!((refusal.kind.status(), refusal.code), (403, "token-scope"));
    assert!(policies.allows(&scoped(officer("330400"), &["write"]), "thing_review", &published));
    assert!(!policies.allows(&scoped(officer("330400"), &["write"]), "thing_view", &published));
    let office = with_role(Role::JointOffice);
    assert!(policies.allows(&scoped(office.clone(), &["import"]), "thing_import", &Resource::house()));
    assert!(!policies.allows(&scoped(office, &["read", "write"]), "thing_import", &Resource::house()));
    let own = Resource::new("Person", "me").with("account", "administrator");
    let every = scoped(with_role(Role::Administrator), &crate::policy::SCOPES);
    assert!(!policies.allows(&every, "token_create", &own), "a token makes no tokens");
}

#[test]
fn visitors_are_asked_to_sign_in_only_where_it_may_help() {
    let policies = policies();
    assert!(policies.open_to_visitors("thing_view", "Thing"));
    assert!(!policies.open_to_visitors("thing_review", "Thing"));
    assert!(!policies.open_to_visitors("thing_note_write", "Thing"));
    assert!(!policies.open_to_visitors("nothing", "Thing"));
}

const LOCK: &str = r#"
//@ entity Lock { money: Bool };
//@ action lock_open appliesTo { principal: Account, resource: Lock };
permit (principal, action == Action::"lock_open", resource is Lock) when { principal.roles.contains("joint-office") };
forbid (principal, action == Action::"lock_open", resource is Lock) when { resource.money && !principal.proved };
"#;

#[test]
fn a_policy_may_ask_for_a_fresh_proof() {
    let policies = Policies::load([("lock", LOCK)].into_iter()).unwrap();
    let lock = |money: bool| Resource::new("Lock", "l").with("money", money);
    let code =
        |ctx: &Ctx, money: bool| policies.require(ctx, "lock_open", &lock(money)).err().map(|refusal| refusal.code);
    let at = |proved_ms: i64, actor: Actor| {
        as_actor(Actor { presence: Some(Presence { session: "s".into(), proved_ms }), ..actor })
    };
    let office = with_role(Role::JointOffice);
    let (fresh, old) = (at(1 - PROOF_MS, office.clone()), at(-PROOF_MS, office.clone()));
    assert_eq!((code(&fresh, true), code(&old, true), code(&old, false)), (None, Some(STEP_UP), None));
    assert_eq!(code(&as_actor(office.clone()), true), Some(STEP_UP), "nobody has proved anything");
    let token = at(0, Actor { scopes: Some(vec!["write".into()]), ..office });
    assert_eq!((code(&token, true), code(&token, false)), (Some(STEP_UP), None), "a token proves nothing");
    assert_eq!(code(&at(0, with_role(Role::Expert)), true), Some("forbidden"), "a proof is no role");
    assert_eq!(code(&as_actor(Actor::system()), true), None, "the house needs none");
    assert!(policies.allows(&old, "lock_open", &lock(true)), "the button is shown");
}

#[test]
fn a_refusal_is_explained_by_its_policies_and_facts() {
    let policies = Policies::load([("lock", LOCK)].into_iter()).unwrap();
    let lock = Resource::new("Lock", "l").with("money", true);
    let ctx = as_actor(with_role(Role::JointOffice));
    policies.require(&ctx, "lock_open", &lock).unwrap_err();
    let refused = policies.refused(&ctx.request_id);
    assert_eq!((refused.len(), refused[0].account.as_str()), (1, "joint-office"));
    let why = &refused[0].why;
    assert_eq!((why.allowed, why.step_up, why.code.as_str()), (false, true, STEP_UP));
    assert_eq!(why.facts, [("money".to_owned(), "true".to_owned())]);
    assert!(why.actor.contains(&("proved".to_owned(), "false".to_owned())));
    let decided: Vec<&str> =
        why.clauses.iter().filter(|clause| clause.decided).map(|clause| clause.id.as_str()).collect();
    assert_eq!(decided, ["lock#2"]);
    assert!(policies.refused("another").is_empty());
    let expert = policies.explain(&as_actor(with_role(Role::Expert)), "lock_open", &lock);
    assert_eq!((expert.allowed, expert.code.as_str(), expert.clauses.len()), (false, "forbidden", 3));
    let token = Actor { scopes: Some(vec!["read".into()]), ..with_role(Role::JointOffice) };
    assert_eq!(policies.explain(&as_actor(token), "lock_open", &lock).scope_missing.as_deref(), Some("write"));
    assert_eq!(policies.explain(&ctx, "nothing", &lock).errors.len(), 1);
}

#[test]
fn who_may_administer() {
    let policies = Policies::load(std::iter::empty()).unwrap();
    let cast = [
        ("visitor", Actor::visitor()),
        ("member", member("a", &Mandate::ALL)),
        ("officer", officer("310117")),
        ("joint", with_role(Role::JointOffice)),
        ("administrator", with_role(Role::Administrator)),
        ("system", Actor::system()),
    ];
    let person = |account: &str| Resource::new("Person", account).with("account", account);
    let resources = [
        ("(the installation)", Resource::house()),
        ("(the member's own account)", person("member-a")),
        ("(the administrator's own account)", person("administrator")),
    ];
    insta::assert_snapshot!(matrix(&policies, &cast, &resources));
}
