//! A call from its planning to its end: five funders, two winners, a partial acceptance, an amendment.

use crate::parties::{ADDRESS, day, funders, party, text, winners, yuan};
use disclosure::{
    Amendment, Award, AwardCriteria, AwardStatus, Budget, Category, Contract, ContractStatus, Document, DocumentType,
    House, Implementation, Method, Milestone, MilestoneStatus, MilestoneType, PartyRole, Period, Planning,
    RelatedProcess, Relationship, Release, ReleaseTag, Share, SubmissionMethod, Tender, TenderStatus, Transaction,
};

pub const NUMBER: &str = "G60-2026-0001";

fn release(id: &str, date: &str, tag: ReleaseTag) -> Release {
    let ocid = House::default().ocid(NUMBER).unwrap();
    Release { ocid, id: id.into(), date: day(date), tags: vec![tag], ..Release::default() }
}

fn tender() -> Tender {
    Tender { id: NUMBER.into(), ..Tender::default() }
}

fn period(start: &str, end: &str) -> Option<Period> {
    let at = |text: &str| (!text.is_empty()).then(|| day(text));
    Some(Period { start: at(start), end: at(end) })
}

fn document(id: &str, kind: DocumentType, zh: &str, en: &str, date: &str) -> Document {
    Document {
        id: id.into(),
        kind: Some(kind),
        title: text(zh, en),
        url: format!("{ADDRESS}/documents/{id}"),
        published: Some(day(date)),
        format: "text/html".into(),
        language: "zh".into(),
        ..Document::default()
    }
}

pub fn shares(amounts: [&str; 5]) -> Vec<Share> {
    let funders = ["sensors", "city-a", "city-b", "city-c", "province"];
    let share = |(funder, amount): (&str, &str)| Share {
        id: format!("S-{funder}"),
        funder: funder.into(),
        amount: yuan(amount),
        ..Share::default()
    };
    funders.into_iter().zip(amounts).map(share).collect()
}

pub fn planning() -> Release {
    let budget = Budget {
        id: "B-1".into(),
        description: text("多方共同出资。", "Several pay together."),
        project: text("宽温区压力传感芯片", "Pressure sensing chip for a wide range of temperatures"),
        project_id: NUMBER.into(),
        shares: shares(["4800000", "2000000", "1200000.5", "799999.5", "800000"]),
        ..Budget::default()
    };
    let planning = Planning {
        rationale: text("现有芯片在零下五十度失准。", "Today's chips drift at minus fifty degrees."),
        budget: Some(budget),
        documents: vec![document(
            "needs",
            DocumentType::NeedsAssessment,
            "论证意见",
            "Opinion on the need",
            "2026-03-01",
        )],
        milestones: vec![Milestone {
            id: "vetted".into(),
            title: text("论证", "Vetting"),
            kind: Some(MilestoneType::PreProcurement),
            met: Some(day("2026-03-01")),
            status: Some(MilestoneStatus::Met),
            ..Milestone::default()
        }],
    };
    Release {
        parties: funders(),
        buyer: Some("sensors".into()),
        planning: Some(planning),
        ..release("1", "2026-03-02", ReleaseTag::Planning)
    }
}

fn published() -> Release {
    let tender = Tender {
        title: text("宽温区压力传感芯片", "Pressure sensing chip for a wide range of temperatures"),
        description: text("−60 至 200 ℃，精度优于 0.1%。", "From −60 to 200 °C, better than 0.1 per cent."),
        status: Some(TenderStatus::Active),
        procuring_entity: Some("office".into()),
        value: Some(yuan("9600000")),
        method: Some(Method::Open),
        method_details: "揭榜挂帅".into(),
        method_rationale: text("谁能干就让谁干。", "Whoever can do it may do it."),
        category: Some(Category::Services),
        award_criteria: Some(AwardCriteria::RatedCriteria),
        award_criteria_details: text("技术 60，团队 25，报价 15。", "Technology 60, team 25, price 15."),
        submission_methods: vec![SubmissionMethod::ElectronicSubmission],
        submission_details: text("加密递交，由委员会开启。", "Sealed, and opened by a committee."),
        period: period("2026-04-01", "2026-05-15"),
        enquiry_period: period("2026-04-01", "2026-04-20"),
        eligibility: text("法人单位。", "Organisations with legal personality."),
        award_period: period("2026-05-16", "2026-06-15"),
        documents: vec![document("call", DocumentType::TenderNotice, "榜单", "The call", "2026-04-01")],
        ..tender()
    };
    Release {
        parties: vec![party("office", &[PartyRole::ProcuringEntity])],
        tender: Some(tender),
        ..release("2", "2026-04-01", ReleaseTag::Tender)
    }
}

