//! Entries are sealed while the node is busy with something else.

use crate::{act, put, stones};
use futures_util::future::BoxFuture;
use platform::capability::Capability;
use platform::jobs::{JobSpec, NewJob};
use platform::{App, Ctx, follower, journal};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::TestApp;
use tokio::sync::{Semaphore, watch};

/// A job that has begun gives a permit here, and takes one there before it ends.
static BEGUN: Semaphore = Semaphore::const_new(0);
static MAY_END: Semaphore = Semaphore::const_new(0);

fn long<'a>(_: &'a App, _: &'a Ctx, _: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async {
        BEGUN.add_permits(1);
        MAY_END.acquire().await.map_err(|closed| closed.to_string())?.forget();
        Ok(())
    })
}

const JOBS: &[JobSpec] = &[JobSpec { name: "stones.long", handler: long }];

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_does_not_end_holds_up_no_seal() {
    let house = TestApp::start(vec![Capability { jobs: JOBS, ..stones() }]).await;
    let app = house.app();
    app.in_txn(&house.system(), "order", (), |tx, ()| {
        Box::pin(async move {
            tx.job(NewJob::new("stones.long", json!({}))).await?;
            tx.journal(put("a")).await
        })
    })
    .await
    .unwrap();
    let (stop, stopped) = watch::channel(false);
    let following = tokio::spawn(follower::run(app.clone(), stopped));
    BEGUN.acquire().await.unwrap().forget();
    let entry = act(app, &[], Some(put("b"))).await.unwrap();
    let sealed = async {
        while journal::by_id(&app.db().read(), entry).await.unwrap().unwrap().leaf_index.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(60), sealed).await;
    MAY_END.add_permits(1);
    stop.send_replace(true);
    following.await.unwrap();
    in_time.expect("the entry is sealed while the job runs");
    house.finish().await;
}
