//! What these tests need beside the house of all: needs and offers.

pub use crate::common::{House, PROVINCE, TOWN_A, TOWN_B, code, house};

use platform::{Ctx, Fault};
use registry::actions::listing::{Create, Done, listing_create, listing_submit, listing_view};
use registry::actions::review::{Decide, listing_review};
use registry::rules::listing::{Kind, Patch, Side};
use registry::rules::review::Verdict;

impl House {
    /// A segment of the example pack.
    pub fn segment(&self) -> String {
        registry::corridor::of(self.app()).segments[0].id.clone()
    }

    /// Complete answers.
    pub fn answers(&self, side: Side, title: &str) -> Patch {
        let offer = side == Side::Offer;
        Patch {
            kind: Some(offer.then_some(Kind::Service)),
            title: Some(title.into()),
            summary: Some("每月需要五万片抛光硅片，缺陷密度低于每平方厘米零点零五。".into()),
            detail: Some("机密：供货价格与工艺窗口".into()),
            segments: Some(vec![self.segment()]),
            ..Patch::default()
        }
    }

    pub async fn draft(&self, ctx: &Ctx, side: Side, title: &str) -> String {
        let command = Create { side, organisation: None, patch: self.answers(side, title) };
        listing_create(self.app(), ctx, command).await.expect("the draft is saved").id
    }

    pub async fn submitted(&self, ctx: &Ctx, side: Side, title: &str) -> String {
        let id = self.draft(ctx, side, title).await;
        listing_submit(self.app(), ctx, side, &id).await.expect("it is submitted");
        id
    }

    pub async fn decide(&self, office: &Ctx, side: Side, id: &str, verdict: Verdict) -> Result<Done, Fault> {
        let version =
            listing_view(self.app(), &self.0.system(), side, id).await.expect("the house sees it").listing.version;
        let note = "请看理由".to_owned();
        listing_review(self.app(), office, Decide { side, id: id.into(), version, verdict, note }).await
    }

    /// Something published by a member of an organisation in town A.
    pub async fn published(&self, ctx: &Ctx, side: Side, title: &str) -> String {
        let id = self.submitted(ctx, side, title).await;
        self.decide(&self.officer("reviewer", TOWN_A).await, side, &id, Verdict::Publish)
            .await
            .expect("it is published");
        id
    }
}

/// What needs, offers and requests put on somebody's desk: kind and title.
pub async fn desk(house: &House, ctx: &Ctx) -> Vec<(&'static str, String)> {
    let items = registry::actions::desk::items(house.app(), ctx).await.expect("the desk is read");
    items.into_iter().map(|item| (item.kind, item.title)).collect()
}
