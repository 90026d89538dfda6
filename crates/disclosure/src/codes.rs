//! Codes of OCDS 1.1.5, as its code lists write them.

use crate::json::Json;

macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            /// All that this crate knows.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The code.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }
        }

        impl From<$name> for Json {
            fn from(code: $name) -> Json {
                code.code().into()
            }
        }
    };
}

codes! {
    /// What happened: the tags of a release (closed list; `compiled` is given by merging alone).
    ReleaseTag {
        /// The process is proposed or planned.
        Planning = "planning",
        /// Details of the plan have changed.
        PlanningUpdate = "planningUpdate",
        /// The call is open, or about to be.
        Tender = "tender",
        /// The call is formally amended.
        TenderAmendment = "tenderAmendment",
        /// Something about the call is new, such as an answer or the opening.
        TenderUpdate = "tenderUpdate",
        /// The call is withdrawn.
        TenderCancellation = "tenderCancellation",
        /// Winners are named, or it is said that there are none.
        Award = "award",
        /// Something about an award is new.
        AwardUpdate = "awardUpdate",
        /// An award is taken back.
        AwardCancellation = "awardCancellation",
        /// A contract is signed, or about to be.
        Contract = "contract",
        /// Something about a contract is new.
        ContractUpdate = "contractUpdate",
        /// A contract is formally amended.
        ContractAmendment = "contractAmendment",
        /// A milestone or a payment.
        Implementation = "implementation",
        /// A correction of a milestone or a payment.
        ImplementationUpdate = "implementationUpdate",
        /// A contract has come to its end.
        ContractTermination = "contractTermination",
    }
}

codes! {
    /// What an organisation is in the process (open list).
    PartyRole {
        /// Whose budget pays.
        Buyer = "buyer",
        /// Who runs the process.
        ProcuringEntity = "procuringEntity",
        /// Who is awarded or contracted.
        Supplier = "supplier",
        /// Who has sent a proposal.
        Tenderer = "tenderer",
        /// Who gives money.
        Funder = "funder",
        /// Who has asked.
        Enquirer = "enquirer",
        /// Who makes a payment.
        Payer = "payer",
        /// Who receives one.
        Payee = "payee",
        /// Who reviews complaints.
        ReviewBody = "reviewBody",
        /// Who has shown interest.
        InterestedParty = "interestedParty",
    }
}

codes! {
    /// Where the call stands (closed list).
    TenderStatus {
        /// It is being considered.
        Planning = "planning",
        /// It is scheduled.
        Planned = "planned",
        /// It is running.
        Active = "active",
        /// It was withdrawn.
        Cancelled = "cancelled",
        /// It ended without an award.
        Unsuccessful = "unsuccessful",
        /// It is over.
        Complete = "complete",
        /// Nothing more is published about it.
        Withdrawn = "withdrawn",
    }
}

codes! {
    /// How those who may take part are found (closed list).
    Method {
        /// Everyone who is interested.
        Open = "open",
        /// Those who qualify and are invited.
        Selective = "selective",
        /// Those whom the procuring entity asks.
        Limited = "limited",
        /// One, without competition.
        Direct = "direct",
    }
}

codes! {
    /// What is mainly asked for (closed list).
    Category {
        /// Goods.
        Goods = "goods",
        /// Works.
        Works = "works",
        /// Services, research among them.
        Services = "services",
    }
}

codes! {
    /// What decides (open list, without its deprecated codes).
    AwardCriteria {
        /// The lowest price, or in a sale the highest.
        PriceOnly = "priceOnly",
        /// The lowest cost overall.
        CostOnly = "costOnly",
        /// The highest quality.
        QualityOnly = "qualityOnly",
        /// The highest score over weighted criteria.
        RatedCriteria = "ratedCriteria",
    }
}

codes! {
    /// How proposals come in (open list).
    SubmissionMethod {
        /// Through a platform.
        ElectronicSubmission = "electronicSubmission",
        /// Through an electronic auction.
        ElectronicAuction = "electronicAuction",
        /// On paper or by mail.
        Written = "written",
        /// By hand, at a place and time.
        InPerson = "inPerson",
    }
}

