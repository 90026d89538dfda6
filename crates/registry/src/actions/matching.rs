//! Search and matching: questions to the index, answered with reasons.

use crate::corridor::{self, Corridor};
use crate::rules::listing::{Listing, Side};
use crate::rules::matching::{self, Feedback, Nearness, Reason, SegmentWords};
use crate::store;
use kernel::{Adcode, Refusal, RefusalKind};
use platform::embedder::Embedder;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome, random};
use search::{MatchHit, MatchRequest, SearchError, SearchRequest, SearchResponse};

/// Answers wanted when nothing is said.
pub const ANSWERS_DEFAULT: usize = 20;
/// Answers at most.
pub const ANSWERS_MAX: usize = 100;
/// Candidates whose meaning is compared, if there is a model; the best of them answer.
const COMPARED: usize = 100;

/// What looks for answers.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// In plain words.
    pub text: String,
    /// Segments it belongs to; guessed from the words when empty.
    pub segments: Vec<String>,
    /// Where it comes from, for the distance.
    pub city: Option<Adcode>,
    /// Kinds of answers wanted.
    pub kinds: Vec<String>,
    /// What never answers: the asker himself.
    pub exclude: Vec<String>,
    /// Answers wanted.
    pub limit: usize,
}

/// One answer with its reasons.
#[derive(Debug, Clone)]
pub struct Match {
    /// What the index found.
    pub hit: MatchHit,
    /// The score after statuses and distance.
    pub score: f32,
    /// Why it stands here.
    pub reasons: Vec<Reason>,
}

/// Ranked answers.
#[derive(Debug, Clone)]
pub struct Matches {
    /// Best first.
    pub items: Vec<Match>,
    /// The segments the question was taken to speak of.
    pub segments: Vec<String>,
    /// Documents that were considered.
    pub considered: usize,
}

/// Who can meet a need that somebody has just written down. Stores nothing.
pub async fn match_preview(app: &App, ctx: &Ctx, text: &str, city: Option<Adcode>, limit: usize) -> Outcome<Matches> {
    app.policies().require(ctx, "match_view", &Resource::house())?;
    let kinds = vec!["organisation".into(), "offer".into()];
    let question = Question { text: text.into(), city, kinds, limit, ..Question::default() };
    answer(app, question).await
}

/// Who can meet this need, or what needs this offer meets.
pub async fn listing_matches(app: &App, ctx: &Ctx, side: Side, id: &str, limit: usize) -> Outcome<(Listing, Matches)> {
    let found = store::listing::by_id(&app.db().read(), id).await?.filter(|listing| listing.side == side);
    let listing = found.ok_or_else(Refusal::not_found)?;
    let resource = super::listing::resource(&listing);
    app.policies().require(ctx, "listing_view", &resource)?;
    // An unpublished change is for those who may see the work on it; everybody else matches what is published.
    let work = app.policies().allows(ctx, "listing_work_view", &resource);
    let content = if work { listing.working() } else { &listing.content };
    let kinds = match side {
        Side::Need => vec!["organisation".into(), "offer".into()],
        Side::Offer => vec!["need".into()],
    };
    let keywords = content.keywords.join("，");
    let question = Question {
        text: [content.title.as_str(), &content.summary, &keywords].join("\n"),
        segments: content.segments.clone(),
        city: listing.city,
        kinds,
        exclude: vec![listing.id.clone(), listing.organisation.clone()],
        limit,
    };
    let matches = answer(app, question).await?;
    Ok((listing, matches))
}

async fn answer(app: &App, question: Question) -> Outcome<Matches> {
    matching::text_check(&question.text)?;
    let corridor = corridor::of(app);
    let index = app.indexer().index()?;
    let asked = match question.segments.is_empty() {
        true => {
            matching::segments_in(&index.lexicon().folder().fold(&question.text), &segment_words(&corridor, &index))
        }
        false => question.segments.clone(),
    };
    let segments = matching::segment_weights(
        &asked,
        |id| corridor.upstream(id).map(str::to_owned).collect(),
        |id| corridor.downstream(id).map(str::to_owned).collect(),
    );
    let limit = question.limit.clamp(1, ANSWERS_MAX);
    let embedder = app.extension::<Embedder>();
    let request = MatchRequest {
        text: question.text.clone(),
        segments,
        kinds: question.kinds,
        exclude_ids: question.exclude,
        limit: if embedder.is_some() { COMPARED } else { limit },
        ..MatchRequest::default()
    };
    let considered = index.len();
    let found = blocking(move || index.candidates(&request)).await?;
    let near = match &embedder {
        Some(embedder) => nearness(embedder, &question.text, &found.hits).await,
        None => Vec::new(),
    };
    let near = near.into_iter().map(Some).chain(std::iter::repeat(None));
    let mut items: Vec<Match> =
        found.hits.into_iter().zip(near).map(|(hit, near)| weighed(&corridor, question.city, hit, near)).collect();
    items.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.hit.id.cmp(&b.hit.id)));
    items.truncate(limit);
    Ok(Matches { items, segments: asked, considered })
}

