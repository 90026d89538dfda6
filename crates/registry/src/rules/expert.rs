//! Experts: reviewers and advisers, who decide themselves whether their name is shown.

use super::organisation::{Known, codes, line};
pub(crate) use kernel::input::needed;
use kernel::limits::TITLE_CHARS_MAX;
use kernel::{Adcode, Refusal, named_as_example};

/// Characters of the fields somebody works in.
pub const FIELDS_CHARS_MAX: usize = 500;
/// Segments one expert may name.
pub const SEGMENTS_MAX: usize = 20;

codes! {
    /// How much time an expert has.
    Availability {
        /// Takes reviews and advice.
        Open = "open",
        /// Only a little, ask first.
        Limited = "limited",
        /// None at present.
        Closed = "closed",
    }
}

codes! {
    /// Where an expert's record stands.
    ExpertState {
        /// In the list.
        Listed = "listed",
        /// Taken out by the expert or the office.
        Withdrawn = "withdrawn",
    }
}

/// An expert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expert {
    /// Opaque id.
    pub id: String,
    /// Its account; none when a city office keeps the record.
    pub account: Option<String>,
    /// The office that keeps the record: a city's code or `joint`.
    pub office: Option<String>,
    /// Name; shown only with consent.
    pub name: String,
    /// Name in Latin letters; shown only with consent.
    pub name_en: String,
    /// Since when the name may be shown.
    pub consent_ms: Option<i64>,
    /// Title such as 研究员.
    pub title: String,
    /// A member of an academy (院士).
    pub academician: bool,
    /// Where the expert works.
    pub institution: String,
    /// City.
    pub city: Option<Adcode>,
    /// Fields, Chinese.
    pub fields: String,
    /// Fields, English.
    pub fields_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// How much time there is.
    pub availability: Availability,
    /// Where the record stands.
    pub state: ExpertState,
    /// Since when the expert sits on the corridor's advisory committee.
    pub committee_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
    /// When it was made.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Expert {
    /// The name if it may be shown.
    pub fn name_open(&self) -> Option<&str> {
        self.consent_ms.map(|_| self.name.as_str())
    }
}

/// An expert's record as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ExpertDraft {
    /// Name.
    pub name: String,
    /// Name in Latin letters; may be empty.
    pub name_en: String,
    /// The expert agrees that the name is shown.
    pub consent: bool,
    /// Title; may be empty.
    pub title: String,
    /// A member of an academy.
    pub academician: bool,
    /// Where the expert works.
    pub institution: String,
    /// Code of the city; may be empty.
    pub city: String,
    /// Fields, Chinese.
    pub fields: String,
    /// Fields, English; may be empty.
    pub fields_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Code of the availability.
    pub availability: String,
}

/// Who keeps the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeper {
    /// The expert.
    Account(String),
    /// A city office or the joint office.
    Office(String),
}

/// Makes a record.
///
/// # Errors
/// The first field that breaks a rule.
pub fn register(
    id: &str,
    draft: &ExpertDraft,
    keeper: &Keeper,
    demo: bool,
    now_ms: i64,
    known: &Known<'_>,
) -> Result<Expert, Refusal> {
    let (account, office) = match keeper {
        Keeper::Account(account) => (Some(account.clone()), None),
        Keeper::Office(office) => (None, Some(office.clone())),
    };
    let empty = Expert {
        id: id.to_owned(),
        account,
        office,
        name: String::new(),
        name_en: String::new(),
        consent_ms: None,
        title: String::new(),
        academician: false,
        institution: String::new(),
        city: None,
        fields: String::new(),
        fields_en: String::new(),
        segments: Vec::new(),
        availability: Availability::Open,
        state: ExpertState::Listed,
        committee_ms: None,
        demo,
        created_ms: now_ms,
        updated_ms: now_ms,
    };
    edit(&empty, draft, now_ms, known)
}

/// Changes a record. Taking the consent back hides the name at once.
///
/// # Errors
/// The first field that breaks a rule.
pub fn edit(old: &Expert, draft: &ExpertDraft, now_ms: i64, known: &Known<'_>) -> Result<Expert, Refusal> {
    if old.state == ExpertState::Withdrawn {
        return Err(withdrawn());
    }
    let name = needed(&draft.name, TITLE_CHARS_MAX, "name")?;
    named_as_example(
        old.demo,
        &name,
        "name",
        [
            "演示账号登记的专家，姓名必须以“示例”开头。",
            "An expert registered by a demo account must have a name that begins with 示例.",
        ],
    )?;
    Ok(Expert {
        name,
        name_en: line(&draft.name_en, TITLE_CHARS_MAX, "name_en")?,
        consent_ms: if draft.consent { old.consent_ms.or(Some(now_ms)) } else { None },
        title: line(&draft.title, TITLE_CHARS_MAX, "title")?,
        academician: draft.academician,
        institution: needed(&draft.institution, TITLE_CHARS_MAX, "institution")?,
        city: super::organisation::city(&draft.city, known)?,
        fields: needed(&draft.fields, FIELDS_CHARS_MAX, "fields")?,
        fields_en: line(&draft.fields_en, FIELDS_CHARS_MAX, "fields_en")?,
        availability: Availability::parse(&draft.availability).ok_or_else(|| {
            Refusal::invalid(
                "expert-availability",
                "请选择目前能否接受委托。",
                "Choose whether requests are welcome now.",
            )
            .at("availability")
        })?,
        segments: super::organisation::segment_ids(&draft.segments, SEGMENTS_MAX, known)?,
        updated_ms: now_ms,
        ..old.clone()
    })
}

