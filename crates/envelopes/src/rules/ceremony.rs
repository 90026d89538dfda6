//! The engine's side of a committee: what a seat hands in is read, checked against everything handed in before, and
//! kept in the one way it is written.
//!
//! Nothing here is secret; a trustee's secret file is refused.

use super::committee::{Committee, Follows, Seat, SeatStep};
use kernel::Refusal;
use sealing::ceremony::{Acceptance, Complaint, Deal, Plan, Registration, Transcript};
use sealing::{Part, SealingError};

/// Whether bytes are a trustee's secret file, which has no business here.
pub fn is_secret(bytes: &[u8]) -> bool {
    sealing::trustee::is_secret(bytes)
}

/// Why a secret file is refused, and what its owner does now.
pub fn secret_refused() -> Refusal {
    Refusal::invalid(
        "trustee-secret-refused",
        "这是席位的密钥文件，绝不能上传。文件没有保存。请勿再发给任何人；如已泄露口令，请告知联席会议办公室另设委员会。应上传的是 yilang trustee 命令输出的文件。",
        "This is a trustee's secret file and must never be sent. It was not kept. Do not give it to anybody; if its passphrase is known to others, tell the joint office to set up another committee. What belongs here is what a yilang trustee command prints.",
    )
    .at("file")
}

/// What the engine says, in both languages, with what to do.
pub fn refusal(error: &SealingError) -> Refusal {
    let (zh, en) = sentences(error);
    let code = error.code();
    let field = match error {
        SealingError::EnvelopeProof | SealingError::EnvelopeContext(_) => "envelope",
        SealingError::Shape { part: Part::Envelope | Part::Context, .. } => "envelope",
        _ => "file",
    };
    if matches!(error, SealingError::Secret) {
        return secret_refused();
    }
    Refusal::invalid(code, zh, en).at(field)
}

/// What a context names, as the engine calls it, in Chinese.
fn in_chinese(what: &str) -> &str {
    match what {
        "house" => "平台",
        "round" => "轮次",
        "committee" => "开启委员会",
        "key" => "公钥",
        "text of the rules" => "规则文本",
        "deadline" => "截止时间",
        "sender" => "提交单位",
        other => other,
    }
}

fn sentences(error: &SealingError) -> (String, String) {
    let why = error.to_string();
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    match error {
        SealingError::Shape { part: Part::Envelope | Part::Context, .. } => (
            format!(
                "这不是密封信封（{why}）。本轮只接收密封后的信封，不接收明文。请在本页填写后提交，或用 yilang seal 生成信封文件。"
            ),
            format!(
                "This is no sealed envelope ({why}). Only sealed envelopes are taken here, never plain text. Fill in the form on this page, or make the file with yilang seal."
            ),
        ),
        SealingError::EnvelopeProof => both(
            "信封的证明不成立：文件被改动、抄自别处或生成有误。请重新密封后提交。",
            "The envelope's proof does not hold: it was changed, copied or made wrongly. Seal it anew and send it again.",
        ),
        SealingError::EnvelopeContext(what) => (
            format!("信封不是为本轮和本单位密封的（{}不符）。请在本轮的页面重新密封。", in_chinese(what)),
            format!("The envelope is for another {what}. Seal it anew on the page of this round."),
        ),
        SealingError::ShareProof(_) | SealingError::ShareSeat(_) | SealingError::Shape { part: Part::Share, .. } => {
            both(
                "开启份额的证明不成立。请用本席位的密钥文件和最新的开启文件重新生成。",
                "The proof of the share does not hold. Make it again with this seat's key file and the newest opening file.",
            )
        }
        SealingError::Foreign { .. } => (
            format!("文件属于另一次密钥仪式（{why}）。请下载本委员会最新的文件重新生成。"),
            format!("The file is of another ceremony ({why}). Fetch this committee's newest file and make it again."),
        ),
        SealingError::ComplaintFalse(_) | SealingError::ComplaintProof(_) => both(
            "投诉不成立：被投诉席位分发的份额是正确的，或投诉的证明有误。请重新核对后提交确认。",
            "The complaint does not hold: what was dealt is right, or the complaint's proof is wrong. Check again and accept.",
        ),
        SealingError::KeyIdentity => both(
            "委员会的密钥无效，仪式不能完成。请由联席会议办公室中止后另设委员会。",
            "The committee's key is not valid, so the ceremony cannot end. Let the joint office give it up and set up another.",
        ),
        SealingError::Passphrase => both(
            "口令不正确，或密钥文件被改动。请核对口令，或使用备份的密钥文件。",
            "The passphrase is wrong, or the key file was changed. Check it, or use a backup of the file.",
        ),
        SealingError::NotAccepted => both(
            "该席位还没有确认过委员会，不能交份额。请先运行 yilang trustee accept。",
            "This seat has accepted no committee yet, so it gives no share. Run yilang trustee accept first.",
        ),
        SealingError::AcceptedOther => both(
            "该席位确认过的是另一个委员会。请使用对应的密钥文件和开启文件。",
            "This seat has accepted another committee. Use the key file and the opening file that belong together.",
        ),
        _ => (
            format!("文件没有通过核对（{why}）。请用 yilang 命令重新生成后提交。"),
            format!("The file was checked and does not hold ({why}). Make it again with the yilang command."),
        ),
    }
}

