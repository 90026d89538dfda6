//! What a deal looks like in the two standards in which it is published: OCDS 1.1 (Open Contracting) and 360Giving. Without I/O.
//!
//! A capability maps its public record into the plain structs of this crate and gets JSON:
//!
//! | what | from | to |
//! | --- | --- | --- |
//! | a release for each event | [`Release::to_json`] | what an event has added or changed |
//! | a release package | [`House::release_package`] | one or several releases under a stable address |
//! | a record package | [`House::record_package`] | all releases of a process, what they come to, and their history |
//! | grants | [`Grant::per_funder`], [`House::grants_package`] | one row for each funder of each award |
//!
//! A call (or an auction: a sale is a tender in which the highest price wins) is told like this:
//!
//! | event | tag | where |
//! | --- | --- | --- |
//! | the need is vetted | `planning` | `planning`: rationale, budget, shares of the funders |
//! | the call is published | `tender` | `tender`, status active; planning milestones as they were met |
//! | questions are answered, envelopes opened, a shortlist made | `tenderUpdate` | `tender.documents`: clarifications, shortlistedFirms, evaluationReports; numberOfTenderers |
//! | the call is changed | `tenderAmendment` | `tender.amendments` with the releases before and after, and the new values |
//! | the call is withdrawn | `tenderCancellation` | `tender.status` cancelled, a document cancellationDetails |
//! | winners are shown to the public | `award` | one award each, status pending |
//! | objections are decided | `awardUpdate`, `awardCancellation` | status active or cancelled, a document complaints |
//! | a contract is signed | `contract` | `contracts`, one for each award |
//! | a milestone is accepted, in part too; a tranche is paid | `implementation` | `contracts.implementation` |
//! | a contract is changed; ends | `contractAmendment`; `contractTermination` | its amendments; its status |
//!
//! **No personal data.** There is no field for the name, mail or telephone of a person: no contact points, no individual recipients,
//! no authors of documents. Parties are organisations. What people write into titles and texts, no program takes out.
//!
//! **Several funders.** The core of OCDS has one amount for a budget. The split stands in the roles of the parties, in words in the
//! budget's description, in the transactions (who paid) and in the grants; with [`House::budget_breakdown`] also in an extension,
//! whose address the package names only if a release uses it.
//!
//! **Languages.** Texts are Chinese (`language` zh) with an English variant `…_en` wherever the standard allows variants; where it
//! does not, the field is a plain `String`.
//!
//! The standard's schema of versioned releases (1.1.5) does not foresee the history of variants: see [`History`].
//!
//! **Money** is CNY, written as a number exact to the fen. **Times** are RFC 3339 with the offset of Shanghai.
//!
//! **The same input gives the same bytes**, whatever the features of the build: see [`Json`].
//!
//! **Prefixes** are given out by the Open Contracting Partnership and by 360Giving. Until the house has its own, it uses those
//! of examples ([`EXAMPLE_OCID_PREFIX`]), and the setting changes once: an ocid never changes after it is published.
//!
//! Sources: OCDS 1.1.5, release, package and record schemas, code lists, "Merging"; extension "Budget breakdown"; 360Giving 1.4.3;
//! RFC 3339, RFC 6901, RFC 8259.

mod award;
mod codes;
mod fields;
mod grants;
mod house;
mod json;
mod merge;
mod parts;
mod party;
mod planning;
mod refusals;
mod release;
mod tender;
mod time;

pub use award::{Award, Contract, Implementation, Transaction};
pub use codes::{
    AwardCriteria, AwardStatus, Category, ContractStatus, DocumentType, Method, MilestoneStatus, MilestoneType,
    PartyRole, Relationship, ReleaseTag, SubmissionMethod, TenderStatus,
};
pub use grants::{Grant, Payment, Programme};
pub use house::{
    BUDGET_BREAKDOWN, EXAMPLE_GRANT_PREFIX, EXAMPLE_OCID_PREFIX, History, House, Issue, Listing, Publisher, Record,
};
pub use json::{Json, Number, Object};
pub use merge::{WHOLE_LISTS, compiled, versioned};
pub use parts::{Amendment, Document, Milestone, Period, RelatedProcess};
pub use party::{Identifier, Party, Place, USCC_SCHEME};
pub use planning::{Budget, Planning, Share};
pub use release::Release;
pub use tender::Tender;
