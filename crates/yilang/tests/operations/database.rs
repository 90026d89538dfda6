//! PostgreSQL gone for ten seconds: clear refusals, recovery without a restart.
//!
//! The node reaches the server through a gate on loopback that the test shuts. Without `YILANG_TEST_POSTGRES` there is no
//! server that could go, and nothing to see.

use platform::db::DbUrl;
use platform::identity::actions::{NewAccount, account_create};
use platform::metrics::Readers;
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::TestApp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

const PASSWORD: &str = "correct horse battery";
const AWAY: Duration = Duration::from_secs(10);

/// Passes connections on while it is open. Shut, it refuses new ones and has dropped the others, as a server that died.
struct Gate {
    port: u16,
    server: String,
    open: Option<JoinHandle<()>>,
}

impl Gate {
    async fn open_to(server: String) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut gate = Gate { port: listener.local_addr().unwrap().port(), server, open: None };
        gate.serve(listener);
        gate
    }

    fn serve(&mut self, listener: TcpListener) {
        let server = self.server.clone();
        self.open = Some(tokio::spawn(async move {
            let mut passing = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let server = server.clone();
                passing.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(server).await {
                        // Either end may hang up.
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        }));
    }

    async fn shut(&mut self) {
        let open = self.open.take().expect("it is open");
        open.abort();
        assert!(open.await.is_err_and(|end| end.is_cancelled()));
    }

    async fn open(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.expect("its port is free again");
        self.serve(listener);
    }
}

/// The same address through a gate: (where the server is, address with the gate's port).
fn through(url: &str, port: u16) -> (String, String) {
    let (scheme, rest) = url.split_once("://").expect("an address");
    let (authority, path) = rest.split_once('/').expect("a database");
    let (who, place) =
        authority.rsplit_once('@').map_or((String::new(), authority), |(who, place)| (format!("{who}@"), place));
    let place = if place.contains(':') { place.to_owned() } else { format!("{place}:5432") };
    let joint = if path.contains('?') { '&' } else { '?' };
    let schema = platform::random::id();
    (place, format!("{scheme}://{who}127.0.0.1:{port}/{path}{joint}schema=t_{schema}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_for_ten_seconds_is_a_clear_503_and_comes_back_by_itself() {
    let Ok(url) = std::env::var("YILANG_TEST_POSTGRES") else { return };
    let mut gate = Gate::open_to(through(&url, 0).0).await;
    let database = DbUrl::parse(&through(&url, gate.port).1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let house = TestApp::start_at(folder, &database, Readers::token("0123456789abcdef"), yilang::capabilities()).await;
    let account = NewAccount {
        login: "keeper".into(),
        email: String::new(),
        name: "示例".into(),
        password: PASSWORD.into(),
        roles: vec![],
        locale: kernel::Locale::ZhCn,
        demo: false,
    };
    account_create(house.app(), &house.system(), account).await.unwrap();
    let mut person = house.visitor();
    person.form("/sign-in", &[("login", "keeper"), ("password", PASSWORD)]).await.redirect();
    person.get("/account").await.good();

    gate.shut().await;
    let gone = Instant::now();
    let (mut reader, mut writer) = (person.clone(), person.clone());
    let mut english = house.visitor().english().bearer("yl_nobody");
    let (mut watcher, mut scraper) = (house.visitor(), house.visitor().bearer("0123456789abcdef"));
    let token = json!({ "name": "during", "scopes": ["read"], "days": 1 });
    let (page, refused, told, ready, alive, figures) = tokio::join!(
        reader.get("/account"),
        writer.json("/api/v1/tokens", &token),
        english.get("/api/v1/me"),
        async { watcher.clone().get("/readyz").await },
        async { house.visitor().get("/healthz").await },
        scraper.get("/metrics"),
    );
    let page = page.is(503).shows("数据库暂时没有应答");
    assert_eq!(page.headers["retry-after"], "5");
    let refused = refused.is(503).refused("database-away");
    assert_eq!(refused.headers["retry-after"], "5");
    assert!(told.is(503).shows("The database does not answer").value()["code"] == "database-away");
    let ready = ready.is(503).value();
    assert_eq!(ready["database"], json!({ "ok": false, "state": "unreachable" }), "{ready}");
    alive.is(200);
    assert!(figures.good().text().contains("\nyilang_database_up 0\n"));
    tokio::time::sleep(AWAY.saturating_sub(gone.elapsed())).await;

    gate.open().await;
    person.get("/account").await.good();
    watcher.get("/readyz").await.value()["database"]["ok"].as_bool().filter(|ok| *ok).expect("reachable again");
    let answer = person.json("/api/v1/tokens", &json!({ "name": "after", "scopes": ["read"], "days": 1 })).await;
    answer.is(201);
    let list = person.get("/api/v1/tokens").await.good().value();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "what was refused left nothing: {list}");
    house.finish().await;
}