fn answered() -> Release {
    let tender = Tender {
        has_enquiries: Some(true),
        documents: vec![document("answers", DocumentType::Clarifications, "答疑", "Answers", "2026-04-22")],
        ..tender()
    };
    Release { tender: Some(tender), ..release("3", "2026-04-22", ReleaseTag::TenderUpdate) }
}

fn amended() -> Release {
    let tender = Tender {
        value: Some(yuan("10000000")),
        period: period("", "2026-05-31"),
        amendments: vec![Amendment {
            id: "M-1".into(),
            date: Some(day("2026-04-25")),
            rationale: text("企业追加资金，延长时间。", "The enterprise adds money; more time."),
            description: "金额增至一千万元，截止日推迟至五月三十一日。".into(),
            amends_release: "2".into(),
            release: "4".into(),
        }],
        ..tender()
    };
    let budget = Budget {
        id: "B-1".into(),
        shares: shares(["5200000", "2000000", "1200000.5", "799999.5", "800000"]),
        ..Budget::default()
    };
    Release {
        parties: funders(),
        planning: Some(Planning { budget: Some(budget), ..Planning::default() }),
        tender: Some(tender),
        // When it will be decided is open now.
        removed: vec![format!("/tender/awardPeriod/endDate"), "/planning/rationale_en".into()],
        ..release("4", "2026-04-25", ReleaseTag::TenderAmendment)
    }
}

fn opened() -> Release {
    let tenderers = ["institute", "university", "systems", "gauges"];
    let tender = Tender {
        tenderers_count: Some(3),
        tenderers: tenderers.map(String::from).to_vec(),
        documents: vec![document(
            "shortlist",
            DocumentType::ShortlistedFirms,
            "入围名单",
            "The shortlist",
            "2026-06-10",
        )],
        ..tender()
    };
    Release {
        parties: tenderers.iter().map(|id| party(id, &[PartyRole::Tenderer])).collect(),
        tender: Some(tender),
        ..release("5", "2026-06-10", ReleaseTag::TenderUpdate)
    }
}

pub fn award(id: &str, value: &str, suppliers: &[&str]) -> Award {
    Award {
        id: id.into(),
        title: text("宽温区压力传感芯片", "Pressure sensing chip"),
        description: text("两条技术路线并行。", "Two ways are tried side by side."),
        status: Some(AwardStatus::Pending),
        date: Some(day("2026-06-20")),
        value: Some(yuan(value)),
        suppliers: suppliers.iter().map(ToString::to_string).collect(),
        ..Award::default()
    }
}

pub fn awarded() -> Release {
    let tender = Tender {
        status: Some(TenderStatus::Complete),
        documents: vec![document(
            "scores",
            DocumentType::EvaluationReports,
            "汇总评分",
            "Aggregate scores",
            "2026-06-20",
        )],
        ..tender()
    };
    Release {
        parties: winners(),
        tender: Some(tender),
        awards: vec![award("A-1", "6000000", &["institute", "university"]), award("A-2", "4000000", &["systems"])],
        ..release("6", "2026-06-20", ReleaseTag::Award)
    }
}

fn confirmed() -> Release {
    let complaint =
        document("complaint", DocumentType::Complaints, "异议及答复", "An objection and the answer", "2026-07-05");
    let in_force = |id: &str, documents: Vec<Document>| Award {
        id: id.into(),
        status: Some(AwardStatus::Active),
        documents,
        ..Award::default()
    };
    Release {
        parties: vec![party("review", &[PartyRole::ReviewBody])],
        awards: vec![in_force("A-1", vec![complaint]), in_force("A-2", Vec::new())],
        removed: vec!["/awards/A-2/description_en".into()],
        ..release("7", "2026-07-05", ReleaseTag::AwardUpdate)
    }
}

fn milestone(id: &str, zh: &str, en: &str, due: &str) -> Milestone {
    Milestone {
        id: id.into(),
        title: text(zh, en),
        kind: Some(MilestoneType::Delivery),
        due: Some(day(due)),
        status: Some(MilestoneStatus::Scheduled),
        ..Milestone::default()
    }
}

fn signed() -> Release {
    let contract = |id: &str, award: &str, value: &str| Contract {
        id: id.into(),
        award_id: award.into(),
        title: text("研制合同", "Contract for the development"),
        status: Some(ContractStatus::Active),
        period: period("2026-07-20", "2027-07-20"),
        value: Some(yuan(value)),
        signed: Some(day("2026-07-20")),
        implementation: Implementation {
            milestones: vec![
                milestone("sample", "样片", "Sample", "2027-01-10"),
                milestone("batch", "小批量", "Small batch", "2027-07-10"),
            ],
            ..Implementation::default()
        },
        ..Contract::default()
    };
    Release {
        contracts: vec![contract("C-1", "A-1", "6000000"), contract("C-2", "A-2", "4000000")],
        ..release("8", "2026-07-20", ReleaseTag::Contract)
    }
}

