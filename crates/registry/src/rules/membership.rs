//! Members: who may do what in the name of an organisation.

use super::organisation::codes;
use kernel::{Refusal, RefusalKind};

/// What a mandate covers, by code: manage, publish, sign, pay, bid.
pub const MANDATES: [&str; 5] = ["manage", "publish", "sign", "pay", "bid"];
/// Members of one organisation.
pub const MEMBERS_MAX: usize = 200;
/// Characters of a duty such as 办公室主任.
pub const DUTY_CHARS_MAX: usize = 60;

codes! {
    /// Where a membership stands.
    MemberState {
        /// The account has been asked.
        Invited = "invited",
        /// The account is a member.
        Active = "active",
    }
}

/// A member, or somebody who has been asked to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Opaque id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// The account.
    pub account: String,
    /// Its name when it was asked.
    pub account_name: String,
    /// Its duty in the organisation, as the manager calls it; may be empty.
    pub duty: String,
    /// What the mandate covers.
    pub mandates: Vec<String>,
    /// Where it stands.
    pub state: MemberState,
    /// Who asked it in; the city office for the first.
    pub invited_by: String,
    /// When it was asked or let in.
    pub created_ms: i64,
    /// When it said yes.
    pub active_ms: Option<i64>,
}

/// What a manager says of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct MemberCommand {
    /// Its duty; may be empty.
    pub duty: String,
    /// What the mandate covers, by code.
    pub mandates: Vec<String>,
}

/// The first member, let in by the city office's decision, with every mandate.
pub fn first(id: &str, organisation: &str, account: &str, name: &str, invited_by: &str, now_ms: i64) -> Member {
    Member {
        id: id.to_owned(),
        organisation: organisation.to_owned(),
        account: account.to_owned(),
        account_name: name.to_owned(),
        duty: String::new(),
        mandates: MANDATES.map(str::to_owned).to_vec(),
        state: MemberState::Active,
        invited_by: invited_by.to_owned(),
        created_ms: now_ms,
        active_ms: Some(now_ms),
    }
}

/// Who is asked to be a member, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// The organisation.
    pub organisation: &'a str,
    /// The account that is asked.
    pub account: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Who asks.
    pub by: &'a str,
    /// When.
    pub now_ms: i64,
}

/// Asks an account to become a member.
///
/// # Errors
/// `member-already`, `members-many`, `mandate-unknown`, or a text rule.
pub fn invite(
    id: &str,
    members: &[Member],
    invitation: Invitation<'_>,
    command: &MemberCommand,
) -> Result<Member, Refusal> {
    if members.iter().any(|member| member.account == invitation.account) {
        return Err(Refusal::conflict(
            "member-already",
            "这个账号已是成员或已被邀请。要修改权限，请在成员列表中操作。",
            "This account is a member or has been asked already. Change its mandate in the list of members.",
        )
        .at("login"));
    }
    if members.len() >= MEMBERS_MAX {
        return Err(Refusal::invalid(
            "members-many",
            format!("一家机构最多 {MEMBERS_MAX} 名成员，请先移除不再需要的成员。"),
            format!("An organisation has {MEMBERS_MAX} members at most; remove one first."),
        ));
    }
    Ok(Member {
        id: id.to_owned(),
        organisation: invitation.organisation.to_owned(),
        account: invitation.account.to_owned(),
        account_name: invitation.name.to_owned(),
        duty: super::organisation::line(&command.duty, DUTY_CHARS_MAX, "duty")?,
        mandates: mandates(&command.mandates)?,
        state: MemberState::Invited,
        invited_by: invitation.by.to_owned(),
        created_ms: invitation.now_ms,
        active_ms: None,
    })
}

/// Known codes, each once, in the order of [`MANDATES`].
fn mandates(codes: &[String]) -> Result<Vec<String>, Refusal> {
    if let Some(unknown) = codes.iter().find(|code| !MANDATES.contains(&code.as_str())) {
        let unknown: String = unknown.chars().take(40).collect();
        return Err(Refusal::invalid(
            "mandate-unknown",
            format!("没有“{unknown}”这项权限，请从列表中选择。"),
            format!("There is no mandate “{unknown}”; choose from the list."),
        )
        .at("mandates"));
    }
    Ok(MANDATES.into_iter().filter(|code| codes.iter().any(|chosen| chosen == code)).map(str::to_owned).collect())
}

/// The account says yes.
///
/// # Errors
/// `member-active` if it already did, `not-found` for anybody else's invitation.
pub fn accept(member: &Member, account: &str, now_ms: i64) -> Result<Member, Refusal> {
    if member.account != account {
        return Err(Refusal::not_found());
    }
    if member.state == MemberState::Active {
        return Err(Refusal::conflict(
            "member-active",
            "您已接受过这份邀请，现已是成员。",
            "You accepted this invitation already and are a member.",
        ));
    }
    Ok(Member { state: MemberState::Active, active_ms: Some(now_ms), ..member.clone() })
}

