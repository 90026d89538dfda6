//! Awards, and the contracts that follow from them with their milestones and payments.

use super::{Facts, Moved, Winner, tender};
use crate::rules::award::AwardState;
use crate::rules::call::CallState;
use crate::rules::milestone::{Milestone as Stage, MilestoneState};
use disclosure::{
    Award, AwardStatus, Contract, ContractStatus, DocumentType, Implementation, Milestone, MilestoneStatus,
    MilestoneType, Period, Transaction,
};
use kernel::{Instant, Text};

/// Where a call stands whose notice is over.
const CONFIRMED: [CallState; 3] = [CallState::Contracting, CallState::Running, CallState::Finished];

/// The identifier of an award in its process.
pub fn award_id(winner: &Winner) -> String {
    format!("A-{}", winner.award.ord)
}

fn contract_id(winner: &Winner) -> String {
    format!("C-{}", winner.award.ord)
}

/// Whether an award is in force: its notice is over.
pub fn in_force(facts: &Facts, winner: &Winner) -> bool {
    status(facts, winner) == AwardStatus::Active
}

fn status(facts: &Facts, winner: &Winner) -> AwardStatus {
    match winner.award.state {
        AwardState::Void => AwardStatus::Cancelled,
        AwardState::Named if !CONFIRMED.contains(&facts.call.state) => AwardStatus::Pending,
        _ => AwardStatus::Active,
    }
}

fn title(facts: &Facts, winner: &Winner) -> Text {
    let (call, ord) = (&facts.call, winner.award.ord);
    let en = if call.title_en.is_empty() { String::new() } else { format!("{}, award {ord}", call.title_en) };
    Text::new(format!("{}：立项 {ord}", call.title), en)
}

/// Who won how much, and how the team shares it.
pub fn award(facts: &Facts, winner: &Winner) -> Award {
    let mut suppliers: Vec<String> = Vec::new();
    for (body, _) in &winner.team {
        if !suppliers.contains(&body.id) {
            suppliers.push(body.id.clone());
        }
    }
    Award {
        id: award_id(winner),
        title: title(facts, winner),
        description: described(winner),
        status: Some(status(facts, winner)),
        date: Some(Instant::from_ms(winner.award.decided_ms)),
        value: Some(winner.award.amount),
        suppliers,
        documents: vec![tender::page(
            "notice",
            DocumentType::AwardNotice,
            Text::new("立项公示", "Notice of the award"),
            facts.page(&format!("/awards/{}", winner.award.id)),
            Some(Instant::from_ms(winner.award.decided_ms)),
        )],
        ..Award::default()
    }
}

/// How the team shares it, and why it was chosen.
fn described(winner: &Winner) -> Text {
    let percent = |bp: i64| {
        let text = format!("{}.{:02}", bp / 100, bp % 100);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let zh: Vec<String> = winner.team.iter().map(|(body, bp)| format!("{} {}%", body.name.zh, percent(*bp))).collect();
    let name = |body: &super::Body| if body.name.en.is_empty() { body.name.zh.clone() } else { body.name.en.clone() };
    let en: Vec<String> = winner.team.iter().map(|(body, bp)| format!("{} {} %", name(body), percent(*bp))).collect();
    let why = if winner.reason.is_empty() { String::new() } else { format!("遴选理由：{}", winner.reason) };
    Text::new(format!("承担单位：{}。{why}", zh.join("；")), format!("Team: {}.", en.join("; ")))
}

/// The contract of an award, once both have signed. Its words stay between its sides.
pub fn contract(facts: &Facts, winner: &Winner) -> Option<Contract> {
    let contract = winner.contract.as_ref()?;
    let signed = Instant::from_ms(contract.signed_ms?);
    let over = matches!(winner.award.state, AwardState::Done | AwardState::Stopped);
    let end = winner.milestones.iter().filter_map(|one| one.due_ms).max();
    let registered = match contract.registration.as_str() {
        "" => Text::default(),
        number => Text::new(
            format!("技术合同登记编号：{number}。"),
            format!("Registered as a technology contract under {number}."),
        ),
    };
    Some(Contract {
        id: contract_id(winner),
        award_id: award_id(winner),
        title: title(facts, winner),
        description: registered,
        status: Some(if over { ContractStatus::Terminated } else { ContractStatus::Active }),
        period: Some(Period { start: Some(signed), end: end.map(Instant::from_ms) }),
        value: Some(winner.award.amount),
        signed: Some(signed),
        implementation: Implementation {
            transactions: winner.moved.iter().filter_map(|moved| transaction(facts, winner, moved)).collect(),
            milestones: winner.milestones.iter().map(milestone).collect(),
            documents: Vec::new(),
        },
        ..Contract::default()
    })
}

fn milestone(stage: &Stage) -> Milestone {
    let status = match stage.state {
        MilestoneState::Accepted => MilestoneStatus::Met,
        MilestoneState::Partly => MilestoneStatus::PartiallyMet,
        MilestoneState::Ended => MilestoneStatus::NotMet,
        MilestoneState::Waiting | MilestoneState::Open | MilestoneState::Reported | MilestoneState::Judged => {
            MilestoneStatus::Scheduled
        }
    };
    let decided = stage.state.is_over().then(|| Instant::from_ms(stage.updated_ms));
    Milestone {
        id: stage.ord.to_string(),
        title: Text::new(&stage.title, ""),
        kind: Some(MilestoneType::Delivery),
        due: stage.due_ms.map(Instant::from_ms),
        met: decided.filter(|_| stage.state == MilestoneState::Accepted),
        modified: decided,
        status: Some(status),
        ..Milestone::default()
    }
}

/// A payment for a milestone from one source, or what of it came back.
fn transaction(facts: &Facts, winner: &Winner, moved: &Moved) -> Option<Transaction> {
    let source = facts.funder(&moved.pledge)?.body.as_ref()?.id.clone();
    let lead = winner.team.first()?.0.id.clone();
    let (payer, payee) = if moved.back { (lead, source) } else { (source, lead) };
    let letter = if moved.back { 'R' } else { 'T' };
    Some(Transaction {
        id: format!("{letter}-{}-{}", moved.milestone, moved.source),
        source: facts.page("/money"),
        date: Some(moved.at),
        value: moved.amount,
        payer,
        payee,
        uri: String::new(),
    })
}
