//! Which journal entry becomes which message for whom.

use serde::{Deserialize, Serialize};

/// What a message is about, as far as people choose how to hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Reviews of one's own needs and offers.
    Review,
    /// Contact requests and what is said in them.
    Contact,
    /// Claims, members, invitations of organisations.
    Membership,
    /// Workstations and proof-of-concept projects one takes part in.
    Project,
    /// What waits for one's office.
    Office,
    /// One's own account: passwords, roles, tokens.
    Security,
    /// What the administrator must know.
    Administration,
    /// New hits of saved searches.
    Search,
    /// News of what one follows.
    Follow,
}

/// The two halves of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// What concerns the person as a party.
    Process,
    /// What the person asked to hear of.
    Subscriptions,
}

impl Tab {
    /// The code in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Tab::Process => "process",
            Tab::Subscriptions => "subscriptions",
        }
    }

    /// Reads a code; the empty one is that of the first half.
    pub fn parse(code: &str) -> Option<Tab> {
        match code {
            "" | "process" => Some(Tab::Process),
            "subscriptions" => Some(Tab::Subscriptions),
            _ => None,
        }
    }

    /// The topics of this half.
    pub fn topics(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| topic.tab() == self)
    }
}

impl Topic {
    /// All topics, in the order pages show them.
    pub const ALL: [Topic; 9] = [
        Topic::Review,
        Topic::Contact,
        Topic::Membership,
        Topic::Project,
        Topic::Office,
        Topic::Security,
        Topic::Administration,
        Topic::Search,
        Topic::Follow,
    ];

    /// The code in addresses, rows and the API.
    pub fn code(self) -> &'static str {
        match self {
            Topic::Review => "review",
            Topic::Contact => "contact",
            Topic::Membership => "membership",
            Topic::Project => "project",
            Topic::Office => "office",
            Topic::Security => "security",
            Topic::Administration => "administration",
            Topic::Search => "search",
            Topic::Follow => "follow",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.code() == code)
    }

    /// In which half of the inbox it stands.
    pub fn tab(self) -> Tab {
        match self {
            Topic::Search | Topic::Follow => Tab::Subscriptions,
            _ => Tab::Process,
        }
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Members of the organisation it belongs to.
    Owner,
    /// Those of them who keep the organisation.
    Managers,
    /// The office that reviews or decides it.
    Office,
    /// Members of the organisation asked, or the office that answers for it.
    Asked,
    /// Members of the organisation that asks.
    Asker,
    /// Whoever did not speak last in a contact.
    OtherSide,
    /// The account that the entry is about.
    Account,
    /// The account that a membership, a link or a claim is for.
    Named,
    /// The experts of a workstation, asked or agreed.
    Experts,
    /// The centre that a proof-of-concept project names.
    Centre,
    /// Whoever proposed the step that was answered.
    Proposer,
    /// Whoever follows it, or the organisation it belongs to.
    Followers,
    /// Everybody who administers the installation.
    Administrators,
}

impl Audience {
    /// Whether the person who did it is told too: only where somebody else may have done it in his name.
    pub fn tells_the_doer(self) -> bool {
        self == Audience::Account
    }
}

/// What the receiver is expected to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// Review what was submitted.
    Review,
    /// Decide.
    Decide,
    /// Answer.
    Answer,
    /// Revise and submit again.
    Revise,
    /// Renew, if it is still wanted.
    Renew,
    /// Accept or decline.
    Accept,
    /// Confirm or correct.
    Confirm,
    /// Check that it was oneself.
    WasItYou,
    /// Look at the failed task.
    Repair,
}

impl Expect {
    /// The code in rows, texts and the API.
    pub fn code(self) -> &'static str {
        match self {
            Expect::Review => "review",
            Expect::Decide => "decide",
            Expect::Answer => "answer",
            Expect::Revise => "revise",
            Expect::Renew => "renew",
            Expect::Accept => "accept",
            Expect::Confirm => "confirm",
            Expect::WasItYou => "was-it-you",
            Expect::Repair => "repair",
        }
    }
}

