//! Grants of a call: one row for each funder of each award that is in force.

use super::{Facts, Winner, awards, parties};
use disclosure::{Grant, Payment, Programme, Share};
use kernel::{Fen, Instant, Refusal, Text};

/// The rows, award by award.
///
/// # Errors
/// `disclosure-shares` where the shares of an award do not come to its amount, and what else `disclosure` refuses.
pub fn grants(facts: &Facts, modified: Instant) -> Result<Vec<Grant>, Refusal> {
    let mut rows = Vec::new();
    for winner in facts.winners.iter().filter(|winner| awards::in_force(facts, winner)) {
        rows.extend(of_award(facts, winner, modified)?);
    }
    Ok(rows)
}

fn of_award(facts: &Facts, winner: &Winner, modified: Instant) -> Result<Vec<Grant>, Refusal> {
    let award = awards::award(facts, winner);
    let share = |part: &super::Part| {
        let funder = facts.funder(&part.pledge)?;
        Some(Share {
            id: part.pledge.clone(),
            funder: funder.body.as_ref()?.id.clone(),
            amount: part.amount,
            ..Share::default()
        })
    };
    let shares: Vec<Share> = winner.parts.iter().filter(|part| part.amount > Fen::ZERO).filter_map(share).collect();
    let rows = Grant::per_funder(&award, &shares, &parties::parties(facts))?;
    Ok(rows.into_iter().map(|row| whole(facts, winner, row, modified)).collect())
}

/// Puts in what an award does not say.
fn whole(facts: &Facts, winner: &Winner, row: Grant, modified: Instant) -> Grant {
    let own = |pledge: &str| {
        facts.funder(pledge).and_then(|funder| funder.body.as_ref()).is_some_and(|body| body.id == row.funder.id)
    };
    let moved = winner.moved.iter().filter(|moved| own(&moved.pledge));
    let paid = moved
        .map(|moved| {
            let (letter, sign) = if moved.back { ('R', -1) } else { ('T', 1) };
            Payment {
                id: format!("{letter}-{}-{}", moved.milestone, moved.source),
                date: moved.at.date(),
                // What came back stands there with a minus: the sum is what this funder has paid in the end.
                amount: Fen::new(sign * moved.amount.get()).unwrap_or_default(),
            }
        })
        .collect();
    let signed = winner.contract.as_ref().and_then(|contract| contract.signed_ms).map(Instant::from_ms);
    let end = winner.milestones.iter().filter_map(|one| one.due_ms).max().map(Instant::from_ms);
    Grant {
        id: format!("{}-{}", facts.number, row.id),
        planned: signed.zip(end).map(|(from, until)| (from.date(), until.date())),
        programme: Some(Programme {
            code: facts.number.clone(),
            title: Text::new(&facts.call.title, &facts.call.title_en),
            url: facts.page(""),
        }),
        from_open_call: Some(true),
        paid,
        url: facts.page("/money"),
        related: vec![facts.ocid.clone()],
        data_source: format!("{}/api/v1/grants.json", facts.base),
        modified: Some(modified),
        ..row
    }
}
