//! The API document of needs and offers. One handler serves both sides, so each side's paths are described here.

use super::{
    DecisionItem, ListingBody, ListingDetail, ListingItem, OrganisationRef, ReceiptItem, RenewalBody, ReviewBody,
};
use platform::web::page::PageQuery;
use rooms::api::paged::Listed;

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        needs,
        need,
        need_create,
        need_edit,
        need_submit,
        need_recall,
        need_withdraw,
        need_renew,
        need_review,
        offers,
        offer,
        offer_create,
        offer_edit,
        offer_submit,
        offer_recall,
        offer_withdraw,
        offer_renew,
        offer_review
    ),
    components(schemas(
        ListingItem,
        ListingDetail,
        DecisionItem,
        OrganisationRef,
        ReceiptItem,
        ListingBody,
        RenewalBody,
        ReviewBody
    ))
)]
pub struct Document;

/// Describes the paths of one side. The functions are never called; the macro reads their attributes.
macro_rules! described {
    ($tag:literal, $list:literal, $plural:ident, $one:ident, $create:ident, $edit:ident, $submit:ident, $recall:ident,
     $withdraw:ident, $renew:ident, $review:ident) => {
        /// Published ones, newest first
        #[utoipa::path(get, path = concat!($list), tag = $tag,
            params(("q" = Option<String>, Query, description = "Free words, at most 500 characters"),
                ("city" = Option<String>, Query, description = "Division codes, separated by commas"),
                ("segment" = Option<String>, Query, description = "Segment ids, separated by commas; what lies below one counts"),
                ("type" = Option<String>, Query, description = "`achievement`, `service`, `capability`, separated by commas"),
                ("own" = Option<String>, Query, description = "`1` for what the caller's organisations have, in any state"),
                ("state" = Option<String>, Query, description = "States, for own lists"),
                PageQuery),
            responses((status = 200, body = Listed<ListingItem>), (status = 422, description = "A filter, limit or cursor that cannot be read")))]
        #[allow(dead_code)]
        fn $plural() {}

        /// One of them
        #[utoipa::path(get, path = concat!($list, "/{id}"), tag = $tag, params(("id" = String, Path, description = "Opaque id")),
            responses((status = 200, body = ListingDetail), (status = 404, description = "Not there, or not for the caller to know")))]
        #[allow(dead_code)]
        fn $one() {}

        /// Begin a draft
        #[utoipa::path(post, path = concat!($list), tag = $tag, request_body = ListingBody,
            responses((status = 201, body = ReceiptItem, headers(("Location" = String))), (status = 401, description = "Not signed in"),
                (status = 404, description = "No such organisation"), (status = 409, description = "Too many drafts"), (status = 422, description = "An answer breaks a limit")))]
        #[allow(dead_code)]
        fn $create() {}

        /// Save answers of a draft, or of the next version of a published one
        #[utoipa::path(post, path = concat!($list, "/{id}/versions"), tag = $tag, request_body = ListingBody,
            params(("id" = String, Path, description = "Opaque id")),
            responses((status = 200, body = ReceiptItem), (status = 401), (status = 409, description = "In review or withdrawn"),
                (status = 422, description = "An answer breaks a limit")))]
        #[allow(dead_code)]
        fn $edit() {}

        /// Send it to the city office
        #[utoipa::path(post, path = concat!($list, "/{id}/submissions"), tag = $tag,
            params(("id" = String, Path, description = "Opaque id")),
            responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "In review, withdrawn or unchanged"),
                (status = 422, description = "Incomplete")))]
        #[allow(dead_code)]
        fn $submit() {}

        /// Take it back from review
        #[utoipa::path(post, path = concat!($list, "/{id}/recalls"), tag = $tag, params(("id" = String, Path, description = "Opaque id")),
            responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "Not in review")))]
        #[allow(dead_code)]
        fn $recall() {}

        /// Take it back for good
        #[utoipa::path(post, path = concat!($list, "/{id}/withdrawals"), tag = $tag,
            params(("id" = String, Path, description = "Opaque id")),
            responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "Withdrawn already")))]
        #[allow(dead_code)]
        fn $withdraw() {}

        /// Prolong its publication
        #[utoipa::path(post, path = concat!($list, "/{id}/renewals"), tag = $tag, request_body = RenewalBody,
            params(("id" = String, Path, description = "Opaque id")),
            responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "Never published, withdrawn, or ended long ago"),
                (status = 422, description = "The last day has passed")))]
        #[allow(dead_code)]
        fn $renew() {}

        /// Decide about the version in review
        #[utoipa::path(post, path = concat!($list, "/{id}/reviews"), tag = $tag, request_body = ReviewBody,
            params(("id" = String, Path, description = "Opaque id")),
            responses((status = 201, body = ReceiptItem), (status = 401), (status = 403, description = "Not the caller's to review"),
                (status = 409, description = "Nothing or another version is in review"), (status = 422, description = "Reasons are missing")))]
        #[allow(dead_code)]
        fn $review() {}
    };
}

described!(
    "needs",
    "/api/v1/needs",
    needs,
    need,
    need_create,
    need_edit,
    need_submit,
    need_recall,
    need_withdraw,
    need_renew,
    need_review
);
described!(
    "offers",
    "/api/v1/offers",
    offers,
    offer,
    offer_create,
    offer_edit,
    offer_submit,
    offer_recall,
    offer_withdraw,
    offer_renew,
    offer_review
);
