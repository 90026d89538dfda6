//! `yilang serve`

use crate::house::{Opening, lock, open};
use crate::{Ended, Place};
use clap::Args;
use kernel::{Refusal, RefusalKind};
use platform::App;
use platform::clock::Clock;
use platform::demo::Cast;
use platform::identity::actions as identity;
use platform::indexer::Mode;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(Args)]
pub struct ServeArgs {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8060")]
    listen: SocketAddr,
    /// Address people reach this site at, if a proxy stands before it.
    #[arg(long)]
    public_url: Option<String>,
    /// Fill an empty data folder with the demo: invented organisations named 示例, invented deals.
    #[arg(long)]
    demo: bool,
}

/// Kept in the data folder of a demo: a demo and a real installation never share one.
const DEMO_MARK: &str = "DEMO";

pub async fn serve(place: &Place, args: ServeArgs) -> Result<(), Ended> {
    let _lock = lock(&place.data)?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| cannot_listen(args.listen, &error))?;
    let address = listener.local_addr()?;
    let public_url = args.public_url.unwrap_or_else(|| format!("http://{address}"));
    let demo = demo_place(&place.data, args.demo)?;
    let opening = Opening { demo, public_url: public_url.clone(), mode: Mode::Write, clock: Clock::system() };
    if demo {
        play_demo(place, &public_url).await?;
    }
    let app = open(place, opening).await?;
    println!("一廊 Yilang: {public_url}");
    print!("{}", sign_ins(&app, demo, &public_url).await?);
    // Whoever reads the greeting through a pipe gets it now, not when the process ends.
    std::io::stdout().flush()?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        // The receivers end with the process.
        let _ = stop.send(true);
    });
    platform::server::serve(app, listener, stopped).await?;
    Ok(())
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Ended {
    Refusal::new(
        RefusalKind::Unavailable,
        "cannot-listen",
        format!("不能在 {address} 监听：{error}。请用 --listen 换一个地址或端口。"),
        format!("Cannot listen on {address}: {error}. Choose another address or port with --listen."),
    )
    .into()
}

/// Whether this folder is a demo's; refuses to turn a real installation into one.
fn demo_place(data: &Path, asked: bool) -> Result<bool, Ended> {
    let mark = data.join(DEMO_MARK);
    let (marked, used) = (mark.exists(), data.join("yilang.db").exists());
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
const DEMO_DAYS: i64 = 40;

/// The demo plays once, in the days before now, through the same actions that people use.
async fn play_demo(place: &Place, public_url: &str) -> Result<(), Ended> {
    let now = Clock::system().now();
    let clock = Clock::fake(now.plus_days(-DEMO_DAYS));
    let opening = Opening { demo: true, public_url: public_url.to_owned(), mode: Mode::Write, clock };
    let app = open(place, opening).await?;
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
    app.clock().advance_ms(late.max(0));
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

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
