//! A ledger in SQL on PostgreSQL, in a cluster of its own with fsync on: pgledger itself where its SQL is at hand
//! (`--pgledger DIR`), otherwise SQL of our own of that shape: accounts with balance and version, transfers, entries with
//! previous and current balance, both accounts locked in the order of their ids, decided by a function in the database.

use crate::bench::ledger::{ACCOUNTS, BATCH, CALLERS};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Our own SQL of the shape.
const SHAPE: &str = "
CREATE TABLE account (id BIGINT PRIMARY KEY, balance NUMERIC NOT NULL DEFAULT 0, version BIGINT NOT NULL DEFAULT 0,
  allow_negative BOOLEAN NOT NULL, updated_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE transfer (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, from_id BIGINT NOT NULL REFERENCES account, to_id BIGINT NOT NULL REFERENCES account,
  amount NUMERIC NOT NULL CHECK (amount > 0), event_at TIMESTAMPTZ NOT NULL DEFAULT now(), created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE entry (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES account, transfer_id BIGINT NOT NULL REFERENCES transfer,
  amount NUMERIC NOT NULL, previous_balance NUMERIC NOT NULL, current_balance NUMERIC NOT NULL, version BIGINT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX ON entry (account_id); CREATE INDEX ON entry (transfer_id); CREATE INDEX ON transfer (from_id); CREATE INDEX ON transfer (to_id);
CREATE FUNCTION move_one(payer BIGINT, payee BIGINT, fen NUMERIC) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE number BIGINT; a account; b account;
BEGIN
  INSERT INTO transfer (from_id, to_id, amount) VALUES (payer, payee, fen) RETURNING id INTO number;
  UPDATE account SET balance = balance - fen, version = version + 1, updated_at = now() WHERE id = payer RETURNING * INTO a;
  UPDATE account SET balance = balance + fen, version = version + 1, updated_at = now() WHERE id = payee RETURNING * INTO b;
  IF a.balance < 0 AND NOT a.allow_negative THEN RAISE EXCEPTION 'balance below zero'; END IF;
  INSERT INTO entry (account_id, transfer_id, amount, previous_balance, current_balance, version)
    VALUES (payer, number, -fen, a.balance + fen, a.balance, a.version), (payee, number, fen, b.balance - fen, b.balance, b.version);
  RETURN number;
END $$;
CREATE FUNCTION create_transfer(payer BIGINT, payee BIGINT, fen NUMERIC) RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM account WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
  RETURN move_one(payer, payee, fen);
END $$;
CREATE FUNCTION create_transfers(payers BIGINT[], payees BIGINT[], fen NUMERIC) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE last BIGINT;
BEGIN
  PERFORM 1 FROM account WHERE id = ANY (payers || payees) ORDER BY id FOR UPDATE;
  FOR n IN 1 .. array_length(payers, 1) LOOP last := move_one(payers[n], payees[n], fen); END LOOP;
  RETURN last;
END $$;
CREATE TABLE acc (k BIGINT PRIMARY KEY, id BIGINT NOT NULL);
";

/// How transfers are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// One a transaction, over all accounts.
    Single,
    /// One a transaction, always from the same account.
    Hot,
    /// Many in one call.
    Batch,
}

/// The running cluster; stopped when it goes.
pub struct Peer {
    /// What to call it.
    pub name: String,
    bin: PathBuf,
    folder: PathBuf,
    /// The user who owns the cluster: the server refuses to run as root.
    user: Option<&'static str>,
    port: u16,
    real: bool,
}

impl Peer {
    /// Starts a cluster below a folder and loads the ledger.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn start(scratch: &Path, pgledger: Option<&Path>) -> Result<Peer, String> {
        let bin = bin().ok_or("postgresql with pgbench is not installed")?;
        let folder = scratch.join("pg");
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let root = std::fs::metadata("/proc/self").map_err(|e| e.to_string())?.uid() == 0;
        let user = root.then_some("postgres");
        if let Some(user) = user {
            done(Command::new("chown").arg(user).arg(&folder).output())?;
        }
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|e| e.to_string())?.port();
        let name = if pgledger.is_some() { "pgledger" } else { "our SQL of pgledger's shape" };
        let peer = Peer { name: name.to_owned(), bin, folder, user, port, real: pgledger.is_some() };
        let data = peer.folder.join("data");
        let how = ["-U", "yilang", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"];
        done(peer.run("initdb").arg("-D").arg(&data).args(how).output())?;
        let sockets = peer.folder.display();
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={sockets} -c max_connections=200"
        );
        let mut start = peer.run("pg_ctl");
        start.arg("-D").arg(&data).arg("-l").arg(peer.folder.join("log")).args(["-o", &options, "-w", "start"]);
        // The server would keep a pipe open for as long as it runs.
        let started = start.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
        if !started.map_err(|e| e.to_string())?.success() {
            return Err(std::fs::read_to_string(peer.folder.join("log")).unwrap_or_default());
        }
        done(peer.run("createdb").args(peer.to()).arg("peer").output())?;
        peer.load(pgledger)?;
        Ok(peer)
    }

    fn load(&self, pgledger: Option<&Path>) -> Result<(), String> {
        let Some(folder) = pgledger else {
            self.sql(SHAPE)?;
            return self.sql(&format!(
                "INSERT INTO account (id, balance, allow_negative) SELECT k, 1000000000000, FALSE FROM generate_series(1, {ACCOUNTS}) k;
                 INSERT INTO acc SELECT k, k FROM generate_series(1, {ACCOUNTS}) k; ANALYZE;"
            ));
        };
        // What it needs of others lies in a folder beside it.
        let beside = std::fs::read_dir(folder.join("vendor")).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> = beside.filter(|path| path.extension().is_some_and(|end| end == "sql")).collect();
        files.sort();
        files.push(folder.join("pgledger.sql"));
        for file in files {
            self.sql(&std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?)?;
        }
        self.sql(&format!(
            "CREATE TABLE acc AS SELECT k, (SELECT id FROM pgledger_create_account('a' || k, 'CNY')) AS id FROM generate_series(1, {ACCOUNTS}) k;
             ALTER TABLE acc ADD PRIMARY KEY (k); ANALYZE;"
        ))
    }

    /// The address of a schema for ours, in the same cluster.
    pub fn url(&self, schema: &str) -> String {
        format!("postgres://yilang@127.0.0.1:{}/peer?schema={schema}", self.port)
    }

    /// Transfers a second, by pgbench.
    ///
    /// # Errors
    /// A sentence with what pgbench said.
    pub fn rate(&self, way: Way, seconds: u64) -> Result<f64, String> {
        let file = self.folder.join("transfer.sql");
        std::fs::write(&file, self.script(way)).map_err(|e| e.to_string())?;
        let (callers, seconds) = (CALLERS.to_string(), seconds.to_string());
        let mut pgbench = self.run("pgbench");
        pgbench.args(self.to()).args(["-n", "-c", &callers, "-j", "2", "-T", &seconds, "-f"]).arg(&file).arg("peer");
        let output = done(pgbench.output())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
        let calls = rate.ok_or_else(|| format!("pgbench said {text}"))?;
        Ok(if matches!(way, Way::Batch) { calls * BATCH as f64 } else { calls })
    }

    fn script(&self, way: Way) -> String {
        let payer = if matches!(way, Way::Hot) { "1".to_owned() } else { format!("random(1, {ACCOUNTS})") };
        let payee = format!("1 + (:a + random(0, {})) % {ACCOUNTS}", ACCOUNTS - 2);
        let ids = "(SELECT id FROM acc WHERE k = :a), (SELECT id FROM acc WHERE k = :b)";
        let place = |shift: u64| format!("1 + (n * 7919 + :r + {shift}) % {ACCOUNTS}");
        let (first, second) = (place(0), place(ACCOUNTS / 2));
        match (way, self.real) {
            (Way::Batch, false) => {
                let all = |place: &str| format!("ARRAY(SELECT {place} FROM generate_series(1, {BATCH}) n)");
                let (payers, payees) = (all(&first), all(&second));
                format!("\\set r random(1, 1000000)\nSELECT create_transfers({payers}, {payees}, 1234);\n")
            }
            (Way::Batch, true) => format!(
                "\\set r random(1, 1000000)
SELECT COUNT(*) FROM pgledger_create_transfers(transfer_requests => ARRAY(
  SELECT ROW(p.id, q.id, '12.34')::transfer_request
  FROM generate_series(1, {BATCH}) n JOIN acc p ON p.k = {first} JOIN acc q ON q.k = {second}));
"
            ),
            (_, real) => {
                let function = if real { "pgledger_create_transfer" } else { "create_transfer" };
                format!("\\set a {payer}\n\\set b {payee}\nSELECT {function}({ids}, '12.34');\n")
            }
        }
    }

    fn sql(&self, text: &str) -> Result<(), String> {
        let file = self.folder.join("load.sql");
        std::fs::write(&file, text).map_err(|e| e.to_string())?;
        done(
            self.run("psql")
                .args(self.to())
                .args(["-q", "-v", "ON_ERROR_STOP=1", "-d", "peer", "-f"])
                .arg(&file)
                .output(),
        )
        .map(drop)
    }

    /// Where a client connects to.
    fn to(&self) -> [String; 6] {
        ["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "yilang"].map(str::to_owned)
    }

    /// A program of the server, run by whoever owns the cluster.
    fn run(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = match self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // What cannot be stopped is told by the next start, whose port is another one.
        let _ =
            self.run("pg_ctl").arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "-w", "stop"]).output();
    }
}

/// The newest folder that holds a whole server and pgbench.
fn bin() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| {
            ["initdb", "pg_ctl", "createdb", "psql", "pgbench"].iter().all(|program| bin.join(program).exists())
        })
        .collect();
    found.sort();
    found.pop()
}

fn done(output: std::io::Result<Output>) -> Result<Output, String> {
    let output = output.map_err(|e| e.to_string())?;
    if output.status.success() { Ok(output) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
