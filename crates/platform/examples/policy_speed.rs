//! How long one decision takes: `cargo run --example policy_speed -p platform`.

use platform::policy::{Policies, Resource};
use platform::{Actor, Ctx, Mandate, Membership};
use std::time::Instant;

const THING: &str = r#"
//@ entity Thing { state: String, owner: String, city?: String, hidden: Bool };
//@ @listable action thing_view appliesTo { principal: Account, resource: Thing };
permit (principal, action == Action::"thing_view", resource is Thing)
when { ["published", "closed"].contains(resource.state) && !resource.hidden };
permit (principal, action == Action::"thing_view", resource is Thing)
when { principal.organisations.contains(resource.owner) };
permit (principal, action == Action::"thing_view", resource is Thing)
when { resource has city && principal.cities.contains(resource.city) };
"#;
const ROUNDS: u32 = 20_000;

fn main() {
    let begun = Instant::now();
    let policies = Policies::load([("thing", THING)].into_iter()).expect("the policies hold");
    println!("load {:?}", begun.elapsed());
    let thing = || {
        Resource::new("Thing", "t")
            .with("state", "published")
            .with("owner", "a")
            .with_some("city", Some("310117"))
            .with("hidden", false)
    };
    let membership = |n: u32| Membership {
        organisation: format!("o{n}"),
        name: "n".into(),
        city: None,
        mandates: Mandate::ALL.to_vec(),
    };
    let member = Actor { account: Some("x".into()), memberships: (0..3).map(membership).collect(), ..Actor::default() };
    let columns = [("state", "state"), ("hidden", "hidden"), ("owner", "owner"), ("city", "city")];
    for (name, actor) in [("visitor", Actor::visitor()), ("member of three", member)] {
        let ctx = Ctx { actor, ..Ctx::system(kernel::Instant::from_ms(0)) };
        let begun = Instant::now();
        for _ in 0..ROUNDS {
            assert!(policies.allows(&ctx, "thing_view", &thing()));
        }
        println!("{name}: one decision {:?}", begun.elapsed() / ROUNDS);
        let begun = Instant::now();
        for _ in 0..ROUNDS {
            policies.filter(&ctx, "thing_view", "Thing", &columns, 1).expect("listable");
        }
        println!("{name}: one filter {:?}", begun.elapsed() / ROUNDS);
    }
}