/// How near each candidate is in meaning; empty while the model cannot say.
async fn nearness(embedder: &Embedder, question: &str, hits: &[MatchHit]) -> Vec<Nearness> {
    let told = |hit: &MatchHit| [hit.title.as_str(), hit.name_en.as_deref().unwrap_or_default(), &hit.body].join("\n");
    let texts: Vec<String> = std::iter::once(question.to_owned()).chain(hits.iter().map(told)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let Some(vectors) = embedder.vectors(&texts).await else { return Vec::new() };
    let vectors: Vec<&[f32]> = vectors.iter().map(|vector| &**vector).collect();
    vectors.split_first().map_or_else(Vec::new, |(question, answers)| matching::nearness(question, answers))
}

fn weighed(corridor: &Corridor, from: Option<Adcode>, hit: MatchHit, near: Option<Nearness>) -> Match {
    let stops = matching::pair(from, hit.city.as_deref())
        .and_then(|(from, to)| corridor.stops(corridor.member_above(from)?, corridor.member_above(to)?));
    Match { score: matching::weigh(&hit, stops, near), reasons: matching::reasons(&hit, stops, near), hit }
}

fn segment_words(corridor: &Corridor, index: &search::Index) -> Vec<SegmentWords> {
    let folder = index.lexicon().folder();
    let words = |s: &pack::Segment| {
        let names = s.aliases.iter().chain([&s.name_zh, &s.name_en]);
        names.filter(|name| !name.is_empty()).map(|name| folder.fold(name)).collect()
    };
    corridor.segments.iter().map(|s| SegmentWords { id: s.id.clone(), words: words(s) }).collect()
}

/// Searches everything public.
pub async fn search(app: &App, ctx: &Ctx, request: SearchRequest) -> Outcome<SearchResponse> {
    app.policies().require(ctx, "search_view", &Resource::house())?;
    let index = app.indexer().index()?;
    blocking(move || index.search(&request)).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, SearchError> + Send + 'static) -> Outcome<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Fault::Internal(e.to_string()))?;
    done.map_err(|error| match error {
        SearchError::Refused(refused) => too_much(&refused).into(),
        other => Fault::Internal(other.to_string()),
    })
}

fn too_much(refused: &search::QueryRefused) -> Refusal {
    let (code, limit) = (refused.code, refused.limit);
    let (code, zh, en) = match code {
        search::RefusalCode::QueryTooLong => (
            "query-too-long",
            format!("搜索文字不超过 {limit} 字。请缩短后再试。"),
            format!("A search has at most {limit} characters. Shorten it and try again."),
        ),
        search::RefusalCode::PageTooDeep => (
            "page-too-deep",
            format!("最多翻到第 {limit} 条结果。请增加筛选条件。"),
            format!("Results can be paged up to number {limit}. Narrow the search with filters."),
        ),
        _ => (
            "filter-invalid",
            "筛选条件无效。请从页面列出的条件中选择。".to_owned(),
            "A filter is not valid. Choose from those listed on the page.".to_owned(),
        ),
    };
    Refusal::new(RefusalKind::Invalid, code, zh, en).at(refused.field)
}

/// Keeps what somebody says about an answer.
pub async fn match_feedback(app: &App, ctx: &Ctx, feedback: Feedback) -> Outcome<()> {
    app.in_txn(ctx, "match_feedback", (app.clone(), random::id(), feedback), |tx, (app, id, feedback)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "match_feedback_create", &Resource::house())?;
            matching::feedback_check(feedback)?;
            store::matching::feedback_add(tx, id, feedback).await?;
            let data = serde_json::json!({ "kind": feedback.kind, "answer": feedback.answer, "code": feedback.code });
            tx.journal(Entry::new("match.marked", "match_feedback", id).data(data)).await?;
            Ok(())
        })
    })
    .await
}
