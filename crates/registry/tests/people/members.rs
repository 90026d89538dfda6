use crate::house::{House, TOWN_A, code, desk, house};
use kernel::Locale;
use platform::identity::actions::{NewAccount, account_create};
use registry::actions::membership::{
    invitation_list, member_accept, member_change, member_invite, member_list, member_remove,
};
use registry::rules::membership::{MemberCommand, MemberState};

fn mandates(codes: &[&str]) -> MemberCommand {
    MemberCommand { duty: "经办".into(), mandates: codes.iter().map(|code| (*code).to_owned()).collect() }
}

/// A real account, since invitations go by login.
async fn account(house: &House, login: &str, demo: bool) -> String {
    let new = NewAccount {
        login: login.into(),
        email: String::new(),
        name: format!("人员 {login}"),
        password: "a long enough passphrase 2026".into(),
        locale: Locale::ZhCn,
        demo,
        roles: Vec::new(),
    };
    account_create(house.app(), &house.0.system(), new).await.expect("the account is made")
}

#[tokio::test]
async fn an_invited_account_becomes_a_member_by_saying_yes() {
    let house = house().await;
    let id = house.listed("boss", "新茶公司", TOWN_A).await;
    let app = house.app();
    let boss = house.person("boss").await;
    let guest = account(&house, "guest", false).await;
    let done = member_invite(app, &boss, &id, " Guest ", mandates(&["publish", "bid"])).await.unwrap();
    assert_eq!(code(member_invite(app, &boss, &id, "guest", mandates(&[])).await), "member-already");
    let invited = house.person(&guest).await;
    assert!(invited.actor.memberships.is_empty(), "an invitation gives no right yet");
    assert_eq!(desk(&house, &invited).await, [("desk-invitation", "新茶公司".to_owned())]);
    assert_eq!(invitation_list(app, &invited).await.unwrap().len(), 1);
    assert_eq!(code(member_accept(app, &house.person("other").await, &done.id).await), "not-found");
    assert_eq!(code(member_accept(app, &boss, &done.id).await), "not-found", "only the account itself");
    member_accept(app, &invited, &done.id).await.unwrap();
    assert_eq!(code(member_accept(app, &invited, &done.id).await), "member-active");
    let member = house.person(&guest).await;
    assert_eq!(member.actor.memberships[0].mandates.len(), 2);
    let list = member_list(app, &member, &id).await.unwrap();
    assert!(list.members.len() == 2 && !list.may_change && list.members[1].state == MemberState::Active);
    let entries = house.journal("membership", &done.id).await;
    assert_eq!(
        entries.iter().map(|(kind, public)| (kind.as_str(), *public)).collect::<Vec<_>>(),
        [("organisation.member_invited", false), ("organisation.member_joined", false)]
    );
    house.0.finish().await;
}

#[tokio::test]
async fn members_are_kept_by_managers_and_never_without_one() {
    let house = house().await;
    let id = house.listed("boss", "新茶公司", TOWN_A).await;
    let app = house.app();
    let boss = house.person("boss").await;
    let guest = account(&house, "guest", false).await;
    let own = member_list(app, &boss, &id).await.unwrap().members[0].id.clone();
    assert_eq!(code(member_remove(app, &boss, &own).await), "manager-last");
    assert_eq!(code(member_change(app, &boss, &own, mandates(&["publish"])).await), "manager-last");
    let asked = member_invite(app, &boss, &id, "guest", mandates(&["publish"])).await.unwrap().id;
    member_accept(app, &house.person(&guest).await, &asked).await.unwrap();
    let member = house.person(&guest).await;
    assert_eq!(code(member_invite(app, &member, &id, "guest", mandates(&[])).await), "forbidden");
    assert_eq!(code(member_change(app, &member, &own, mandates(&[])).await), "forbidden");
    assert_eq!(code(member_remove(app, &member, &own).await), "forbidden");
    member_change(app, &boss, &asked, mandates(&["manage"])).await.unwrap();
    member_remove(app, &boss, &own).await.unwrap();
    assert!(house.person("boss").await.actor.memberships.is_empty());
    let manager = house.person(&guest).await;
    assert_eq!(code(member_remove(app, &manager, &asked).await), "manager-last", "nor may the last one leave");
}

#[tokio::test]
async fn strangers_learn_nothing_and_wrong_invitations_say_why() {
    let house = house().await;
    let id = house.listed("boss", "新茶公司", TOWN_A).await;
    let app = house.app();
    let boss = house.person("boss").await;
    assert_eq!(code(member_list(app, &house.visitor(), &id).await), "sign-in");
    assert_eq!(code(member_list(app, &house.person("x").await, &id).await), "forbidden");
    assert_eq!(code(member_invite(app, &boss, &id, "nobody", mandates(&[])).await), "login-unknown");
    account(&house, "player", true).await;
    assert_eq!(code(member_invite(app, &boss, &id, "player", mandates(&[])).await), "member-demo");
    account(&house, "guest", false).await;
    assert_eq!(code(member_invite(app, &boss, &id, "guest", mandates(&["king"])).await), "mandate-unknown");
    assert_eq!(code(member_invite(app, &house.person("x").await, &id, "guest", mandates(&[])).await), "forbidden");
    assert_eq!(code(member_remove(app, &boss, "nothing").await), "not-found");
    assert_eq!(code(member_change(app, &boss, "nothing", mandates(&[])).await), "not-found");
}

#[tokio::test]
async fn an_invitation_is_declined_or_taken_back() {
    let house = house().await;
    let id = house.listed("boss", "新茶公司", TOWN_A).await;
    let app = house.app();
    let boss = house.person("boss").await;
    let guest = account(&house, "guest", false).await;
    let first = member_invite(app, &boss, &id, "guest", mandates(&[])).await.unwrap().id;
    member_remove(app, &house.person(&guest).await, &first).await.unwrap();
    let second = member_invite(app, &boss, &id, "guest", mandates(&[])).await.unwrap().id;
    member_remove(app, &boss, &second).await.unwrap();
    assert_eq!(member_list(app, &boss, &id).await.unwrap().members.len(), 1);
}
