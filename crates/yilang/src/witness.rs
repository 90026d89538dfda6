//! `yilang witness`: what a member city runs to hold a log to its past.

use crate::serve::{cannot_listen, stop_requests};
use crate::{Ended, Place};
use clap::Subcommand;
use kernel::Refusal;
use platform::clock::Clock;
use proof::note::PublicKey;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use witness::{OpenError, Witness, server};

#[derive(Subcommand)]
pub enum WitnessCommand {
    /// Sign checkpoints of the logs that are named, each only if it continues the one before, until stopped.
    Serve {
        /// Address to listen on.
        #[arg(long, default_value = "127.0.0.1:8070")]
        listen: SocketAddr,
        /// The verifier key of a log, as its page shows it; may be given several times.
        #[arg(long = "key", value_name = "VERIFIER-KEY", required = true)]
        keys: Vec<String>,
        /// The name of the witness's own key, for its first start.
        #[arg(long)]
        name: Option<String>,
    },
    /// Print the witness's verifier key, to be given to the logs; makes the key at the first call.
    Key {
        /// The name of the key, if it is not made yet.
        #[arg(long)]
        name: Option<String>,
    },
    /// Print the last checkpoint that was signed of a log: for `yilang journal verify --against`.
    Kept {
        /// The verifier key of the log.
        #[arg(long, value_name = "VERIFIER-KEY")]
        key: String,
    },
}

pub async fn witness(place: &Place, command: WitnessCommand) -> Result<(), Ended> {
    let folder = &place.data;
    match command {
        WitnessCommand::Serve { listen, keys, name } => {
            let keys = keys.iter().map(|key| log_key(key)).collect::<Result<Vec<_>, _>>()?;
            let witness = Arc::new(Witness::open(folder, name.as_deref(), &keys).map_err(not_opened)?);
            let listener = TcpListener::bind(listen).await.map_err(|error| cannot_listen(listen, &error))?;
            let mut asked = stop_requests()?;
            println!("见证方 witness: http://{}\n{}", listener.local_addr()?, witness.public().text());
            std::io::stdout().flush()?;
            let stop = async move {
                let _ = asked.changed().await;
            };
            let now_s = || Clock::system().now().ms().unsigned_abs() / 1_000;
            server::serve(witness, listener, now_s, stop).await?;
            Ok(())
        }
        WitnessCommand::Key { name } => {
            println!("{}", Witness::open(folder, name.as_deref(), &[]).map_err(not_opened)?.public().text());
            Ok(())
        }
        WitnessCommand::Kept { key } => {
            let key = log_key(&key)?;
            let witness = Witness::open(folder, None, std::slice::from_ref(&key)).map_err(not_opened)?;
            let kept = witness.last(key.name()).ok_or_else(|| {
                Refusal::conflict(
                    "witness-nothing",
                    "见证方还没有为该日志签过检查点。",
                    "The witness has not signed any checkpoint of this log yet.",
                )
            })?;
            print!("{kept}");
            Ok(())
        }
    }
}

fn log_key(text: &str) -> Result<PublicKey, Ended> {
    PublicKey::parse(text).map_err(|error| not_opened(OpenError::NotALog(error.to_string())))
}

fn not_opened(error: OpenError) -> Ended {
    let (code, zh, en) = match &error {
        OpenError::InUse(_) => (
            "witness-in-use",
            "请先停止使用该目录的见证方，或换一个目录",
            "Stop the witness that uses the folder, or name another one",
        ),
        OpenError::Open(_) => (
            "witness-key-open",
            "请将密钥文件权限改为 0600；如可能已泄露，请新建见证方",
            "Set the mode of the key to 0600; begin a new witness if it may have been read",
        ),
        OpenError::Damaged { .. } => (
            "witness-damaged",
            "见证方不能在遗忘之后继续签名；请恢复该文件的最新版本，或新建见证方",
            "A witness that has forgotten must not sign; put back the newest copy of the file, or begin a new witness",
        ),
        OpenError::NotALog(_) => {
            ("witness-log-key", "请写日志页面上的验证公钥", "Give the verifier key that the log's page shows")
        }
        OpenError::Unusable { .. } => {
            ("folder-unusable", "请检查目录、权限与剩余空间", "Check folder, permissions and free space")
        }
    };
    Refusal::conflict(code, format!("{error}。{zh}。"), format!("{error}. {en}.")).into()
}
