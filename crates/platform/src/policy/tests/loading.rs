use super::*;

fn refused(text: &str) -> String {
    match Policies::load([("thing", text)].into_iter()) {
        Ok(_) => String::new(),
        Err(fault) => fault.to_string(),
    }
}

const SCHEMA: &str = r#"
//@ entity Thing { state: String, owner: String, parties: Set<String>, parent?: Thing };
//@ @listable action thing_view appliesTo { principal: Account, resource: Thing };
//@ action thing_edit appliesTo { principal: Account, resource: Thing };
"#;

#[test]
fn a_list_policy_outside_the_subset_refuses_to_start() {
    for (clause, what) in [
        (r#"resource.state like "pub*""#, "`like`"),
        (r#"resource.parties.contains("a")"#, "`resource.parties`"),
        (r#"resource.parties.containsAny(principal.organisations)"#, "`resource.parties`"),
        (r#"resource == Thing::"a""#, "`Var`"),
        (r#"resource has parent && resource.parent.state == "open""#, "something else than principal or resource"),
        (r#"resource.state == "a" || !(resource.owner like "*")"#, "`like`"),
        (r#"if resource.state like "b" then true else false"#, "`like`"),
    ] {
        let policy = format!(
            "{SCHEMA}permit (principal, action == Action::\"thing_view\", resource is Thing) when {{ {clause} }};"
        );
        let said = refused(&policy);
        assert!(said.contains("thing_view") && said.contains(what), "{clause}: {said}");
        let elsewhere = policy.replace("Action::\"thing_view\"", "Action::\"thing_edit\"");
        assert_eq!(refused(&elsewhere), "", "{clause} is fine where no list asks");
    }
    let forbid =
        format!("{SCHEMA}forbid (principal, action, resource is Thing) when {{ resource.owner like \"x*\" }};");
    assert!(refused(&forbid).contains("`like`"), "also in a forbid for all actions");
    let one =
        format!("{SCHEMA}permit (principal == Account::\"a\", action == Action::\"thing_view\", resource is Thing);");
    assert!(refused(&one).contains("particular principal"));
}

#[test]
fn policies_hold_against_their_schema_or_the_house_stays_closed() {
    for (addition, what) in [
        (
            "permit (principal, action == Action::\"thing_view\", resource is Thing) when { resource.stat == \"a\" };",
            "stat",
        ),
        ("permit (principal, action == Action::\"thing_veiw\", resource is Thing);", "thing_veiw"),
        (
            "permit (principal, action == Action::\"thing_view\", resource is Thing) when { resource.parent.state == \"a\" };",
            "parent",
        ),
        (
            "permit (principal, action == Action::\"thing_view\", resource is Thing) when { principal.rolls.contains(\"a\") };",
            "rolls",
        ),
        ("permit (principal", "does not parse"),
        ("//@ action thing_view appliesTo { principal: Account, resource: Thing };", "thing_view"),
        ("//@ @scope(\"all\") action thing_all appliesTo { principal: Account, resource: Thing };", "`all`"),
        ("//@ action group; action thing_more in [group] appliesTo { principal: Account, resource: Thing };", "group"),
        ("//@ entity Broken {", "does not parse"),
        ("permit (principal == ?principal, action, resource);", "template"),
    ] {
        let said = refused(&format!("{SCHEMA}{addition}"));
        assert!(
            said.contains(what) || (what == "does not parse" && said.contains("do not parse")),
            "{addition}: {said}"
        );
    }
}

#[test]
fn actions_are_known_by_name() {
    let policies = policies();
    assert!(policies.knows("thing_view") && !policies.knows("thing_fly"));
    let names: Vec<&str> = policies.actions().filter(|name| name.starts_with("thing_")).collect();
    assert_eq!(names, ["thing_import", "thing_note_write", "thing_pick", "thing_review", "thing_view"]);
}