/// The payments of a tranche, one for each source.
fn tranche(name: &str, payee: &str, date: &str, amounts: [&str; 5]) -> Vec<Transaction> {
    let payment = |share: Share| Transaction {
        id: format!("{name}-{}", share.funder),
        source: "https://example.org/ledger/statement".into(),
        date: Some(day(date)),
        value: share.amount,
        payer: share.funder,
        payee: payee.into(),
        uri: String::new(),
    };
    shares(amounts).into_iter().map(payment).collect()
}

fn started() -> Release {
    let paid = |id: &str, award: &str, transactions: Vec<Transaction>| Contract {
        id: id.into(),
        award_id: award.into(),
        implementation: Implementation { transactions, ..Implementation::default() },
        ..Contract::default()
    };
    let first = tranche("T-1", "institute", "2026-08-01", ["1560000", "600000", "360000.15", "239999.85", "240000"]);
    let second = tranche("T-2", "systems", "2026-08-01", ["1040000", "400000", "240000.1", "159999.9", "160000"]);
    Release {
        parties: [funders(), winners()].concat(),
        contracts: vec![paid("C-1", "A-1", first), paid("C-2", "A-2", second)],
        ..release("9", "2026-08-01", ReleaseTag::Implementation)
    }
}

fn accepted() -> Release {
    let checked = |id: &str, award: &str, milestone: Milestone| Contract {
        id: id.into(),
        award_id: award.into(),
        implementation: Implementation {
            milestones: vec![milestone],
            documents: vec![document(
                id,
                DocumentType::PhysicalProgressReport,
                "验收意见",
                "Opinion of the acceptance",
                "2027-01-15",
            )],
            ..Implementation::default()
        },
        ..Contract::default()
    };
    let met = Milestone {
        met: Some(day("2027-01-12")),
        modified: Some(day("2027-01-15")),
        status: Some(MilestoneStatus::Met),
        ..milestone("sample", "样片", "Sample", "2027-01-10")
    };
    let in_part = Milestone {
        description: text("低温段合格，高温段未达标。", "Cold range passed, hot range did not."),
        modified: Some(day("2027-01-15")),
        status: Some(MilestoneStatus::PartiallyMet),
        ..milestone("sample", "样片", "Sample", "2027-01-10")
    };
    Release {
        contracts: vec![checked("C-1", "A-1", met), checked("C-2", "A-2", in_part)],
        ..release("10", "2027-01-15", ReleaseTag::Implementation)
    }
}

fn changed() -> Release {
    let contract = Contract {
        id: "C-2".into(),
        award_id: "A-2".into(),
        period: period("", "2027-10-20"),
        value: Some(yuan("3500000.01")),
        amendments: vec![Amendment {
            id: "M-2".into(),
            date: Some(day("2027-02-01")),
            rationale: text("高温段延期，部分款项扣减。", "The hot range comes later; a part is not paid."),
            amends_release: "8".into(),
            release: "11".into(),
            ..Amendment::default()
        }],
        ..Contract::default()
    };
    Release {
        contracts: vec![contract],
        removed: vec!["/contracts/C-2/implementation/milestones/batch/dueDate".into()],
        ..release("11", "2027-02-01", ReleaseTag::ContractAmendment)
    }
}

fn ended() -> Release {
    let ocid = House::default().ocid("G60-2027-A012").unwrap();
    let auction = RelatedProcess {
        id: "auction".into(),
        relationships: vec![Relationship::SubContract],
        title: "示例：成果拍卖".into(),
        uri: format!("{ADDRESS}/records/{ocid}"),
        ocid,
    };
    let contract = Contract {
        id: "C-1".into(),
        award_id: "A-1".into(),
        status: Some(ContractStatus::Terminated),
        implementation: Implementation {
            documents: vec![document(
                "certificate",
                DocumentType::CompletionCertificate,
                "结题证书",
                "Certificate",
                "2027-07-30",
            )],
            ..Implementation::default()
        },
        related_processes: vec![auction],
        ..Contract::default()
    };
    Release { contracts: vec![contract], ..release("12", "2027-07-30", ReleaseTag::ContractTermination) }
}

/// All that happened, in order.
pub fn story() -> Vec<Release> {
    vec![
        planning(),
        published(),
        answered(),
        amended(),
        opened(),
        awarded(),
        confirmed(),
        signed(),
        started(),
        accepted(),
        changed(),
        ended(),
    ]
}