/// Changes duty and mandate of a member.
///
/// # Errors
/// `manager-last`, `mandate-unknown`, or a text rule.
pub fn change(members: &[Member], member: &Member, command: &MemberCommand) -> Result<Member, Refusal> {
    let next = Member {
        duty: super::organisation::line(&command.duty, DUTY_CHARS_MAX, "duty")?,
        mandates: mandates(&command.mandates)?,
        ..member.clone()
    };
    if !manages(&next) {
        someone_else_manages(members, member)?;
    }
    Ok(next)
}

/// Whether a member may be taken out, or leave.
///
/// # Errors
/// `manager-last`: an organisation is never without a manager.
pub fn remove(members: &[Member], member: &Member) -> Result<(), Refusal> {
    someone_else_manages(members, member)
}

fn manages(member: &Member) -> bool {
    member.state == MemberState::Active && member.mandates.iter().any(|code| code == "manage")
}

fn someone_else_manages(members: &[Member], member: &Member) -> Result<(), Refusal> {
    if !manages(member) || members.iter().any(|other| other.id != member.id && manages(other)) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Conflict,
        "manager-last",
        "这是最后一位管理员，不能移除或取消其管理权限。请先让另一位成员成为管理员。",
        "This is the last manager. Make another member a manager first.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn command(mandates: &[&str]) -> MemberCommand {
        MemberCommand { duty: "示例".into(), mandates: mandates.iter().map(|m| (*m).to_owned()).collect() }
    }

    fn asked<'a>(account: &'a str) -> Invitation<'a> {
        Invitation { organisation: "o1", account, name: "乙", by: "u1", now_ms: 5 }
    }

    #[test]
    fn an_invitation_counts_only_once_accepted_by_whom_it_is_for() {
        let boss = first("m1", "o1", "u1", "甲", "officer", 1);
        assert_eq!(boss.mandates, MANDATES);
        let asked_member =
            invite("m2", std::slice::from_ref(&boss), asked("u2"), &command(&["pay", "manage", "pay"])).unwrap();
        assert_eq!(asked_member.mandates, ["manage", "pay"]);
        assert_eq!(
            remove(&[boss.clone(), asked_member.clone()], &boss).unwrap_err().code,
            "manager-last",
            "only asked"
        );
        assert_eq!(accept(&asked_member, "u3", 6).unwrap_err().code, "not-found");
        let joined = accept(&asked_member, "u2", 6).unwrap();
        assert_eq!(accept(&joined, "u2", 7).unwrap_err().code, "member-active");
        assert!(remove(&[boss.clone(), joined], &boss).is_ok());
    }

    #[test]
    fn refusals_name_what_to_change() {
        let boss = first("m1", "o1", "u1", "甲", "officer", 1);
        let members = std::slice::from_ref(&boss);
        assert_eq!(invite("m2", members, asked("u1"), &command(&[])).unwrap_err().code, "member-already");
        assert_eq!(
            invite("m2", members, asked("u2"), &command(&["rule"])).unwrap_err().field.as_deref(),
            Some("mandates")
        );
        let many: Vec<Member> =
            (0..MEMBERS_MAX).map(|n| first(&n.to_string(), "o1", &format!("a{n}"), "", "", 1)).collect();
        assert_eq!(invite("m2", &many, asked("u2"), &command(&[])).unwrap_err().code, "members-many");
        let long = MemberCommand { duty: "长".repeat(61), mandates: vec![] };
        assert_eq!(invite("m2", members, asked("u2"), &long).unwrap_err().field.as_deref(), Some("duty"));
        assert_eq!(change(members, &boss, &command(&["publish"])).unwrap_err().code, "manager-last");
        assert!(change(members, &boss, &command(&["manage"])).is_ok());
    }

    proptest! {
        /// Goal: an organisation is never without a manager. Method: any order of changes and removals.
        #[test]
        fn never_without_a_manager(steps in proptest::collection::vec((0usize..4, 0u8..3), 0..30)) {
            let mut members: Vec<Member> = (0..4).map(|n| first(&format!("m{n}"), "o1", &format!("u{n}"), "", "", 1)).collect();
            for (index, step) in steps {
                let Some(member) = members.get(index).cloned() else { continue };
                match step {
                    0 => if remove(&members, &member).is_ok() { members.remove(index); },
                    1 => if let Ok(next) = change(&members, &member, &command(&["publish"])) { members[index] = next; },
                    _ => if let Ok(next) = change(&members, &member, &command(&["manage"])) { members[index] = next; },
                }
                prop_assert!(members.iter().any(manages));
            }
        }
    }
}
