//! What a node counts about itself, for Prometheus.
//!
//! Every set of labels is bounded: routes by the route table, actions and kinds of jobs by the code, methods and
//! statuses by HTTP. No label ever holds what somebody typed. Names and units are listed in docs/operations.md.

mod door;
mod measures;
mod process;

pub use door::{Readers, show};
pub use measures::{DbMeasures, InFlight};

use crate::app::App;
use crate::db::Outcome;
use crate::fault::Fault;
use crate::{jobs, journal};
use measures::{Family, gauge, seconds};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The media type of the exposition: OpenMetrics 1.0, which Prometheus reads.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What stands for a route that is none, or a kind of job that nobody knows any more.
pub const OTHER: &str = "other";

/// The database answers within this, or counts as gone.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// Longest waits of requests that are told apart, seconds.
const REQUEST_BUCKETS_S: [f64; 9] = [0.002, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, prometheus_client::encoding::EncodeLabelSet)]
struct Asked {
    route: String,
    method: &'static str,
    status: u16,
}

type Kind = [(&'static str, &'static str); 1];
type Run = [(&'static str, &'static str); 2];

/// All figures of a node.
pub struct Metrics {
    registry: Registry,
    requests: Family<Asked, Histogram>,
    in_flight: Gauge,
    job_runs: Family<Run, Counter>,
    jobs_waiting: Family<Kind, Gauge>,
    jobs_dead: Gauge,
    jobs_oldest_due: Gauge,
    commits: Counter,
    database_up: Gauge,
    journal_leaf: Gauge,
    index_leaf: Gauge,
    checkpoint_age: Gauge,
    cosigned_age: Gauge,
    witnesses_refusing: Gauge,
    watchers: Gauge,
    memory: Gauge,
    files: Gauge,
    processor: Counter<f64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new(db: &DbMeasures, started_ms: i64) -> Metrics {
        let mut r = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        r.register("yilang_build", "The program that runs here", build);
        r.register_with_unit("process_start_time", "When the node started, since 1970", Unit::Seconds, {
            let since = Gauge::<i64>::default();
            since.set(started_ms / 1_000);
            since
        });
        r.register_with_unit(
            "yilang_db_action_duration",
            "From asking for an action to its durable commit, or to its refusal",
            Unit::Seconds,
            db.actions.clone(),
        );
        r.register("yilang_db_group_actions", "Actions that shared a commit on SQLite", db.groups.clone());
        let requests: Family<Asked, Histogram> = Family::new_with_constructor(|| seconds(&REQUEST_BUCKETS_S));
        r.register_with_unit(
            "yilang_http_request_duration",
            "From the first byte of a request to the head of its answer",
            Unit::Seconds,
            requests.clone(),
        );
        let job_runs: Family<Run, Counter> = Family::new_with_constructor(Counter::default);
        r.register("yilang_job_runs", "Runs of jobs by how they ended: done, failed, given_back", job_runs.clone());
        let jobs_waiting: Family<Kind, Gauge> = Family::new_with_constructor(Gauge::default);
        r.register("yilang_jobs_waiting", "Jobs that wait, due or not yet", jobs_waiting.clone());
        let commits = Counter::default();
        r.register("yilang_db_commits", "Transactions that this node has committed", commits.clone());
        let processor = Counter::<f64, AtomicU64>::default();
        r.register_with_unit("process_cpu", "Time on a processor", Unit::Seconds, processor.clone());
        Metrics {
            requests,
            job_runs,
            jobs_waiting,
            commits,
            processor,
            in_flight: gauge(&mut r, "yilang_http_requests_in_flight", "Requests being answered"),
            database_up: gauge(&mut r, "yilang_database_up", "1 while the database answers"),
            jobs_dead: gauge(&mut r, "yilang_jobs_dead", "Jobs that failed for good and wait for a person"),
            jobs_oldest_due: gauge(&mut r, "yilang_jobs_oldest_due_seconds", "How long the oldest due job has waited"),
            journal_leaf: gauge(&mut r, "yilang_journal_leaf", "The newest sealed leaf of the journal"),
            index_leaf: gauge(
                &mut r,
                "yilang_index_leaf",
                "The newest leaf that the search index of this node reflects",
            ),
            checkpoint_age: gauge(
                &mut r,
                "yilang_journal_checkpoint_age_seconds",
                "Since the newest signed checkpoint; grows while nothing happens",
            ),
            cosigned_age: gauge(
                &mut r,
                "yilang_journal_cosigned_age_seconds",
                "Since the newest checkpoint that enough witnesses have signed; 0 where none are named",
            ),
            witnesses_refusing: gauge(
                &mut r,
                "yilang_journal_witnesses_refusing",
                "Witnesses that say that the log does not continue what they have signed",
            ),
            watchers: gauge(&mut r, "yilang_live_watchers", "Open pages that wait for news"),
            memory: gauge(&mut r, "process_resident_memory_bytes", "Memory in use"),
            files: gauge(&mut r, "process_open_fds", "Files and connections open"),
            registry: r,
        }
    }

    /// Counts a request in until the guard is dropped, also when its sender has gone away.
    pub(crate) fn request_begun(&self) -> InFlight {
        InFlight::new(self.in_flight.clone())
    }

    /// Requests being answered.
    pub fn in_flight(&self) -> i64 {
        self.in_flight.get()
    }

    pub(crate) fn request_answered(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let asked = Asked { route: route.to_owned(), method, status };
        self.requests.get_or_create(&asked).observe(took.as_secs_f64());
    }

    pub(crate) fn job_ran(&self, kind: &'static str, outcome: &'static str) {
        self.job_runs.get_or_create(&[("kind", kind), ("outcome", outcome)]).inc();
    }

    /// All figures as text. What only the database knows is asked now; while it does not answer, those figures stay as
    /// they were and `yilang_database_up` is 0.
    ///
    /// # Errors
    /// When the text cannot be made.
    pub async fn exposition(&self, app: &App) -> Outcome<String> {
        let asked = tokio::time::timeout(ANSWER_MAX, self.ask_database(app)).await;
        self.database_up.set(i64::from(matches!(asked, Ok(Ok(())))));
        self.commits.inner().store(app.db().commits(), Ordering::Relaxed);
        self.index_leaf.set(app.indexer().leaf());
        self.watchers.set(i64::try_from(app.live().watching()).unwrap_or(i64::MAX));
        let own = process::usage();
        self.memory.set(own.resident_bytes);
        self.files.set(own.open_files);
        self.processor.inner().store(own.processor_s.to_bits(), Ordering::Relaxed);
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error| Fault::Internal(error.to_string()))?;
        Ok(text)
    }

    async fn ask_database(&self, app: &App) -> Outcome<()> {
        let conn = app.db().read();
        let now = app.clock().now();
        let queue = jobs::queue(&conn, now).await?;
        self.jobs_waiting.clear();
        for (name, count) in &queue.waiting {
            self.jobs_waiting.get_or_create(&[("kind", app.job_kind(name))]).inc_by(*count);
        }
        self.jobs_dead.set(queue.dead);
        self.jobs_oldest_due.set(queue.oldest_due_ms.map_or(0, |at| (now.ms() - at).max(0) / 1_000));
        self.journal_leaf.set(journal::last_leaf(&conn).await?);
        let ages = journal::witness::ages(app, &conn, now).await?;
        self.checkpoint_age.set(ages.checkpoint_s);
        self.cosigned_age.set(ages.cosigned_s);
        self.witnesses_refusing.set(i64::try_from(ages.refusing).unwrap_or(i64::MAX));
        Ok(())
    }
}