/// One row of the table: this kind of entry is told to these people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Kind of the journal entry; what is said of needs and offers alike stands under `listing`.
    pub kind: &'static str,
    /// Who is told.
    pub to: Audience,
    /// As what.
    pub topic: Topic,
    /// At once, whatever the person chose and at any hour.
    pub high: bool,
    /// What is expected.
    pub expects: Option<Expect>,
}

const fn told(kind: &'static str, to: Audience, topic: Topic) -> Told {
    Told { kind, to, topic, high: false, expects: None }
}

const fn asks(kind: &'static str, to: Audience, topic: Topic, expects: Expect) -> Told {
    Told { kind, to, topic, high: false, expects: Some(expects) }
}

const fn high(kind: &'static str, to: Audience, topic: Topic, expects: Option<Expect>) -> Told {
    Told { kind, to, topic, high: true, expects }
}

const fn news(kind: &'static str) -> Told {
    told(kind, Audience::Followers, Topic::Follow)
}

/// The kind of the entry that a webhook was given up on.
pub const GIVEN_UP: &str = "delivery.failed";

/// The table. Of several rows that reach the same person the first one counts.
pub const TABLE: &[Told] = &[
    asks("listing.submitted", Audience::Office, Topic::Office, Expect::Review),
    told("listing.published", Audience::Owner, Topic::Review),
    news("listing.published"),
    asks("listing.refused", Audience::Owner, Topic::Review, Expect::Revise),
    news("listing.renewed"),
    news("listing.withdrawn"),
    asks("listing.expired", Audience::Owner, Topic::Review, Expect::Renew),
    news("listing.expired"),
    asks("contact.sent", Audience::Asked, Topic::Contact, Expect::Answer),
    told("contact.answered", Audience::Asker, Topic::Contact),
    told("contact.said", Audience::OtherSide, Topic::Contact),
    told("contact.withdrawn", Audience::Asked, Topic::Contact),
    told("contact.expired", Audience::Asker, Topic::Contact),
    told("contact.expired", Audience::Asked, Topic::Contact),
    told("contact.opened", Audience::Asked, Topic::Contact),
    told("contact.revoked", Audience::Asker, Topic::Contact),
    asks("claim.filed", Audience::Office, Topic::Office, Expect::Decide),
    told("claim.approved", Audience::Named, Topic::Membership),
    told("claim.refused", Audience::Named, Topic::Membership),
    news("organisation.claimed"),
    news("organisation.verified"),
    news("organisation.edited"),
    asks("organisation.status_declared", Audience::Office, Topic::Office, Expect::Confirm),
    told("organisation.status_confirmed", Audience::Owner, Topic::Membership),
    news("organisation.status_confirmed"),
    told("organisation.status_issued", Audience::Owner, Topic::Membership),
    news("organisation.status_issued"),
    told("organisation.statement_confirmed", Audience::Owner, Topic::Membership),
    asks("organisation.member_invited", Audience::Named, Topic::Membership, Expect::Accept),
    told("organisation.member_joined", Audience::Managers, Topic::Membership),
    told("organisation.member_changed", Audience::Named, Topic::Membership),
    told("organisation.member_left", Audience::Named, Topic::Membership),
    told("organisation.member_left", Audience::Managers, Topic::Membership),
    told("organisation.member_declined", Audience::Managers, Topic::Membership),
    asks("workstation.proposed", Audience::Experts, Topic::Project, Expect::Answer),
    asks("workstation.proposed", Audience::Office, Topic::Office, Expect::Decide),
    told("workstation.joined", Audience::Owner, Topic::Project),
    told("workstation.left", Audience::Owner, Topic::Project),
    told("workstation.recognised", Audience::Owner, Topic::Project),
    told("workstation.recognised", Audience::Experts, Topic::Project),
    news("workstation.recognised"),
    asks("workstation.refused", Audience::Owner, Topic::Project, Expect::Revise),
    told("workstation.ended", Audience::Experts, Topic::Project),
    news("workstation.ended"),
    news("workstation.project_added"),
    asks("poc.centre_asked", Audience::Centre, Topic::Project, Expect::Answer),
    told("poc.centre_agreed", Audience::Owner, Topic::Project),
    told("poc.centre_declined", Audience::Owner, Topic::Project),
    asks("poc.step_proposed", Audience::Owner, Topic::Project, Expect::Answer),
    told("poc.step_planned", Audience::Proposer, Topic::Project),
    told("poc.step_declined", Audience::Proposer, Topic::Project),
    news("expert.edited"),
    news("expert.seated"),
    news("poc.published"),
    news("poc.step_planned"),
    news("poc.step_done"),
    news("poc.closed"),
    high("account.enabled", Audience::Account, Topic::Security, None),
    high("password.changed", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("password.reset", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("invite.created", Audience::Named, Topic::Security, Some(Expect::WasItYou)),
    high("role.granted", Audience::Account, Topic::Security, None),
    high("role.revoked", Audience::Account, Topic::Security, None),
    high("token.created", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("factor.confirmed", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("factor.removed", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("factor.lifted", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("factor.codes_made", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("factor.code_spent", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("passkey.added", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("passkey.removed", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("passkey.doubted", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("identity.linked", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    high("identity.removed", Audience::Account, Topic::Security, Some(Expect::WasItYou)),
    told("invite.accepted", Audience::Administrators, Topic::Administration),
    high(GIVEN_UP, Audience::Named, Topic::Administration, Some(Expect::Repair)),
    high(GIVEN_UP, Audience::Managers, Topic::Administration, Some(Expect::Repair)),
    high("job.died", Audience::Administrators, Topic::Administration, Some(Expect::Repair)),
];

/// The kind of which people are told: needs and offers are one noun to them.
pub fn noun_of(kind: &str) -> String {
    match kind.split_once('.') {
        Some(("need" | "offer", verb)) => format!("listing.{verb}"),
        _ => kind.to_owned(),
    }
}

/// The rows for a kind of entry, in order.
pub fn rows_for(kind: &str) -> impl Iterator<Item = &'static Told> {
    let noun = noun_of(kind);
    TABLE.iter().filter(move |row| row.kind == noun)
}

/// The text key of what happened.
pub fn text_key(kind: &str) -> String {
    format!("notice-{}", noun_of(kind).replace(['.', '_'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_pair_of_kind_and_audience_stands_once() {
        let mut seen = HashSet::new();
        for row in TABLE {
            assert!(seen.insert((row.kind, row.to)), "{} to {:?} stands twice", row.kind, row.to);
        }
    }

    #[test]
    fn needs_and_offers_are_told_alike() {
        let needs: Vec<_> = rows_for("need.published").collect();
        assert_eq!(needs, rows_for("offer.published").collect::<Vec<_>>());
        assert_eq!(needs.iter().map(|row| row.to).collect::<Vec<_>>(), [Audience::Owner, Audience::Followers]);
        assert_eq!(
            (text_key("offer.published"), text_key("poc.step_done")),
            ("notice-listing-published".into(), "notice-poc-step-done".into())
        );
        assert_eq!(rows_for("need.saved").count(), 0, "saving a draft is nobody else's business");
    }

    #[test]
    fn what_touches_an_account_is_told_to_it_at_once() {
        for kind in ["password.changed", "password.reset", "role.granted", "token.created"] {
            let rows: Vec<_> = rows_for(kind).collect();
            assert!(matches!(rows[..], [row] if row.high && row.to.tells_the_doer()), "{kind}: {rows:?}");
        }
        assert!(TABLE.iter().all(|row| !row.high || row.topic.tab() == Tab::Process), "a subscription is never urgent");
    }

    #[test]
    fn only_followers_get_subscriptions() {
        assert!(TABLE.iter().all(|row| (row.to == Audience::Followers) == (row.topic == Topic::Follow)));
    }

    #[test]
    fn codes_come_back() {
        for topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.code()), Some(topic));
        }
        assert_eq!((Tab::parse(""), Tab::parse("x")), (Some(Tab::Process), None));
        assert_eq!(Tab::Subscriptions.topics().collect::<Vec<_>>(), [Topic::Search, Topic::Follow]);
    }
}