fn checks<T>(result: Result<T, SealingError>) -> Result<T, Refusal> {
    result.map_err(|error| refusal(&error))
}

/// Something that was checked when it was handed in and does not hold now.
fn stored<T>(result: Result<T, SealingError>) -> Result<T, Refusal> {
    result.map_err(|error| {
        Refusal::conflict(
            "ceremony-stored",
            format!("已提交的文件之间不一致（{error}），仪式不能继续。请由联席会议办公室中止后另设委员会。"),
            format!("What was handed in does not fit together ({error}). Let the joint office give the ceremony up and set up another."),
        )
    })
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the engine writes JSON, which is UTF-8")
}

/// Checks what a seat hands in for a step the committee waits for. Gives the document in the one way it is written, and
/// what follows from it.
///
/// # Errors
/// `trustee-secret-refused`, or what is wrong with it.
pub fn checked(committee: &Committee, number: i64, step: SeatStep, bytes: &[u8]) -> Result<(String, Follows), Refusal> {
    if is_secret(bytes) {
        return Err(secret_refused());
    }
    let seat = committee.seat(number)?;
    match step {
        SeatStep::Registration => registered(committee, seat, bytes),
        SeatStep::Deal => dealt(committee, seat, bytes),
        SeatStep::Answer => answered(committee, seat, bytes),
    }
}

/// Whether every other seat has handed in a step.
fn others_have(committee: &Committee, own: &Seat, step: SeatStep) -> bool {
    committee.seats.iter().all(|seat| seat.number == own.number || seat.handed_in(step).is_some())
}

/// What every seat has handed in for a step, `own` in place of the seat's own.
fn all<'a>(committee: &'a Committee, own: &Seat, document: &'a str, step: SeatStep) -> Vec<&'a str> {
    let of = |seat: &'a Seat| if seat.number == own.number { Some(document) } else { seat.handed_in(step) };
    committee.seats.iter().filter_map(of).collect()
}

fn registered(committee: &Committee, seat: &Seat, bytes: &[u8]) -> Result<(String, Follows), Refusal> {
    let registration = checks(Registration::parse(bytes))?;
    if registration.origin() != committee.origin || registration.ceremony() != committee.id {
        return checks(Err(SealingError::Foreign { part: Part::Registration, of: "committee" }));
    }
    if i64::from(registration.seat()) != seat.number || registration.name() != seat.name {
        return Err(other_seat(seat));
    }
    let document = text(registration.to_json());
    if !others_have(committee, seat, SeatStep::Registration) {
        return Ok((document, Follows::Waits));
    }
    let all = all(committee, seat, &document, SeatStep::Registration);
    let registrations = all.into_iter().map(|text| Registration::parse(text.as_bytes()));
    let registrations = stored(registrations.collect::<Result<Vec<_>, _>>())?;
    let threshold = u16::try_from(committee.threshold).unwrap_or(u16::MAX);
    let plan = checks(Plan::new(&committee.origin, &committee.id, threshold, &registrations))?;
    Ok((document, Follows::Planned(text(plan.to_json()))))
}