codes! {
    /// Where an award stands (closed list).
    AwardStatus {
        /// Proposed: shown to the public, objections possible.
        Pending = "pending",
        /// In force.
        Active = "active",
        /// Taken back.
        Cancelled = "cancelled",
        /// It could not be made.
        Unsuccessful = "unsuccessful",
    }
}

codes! {
    /// Where a contract stands (closed list).
    ContractStatus {
        /// Not signed yet.
        Pending = "pending",
        /// Signed and in force.
        Active = "active",
        /// Given up before signing.
        Cancelled = "cancelled",
        /// Over, by completion or before.
        Terminated = "terminated",
    }
}

codes! {
    /// What kind of point a milestone is (open list).
    MilestoneType {
        /// Before the call.
        PreProcurement = "preProcurement",
        /// An approval.
        Approval = "approval",
        /// A hearing or the like.
        Engagement = "engagement",
        /// A meeting of reviewers.
        Assessment = "assessment",
        /// Something is delivered.
        Delivery = "delivery",
        /// Something is reported.
        Reporting = "reporting",
        /// Money is provided.
        Financing = "financing",
        /// Money is paid.
        Payment = "payment",
    }
}

codes! {
    /// What became of a milestone (closed list).
    MilestoneStatus {
        /// Not looked at yet.
        Scheduled = "scheduled",
        /// Reached; accepted.
        Met = "met",
        /// Not reached when it was last looked at; rejected.
        NotMet = "notMet",
        /// Reached in part; accepted in part.
        PartiallyMet = "partiallyMet",
    }
}

codes! {
    /// What a document is (open list; those a call or an auction needs).
    DocumentType {
        /// Why it is needed: the record of the vetting.
        NeedsAssessment = "needsAssessment",
        /// Whether it can be done.
        FeasibilityStudy = "feasibilityStudy",
        /// The basis of the process.
        ProcurementPlan = "procurementPlan",
        /// The call.
        TenderNotice = "tenderNotice",
        /// What takes part is told.
        BiddingDocuments = "biddingDocuments",
        /// What is asked for, technically.
        TechnicalSpecifications = "technicalSpecifications",
        /// How proposals are judged.
        EvaluationCriteria = "evaluationCriteria",
        /// Who may take part.
        EligibilityCriteria = "eligibilityCriteria",
        /// Questions and answers.
        Clarifications = "clarifications",
        /// The shortlist.
        ShortlistedFirms = "shortlistedFirms",
        /// Aggregate scores and what the reviewers found.
        EvaluationReports = "evaluationReports",
        /// Conflicts declared or found, and what was done.
        ConflictOfInterest = "conflictOfInterest",
        /// The winners, as shown to the public.
        AwardNotice = "awardNotice",
        /// The winning proposal, where it may be shown.
        WinningBid = "winningBid",
        /// Objections and the decisions on them.
        Complaints = "complaints",
        /// That a contract is signed.
        ContractNotice = "contractNotice",
        /// The contract.
        ContractSigned = "contractSigned",
        /// A schedule or an annex of terms.
        ContractSchedule = "contractSchedule",
        /// What belongs to a contract.
        ContractAnnexe = "contractAnnexe",
        /// What is done so far.
        PhysicalProgressReport = "physicalProgressReport",
        /// What is paid so far.
        FinancialProgressReport = "financialProgressReport",
        /// The acceptance.
        CompletionCertificate = "completionCertificate",
        /// The audit at the end.
        FinalAudit = "finalAudit",
        /// Why it was withdrawn.
        CancellationDetails = "cancellationDetails",
    }
}

codes! {
    /// How another process relates to this one (open list).
    Relationship {
        /// It set up the framework of this one.
        Framework = "framework",
        /// It planned this one.
        Planning = "planning",
        /// This one may be a part of it.
        Parent = "parent",
        /// This one renews or replaces it.
        Prior = "prior",
        /// It failed before this one.
        UnsuccessfulProcess = "unsuccessfulProcess",
        /// It may be a part of this one.
        SubContract = "subContract",
        /// It may replace this one.
        ReplacementProcess = "replacementProcess",
        /// It may renew this one.
        RenewalProcess = "renewalProcess",
    }
}
