//! `yilang serve`

use crate::house::{Opening, lock, open};
use crate::{Ended, Place};
use access::provider::{Gate, Providers, Wrong};
use calls::Publishing;
use kernel::{Refusal, RefusalKind};
use notices::Outlets;
use platform::App;
use platform::clock::Clock;
use platform::demo::Cast;
use platform::identity::actions as identity;
use platform::indexer::Mode;
use platform::metrics::Readers;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use yilang::config::Serving;

/// Kept in the data folder of a demo: a demo and a real installation never share one.
const DEMO_MARK: &str = "DEMO";

pub async fn serve(place: &Place, serving: Serving) -> Result<(), Ended> {
    let mail = &serving.mail;
    let outlets = Outlets::new(mail.smtp.as_deref(), mail.from.as_deref(), mail.webhook_private)?;
    let providers = serving.providers.as_deref().map(Providers::read).transpose().map_err(unusable)?;
    let _lock = lock(&place.data)?;
    let listener = TcpListener::bind(serving.listen).await.map_err(|error| cannot_listen(serving.listen, &error))?;
    let address = listener.local_addr()?;
    let public_url = serving.public_url.unwrap_or_else(|| format!("http://{address}"));
    let demo = demo_place(&place.data, serving.demo)?;
    let opening = Opening {
        demo,
        public_url: public_url.clone(),
        mode: Mode::Write,
        clock: Clock::system(),
        metrics: serving.metrics,
    };
    if demo {
        play_demo(place, &public_url, &serving.publishing).await?;
    }
    let app = open(place, opening).await?;
    app.extend(Arc::new(outlets));
    app.extend(Arc::new(serving.publishing));
    app.extend(Arc::new(Gate::new(providers.unwrap_or_default())));
    // From the greeting on a request to stop is an orderly one.
    let asked = stop_requests()?;
    println!("一廊 Yilang: {public_url}");
    print!("{}", sign_ins(&app, demo, &public_url).await?);
    // Whoever reads the greeting through a pipe gets it now, not when the process ends.
    std::io::stdout().flush()?;
    platform::server::serve(app, listener, asked, serving.patience).await?;
    Ok(())
}

/// The file was right when the configuration was read; it may have changed since.
fn unusable(wrong: Wrong) -> Ended {
    Refusal::new(RefusalKind::Unavailable, "providers-unusable", format!("{}。", wrong.zh), format!("{}.", wrong.en))
        .into()
}

pub fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Ended {
    Refusal::new(
        RefusalKind::Unavailable,
        "cannot-listen",
        format!("不能在 {address} 监听：{error}。请用 --listen 换一个地址或端口。"),
        format!("Cannot listen on {address}: {error}. Choose another address or port with --listen."),
    )
    .into()
}

/// Whether this folder is a demo's.
pub fn is_demo(data: &Path) -> bool {
    data.join(DEMO_MARK).exists()
}

/// Whether this folder is a demo's; refuses to turn a real installation into one.
fn demo_place(data: &Path, asked: bool) -> Result<bool, Ended> {
    let mark = data.join(DEMO_MARK);
    let (marked, used) = (is_demo(data), data.join("yilang.db").exists());
    if asked && used && !marked {
        return Err(Refusal::new(
            RefusalKind::Conflict,
            "not-a-demo",
            "这个数据目录已有真实数据，不能运行演示。请用 --data 指定另一个目录。",
            "This data folder holds real data; the demo does not run in it. Name another folder with --data.",
        )
        .into());
    }
    if asked && !marked {
        std::fs::write(&mark, "This folder holds the demo: invented organisations and deals only.\n")?;
    }
    Ok(asked || marked)
}

/// How long before now the demo begins, so that something is finished when people look.
const DEMO_DAYS: i64 = 42;

/// The demo plays once, in the days before now, through the same actions that people use.
async fn play_demo(place: &Place, public_url: &str, publishing: &Publishing) -> Result<(), Ended> {
    let now = Clock::system().now();
    let clock = Clock::fake(now.plus_days(-DEMO_DAYS));
    let opening =
        Opening { demo: true, public_url: public_url.to_owned(), mode: Mode::Write, clock, metrics: Readers::Nobody };
    let app = open(place, opening).await?;
    app.extend(Arc::new(publishing.clone()));
    if identity::any_account(&app).await? {
        return Ok(());
    }
    let cast = Cast::create(&app).await?;
    for capability in app.capabilities() {
        if let Some(scenario) = capability.demo {
            scenario(&app, &cast).await?;
        }
    }
    let late = now.ms() - app.clock().now().ms();
    if late < 0 {
        // Entries of tomorrow would be a lie in the journal.
        return Err(platform::Fault::Internal(format!("the demo takes {} ms more than its days", -late)).into());
    }
    app.clock().advance_ms(late);
    platform::follower::settle(&app).await?;
    Ok(())
}

async fn sign_ins(app: &App, demo: bool, public_url: &str) -> Result<String, Ended> {
    if demo {
        return Ok(format!("示例登录 demo sign-ins:\n{}", Cast::sign_ins()));
    }
    let link = identity::first_link(app).await?;
    let link = link.and_then(|link| link.url(public_url));
    Ok(link.map_or_else(String::new, |link| format!("首个管理员 first administrator (24 h): {link}\n")))
}

/// Counts how often the node has been asked to stop, by the system or at the terminal.
pub fn stop_requests() -> std::io::Result<watch::Receiver<u32>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (ask, asked) = watch::channel(0_u32);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            ask.send_modify(|times| *times = times.saturating_add(1));
        }
    });
    Ok(asked)
}