fn other_seat(seat: &Seat) -> Refusal {
    Refusal::invalid(
        "seat-other",
        format!("文件属于另一个席位。这里是第 {} 席“{}”，请核对 --seat 和 --name。", seat.number, seat.name),
        format!("The file is of another seat. This is seat {}, {}; check --seat and --name.", seat.number, seat.name),
    )
    .at("file")
}

fn plan(committee: &Committee) -> Result<Plan, Refusal> {
    stored(Plan::parse(committee.plan.as_deref().unwrap_or_default().as_bytes()))
}

fn dealt(committee: &Committee, seat: &Seat, bytes: &[u8]) -> Result<(String, Follows), Refusal> {
    let deal = checks(Deal::parse(&plan(committee)?, bytes))?;
    if i64::from(deal.seat()) != seat.number {
        return Err(other_seat(seat));
    }
    let follows = if others_have(committee, seat, SeatStep::Deal) { Follows::Dealt } else { Follows::Waits };
    Ok((text(deal.to_json()), follows))
}

/// Plan and deals, without acceptances.
fn dealings(committee: &Committee) -> Result<Transcript, Refusal> {
    let plan = plan(committee)?;
    let deals = committee.seats.iter().filter_map(|seat| seat.deal.as_deref());
    let deals = stored(deals.map(|text| Deal::parse(&plan, text.as_bytes())).collect::<Result<Vec<_>, _>>())?;
    stored(Transcript::new(plan, deals))
}

fn answered(committee: &Committee, seat: &Seat, bytes: &[u8]) -> Result<(String, Follows), Refusal> {
    let mut transcript = dealings(committee)?;
    if let Ok(accused) = Complaint::accused(bytes) {
        let deal = transcript.deals().get(usize::from(accused).wrapping_sub(1));
        let deal = deal.ok_or_else(|| refusal(&SealingError::ShareSeat(accused)))?;
        let complaint = checks(Complaint::parse(transcript.plan(), deal, bytes))?;
        if i64::from(complaint.seat()) != seat.number {
            return Err(other_seat(seat));
        }
        return Ok((text(complaint.to_json()), Follows::Liar(i64::from(complaint.liar()))));
    }
    let acceptance = checks(Acceptance::parse(&transcript, bytes))?;
    if i64::from(acceptance.seat()) != seat.number {
        return Err(other_seat(seat));
    }
    let document = text(acceptance.to_json());
    if !others_have(committee, seat, SeatStep::Answer) {
        return Ok((document, Follows::Waits));
    }
    for text in all(committee, seat, &document, SeatStep::Answer) {
        let acceptance = stored(Acceptance::parse(&transcript, text.as_bytes()))?;
        stored(transcript.accept(acceptance))?;
    }
    let made = checks(transcript.committee())?;
    let (key, transcript) = (hex::encode(made.key().bytes()), hex::encode(made.transcript()));
    Ok((document, Follows::Ready { key, transcript }))
}

/// The transcript as far as it has come: plan, deals, and the acceptances that are there. None before all have dealt.
///
/// # Errors
/// `ceremony-stored`.
pub fn transcript(committee: &Committee) -> Result<Option<String>, Refusal> {
    if !committee.seats.iter().all(|seat| seat.deal.is_some()) {
        return Ok(None);
    }
    let mut transcript = dealings(committee)?;
    let answers = committee.seats.iter().filter_map(|seat| seat.answer.as_deref());
    for text in answers.filter(|text| Complaint::accused(text.as_bytes()).is_err()) {
        let acceptance = stored(Acceptance::parse(&transcript, text.as_bytes()))?;
        stored(transcript.accept(acceptance))?;
    }
    Ok(Some(text(transcript.to_json())))
}

/// The engine's committee of one that is ready.
///
/// # Errors
/// `ceremony-stored`.
pub fn made(committee: &Committee) -> Result<sealing::ceremony::Committee, Refusal> {
    let text = transcript(committee)?.unwrap_or_default();
    stored(Transcript::parse(text.as_bytes()).and_then(|transcript| transcript.committee()))
}
