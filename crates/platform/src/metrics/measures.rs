use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// A figure for each set of labels.
pub(super) type Family<S, M> = prometheus_client::metrics::family::Family<S, M>;

/// Longest actions that are told apart, seconds.
const ACTION_BUCKETS_S: [f64; 8] = [0.0005, 0.001, 0.0025, 0.005, 0.025, 0.1, 0.5, 5.0];
/// Sizes of groups that are told apart; a group has 256 actions at most.
const GROUP_BUCKETS: [f64; 6] = [1.0, 4.0, 16.0, 64.0, 128.0, 256.0];

pub(super) fn seconds(buckets: &[f64]) -> Histogram {
    Histogram::new(buckets.iter().copied())
}

pub(super) fn gauge(registry: &mut Registry, name: &str, help: &str) -> Gauge {
    let gauge = Gauge::default();
    registry.register(name, help, gauge.clone());
    gauge
}

/// What the database counts; it is there before the rest of the house.
#[derive(Clone)]
pub struct DbMeasures {
    pub(super) actions: Family<[(&'static str, &'static str); 1], Histogram>,
    pub(super) groups: Histogram,
}

impl Default for DbMeasures {
    fn default() -> DbMeasures {
        DbMeasures {
            actions: Family::new_with_constructor(|| seconds(&ACTION_BUCKETS_S)),
            groups: Histogram::new(GROUP_BUCKETS),
        }
    }
}

impl DbMeasures {
    pub(crate) fn action(&self, name: &'static str, took: Duration) {
        self.actions.get_or_create(&[("action", name)]).observe(took.as_secs_f64());
    }

    pub(crate) fn group(&self, actions: usize) {
        self.groups.observe(actions as f64);
    }
}

/// Counts something that goes on, until it is dropped.
pub struct InFlight(Gauge);

impl InFlight {
    pub(super) fn new(gauge: Gauge) -> InFlight {
        gauge.inc();
        InFlight(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