/// Takes a record out of the list.
///
/// # Errors
/// `expert-withdrawn` when it already is.
pub fn withdraw(old: &Expert, now_ms: i64) -> Result<Expert, Refusal> {
    if old.state == ExpertState::Withdrawn {
        return Err(withdrawn());
    }
    Ok(Expert {
        state: ExpertState::Withdrawn,
        consent_ms: None,
        committee_ms: None,
        updated_ms: now_ms,
        ..old.clone()
    })
}

/// Gives an expert a seat on the advisory committee (专家咨询委员会).
///
/// # Errors
/// `expert-withdrawn`, `expert-seated`.
pub fn seat(old: &Expert, now_ms: i64) -> Result<Expert, Refusal> {
    if old.state == ExpertState::Withdrawn {
        return Err(withdrawn());
    }
    if old.committee_ms.is_some() {
        return Err(Refusal::conflict(
            "expert-seated",
            "该专家已是专家咨询委员会委员，无需重复办理。请刷新后查看。",
            "This expert sits on the advisory committee already. Refresh to see.",
        ));
    }
    Ok(Expert { committee_ms: Some(now_ms), updated_ms: now_ms, ..old.clone() })
}

/// Ends an expert's seat on the advisory committee.
///
/// # Errors
/// `expert-not-seated`.
pub fn unseat(old: &Expert, now_ms: i64) -> Result<Expert, Refusal> {
    if old.committee_ms.is_none() {
        return Err(Refusal::conflict(
            "expert-not-seated",
            "该专家不是专家咨询委员会委员。请刷新后查看。",
            "This expert has no seat on the advisory committee. Refresh to see.",
        ));
    }
    Ok(Expert { committee_ms: None, updated_ms: now_ms, ..old.clone() })
}

fn withdrawn() -> Refusal {
    Refusal::conflict(
        "expert-withdrawn",
        "该专家信息已撤下，不能再修改。需要恢复的，请重新登记。",
        "This record was taken out and can no longer be changed. Register again to come back.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known<'static> {
        Known { city: &|code| code.number() == 310_117, segment: &|id| id == "ic" }
    }

    fn draft() -> ExpertDraft {
        ExpertDraft {
            name: "示例甲".into(),
            consent: true,
            institution: "示例大学".into(),
            city: "310117".into(),
            fields: "半导体材料".into(),
            availability: "open".into(),
            ..ExpertDraft::default()
        }
    }

    fn registered(draft: &ExpertDraft) -> Result<Expert, Refusal> {
        register("e1", draft, &Keeper::Office("310117".into()), true, 5, &known())
    }

    #[test]
    fn the_name_shows_only_while_there_is_consent() {
        let expert = registered(&draft()).unwrap();
        assert_eq!((expert.name_open(), expert.consent_ms), (Some("示例甲"), Some(5)));
        let again = edit(&expert, &draft(), 9, &known()).unwrap();
        assert_eq!(again.consent_ms, Some(5), "the first consent stands");
        let hidden = edit(&again, &ExpertDraft { consent: false, ..draft() }, 10, &known()).unwrap();
        assert_eq!(hidden.name_open(), None);
        let seated = seat(&again, 10).unwrap();
        assert_eq!(seat(&seated, 11).unwrap_err().code, "expert-seated");
        assert_eq!(unseat(&unseat(&seated, 11).unwrap(), 12).unwrap_err().code, "expert-not-seated");
        let gone = withdraw(&seated, 11).unwrap();
        assert_eq!((gone.committee_ms, seat(&gone, 12).unwrap_err().code), (None, "expert-withdrawn"));
        assert_eq!(gone.name_open(), None);
        assert_eq!(edit(&gone, &draft(), 12, &known()).unwrap_err().code, "expert-withdrawn");
        assert_eq!(withdraw(&gone, 12).unwrap_err().code, "expert-withdrawn");
    }

    #[test]
    fn wrong_fields_are_named() {
        for (draft, code, field) in [
            (ExpertDraft { name: "".into(), ..draft() }, "needed", "name"),
            (ExpertDraft { name: "真人".into(), ..draft() }, "demo-name", "name"),
            (ExpertDraft { institution: " ".into(), ..draft() }, "needed", "institution"),
            (ExpertDraft { fields: "".into(), ..draft() }, "needed", "fields"),
            (ExpertDraft { fields: "长".repeat(501), ..draft() }, "text-too-long", "fields"),
            (ExpertDraft { city: "1".into(), ..draft() }, "city-unknown", "city"),
            (ExpertDraft { segments: vec!["x".into()], ..draft() }, "segment-unknown", "segments"),
            (ExpertDraft { availability: "".into(), ..draft() }, "expert-availability", "availability"),
        ] {
            let refusal = registered(&draft).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
        }
    }
}
