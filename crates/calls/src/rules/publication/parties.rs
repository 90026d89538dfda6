//! The organisations of a process, each with all that it is there.

use super::{Body, Facts, Winner};
use crate::rules::pledge::FunderKind;
use disclosure::{Party, PartyRole};
use std::cmp::Reverse;

/// Adds a role; somebody who is several things stands there once.
fn add(parties: &mut Vec<Party>, body: &Body, role: PartyRole) {
    let party = match parties.iter_mut().find(|party| party.id == body.id) {
        Some(party) => party,
        None => {
            parties.push(Party {
                id: body.id.clone(),
                name: body.name.clone(),
                roles: Vec::new(),
                identifier: body.identifier.clone(),
                place: body.place.clone(),
            });
            let Some(party) = parties.last_mut() else { return };
            party
        }
    };
    if !party.roles.contains(&role) {
        party.roles.push(role);
    }
}

/// Everybody whom this process names. An owner who is unnamed is nobody here.
pub fn parties(facts: &Facts) -> Vec<Party> {
    let mut parties = Vec::new();
    add(&mut parties, &facts.office, PartyRole::ProcuringEntity);
    if let Some(buyer) = buying(facts) {
        add(&mut parties, buyer, PartyRole::Buyer);
    }
    for body in facts.funders.iter().filter_map(|funder| funder.body.as_ref()) {
        add(&mut parties, body, PartyRole::Funder);
    }
    for winner in &facts.winners {
        won(&mut parties, facts, winner);
    }
    parties
}

fn won(parties: &mut Vec<Party>, facts: &Facts, winner: &Winner) {
    for (body, _) in &winner.team {
        add(parties, body, PartyRole::Supplier);
    }
    let Some((lead, _)) = winner.team.first() else { return };
    for moved in &winner.moved {
        let Some(source) = facts.funder(&moved.pledge).and_then(|funder| funder.body.as_ref()) else { continue };
        let (from, to) = if moved.back { (lead, source) } else { (source, lead) };
        add(parties, from, PartyRole::Payer);
        add(parties, to, PartyRole::Payee);
    }
}

/// Whose budget pays: the owner where it is named, else the city that gives most, of several the first by code, else the
/// joint office.
fn buying(facts: &Facts) -> Option<&Body> {
    let cities = facts.funders.iter().filter(|funder| funder.pledge.kind == FunderKind::City);
    let leads = cities.min_by_key(|funder| (Reverse(funder.pledge.cap), &funder.pledge.code));
    facts.owner.as_ref().or_else(|| leads.and_then(|funder| funder.body.as_ref())).or(Some(&facts.office))
}

/// Its identifier.
pub fn buyer(facts: &Facts) -> Option<String> {
    buying(facts).map(|body| body.id.clone())
}
