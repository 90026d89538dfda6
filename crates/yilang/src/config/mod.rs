//! How a node is set up: flag before environment before file before default.
//!
//! All four know the same names ([`keys`]): what is `drain-s = 5` in the file is `--drain-s 5` on the command line and
//! `YILANG_DRAIN_S=5` in the environment.

mod file;
pub mod keys;

use calls::Publishing;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use keys::{KEYS, Key, Kind, Reason};
use platform::journal::TokenPlace;
use platform::journal::keys::Signing;
use platform::journal::witness::Witnesses;
use platform::lifecycle::Patience;
use platform::metrics::Readers;
use serde_json::{Value, json};
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Names the file; the only thing that cannot stand in it.
pub const FILE: &str = "config";
/// The variable that names the file.
pub const FILE_VARIABLE: &str = "YILANG_CONFIG";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// The environment.
    Variable,
    /// The file.
    File {
        /// Its path.
        file: String,
        /// The line of the key.
        line: usize,
    },
    /// Nobody set it.
    Default,
}

/// A value that somebody set.
#[derive(Debug, Clone)]
struct Given {
    key: &'static Key,
    value: String,
    source: Source,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `FILE:LINE:COLUMN`, a flag or a variable.
    pub place: String,
    /// Stable code.
    pub code: &'static str,
    /// What to do.
    pub zh: String,
    /// What to do.
    pub en: String,
}

impl Problem {
    fn value(place: String, key: &Key, code: &'static str, (zh, en): Reason) -> Problem {
        Problem { place, code, zh: format!("{}：{zh}。", key.name), en: format!("{}: {en}.", key.name) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} / {}", self.place, self.code, self.zh, self.en)
    }
}

/// Where the data lives.
#[derive(Debug, Clone)]
pub struct Place {
    /// Folder of the data.
    pub data: PathBuf,
    /// The database; an SQLite file in the data folder if none is named.
    pub database: Option<String>,
    /// Folder of the signing keys; in the data folder if none is named.
    pub keys: Option<PathBuf>,
    /// Folder of the pack; the built-in one if none is named.
    pub pack: Option<PathBuf>,
    /// A program with an embedding model.
    pub embedder: Option<String>,
    /// Who cosigns the journal.
    pub witnesses: Option<String>,
    /// How many of them make a checkpoint cosigned.
    pub witness_quorum: usize,
    /// How the journal is signed.
    pub signing: Signing,
}

/// Where messages leave the house.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Address of the mail server; a spool folder without one.
    pub smtp: Option<String>,
    /// Who mails are from.
    pub from: Option<String>,
    /// Whether webhooks may call private networks.
    pub webhook_private: bool,
}

/// How a node serves.
#[derive(Debug, Clone)]
pub struct Serving {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address people reach the site at, if a proxy stands before it.
    pub public_url: Option<String>,
    /// Whether the demo is asked for.
    pub demo: bool,
    /// Mail server, sender, and whether webhooks may call private networks.
    pub mail: Mail,
    /// The file that names sign-in services.
    pub providers: Option<PathBuf>,
    /// How the open data of calls are published.
    pub publishing: Publishing,
    /// Who may read the figures.
    pub metrics: Readers,
    /// How long a node that is asked to stop waits.
    pub patience: Patience,
}

/// What is logged and how.
#[derive(Debug, Clone)]
pub struct Log {
    /// Levels by target.
    pub filter: String,
    /// JSON instead of text.
    pub json: bool,
}

/// Everything that can be set, as it holds.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the data lives.
    pub place: Place,
    /// How a node serves.
    pub serving: Serving,
    /// What is logged and how.
    pub log: Log,
    given: Vec<Given>,
}

/// The flags of a set of keys, for a command.
pub fn flags(command: clap::Command, serve_only: bool) -> clap::Command {
    KEYS.iter().filter(|key| key.serve_only == serve_only).fold(command, |command, key| {
        let help = key
            .default
            .filter(|_| key.kind != Kind::Switch)
            .map_or(String::new(), |value| format!(" [default: {value}]"));
        let secret = matches!(key.kind, Kind::Token | Kind::Database | Kind::MailServer);
        let arg = Arg::new(key.name).long(key.name).env(key.variable).hide_env_values(secret);
        let arg = arg.help(format!("{}{help}", key.about)).global(!serve_only);
        command.arg(match key.kind {
            Kind::Switch => arg.action(ArgAction::SetTrue),
            _ => arg.value_name(value_name(key.kind)),
        })
    })
}

fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Folder => "DIR",
        Kind::File => "FILE",
        Kind::Database | Kind::Url | Kind::MailServer | Kind::Page => "URL",
        Kind::OcidPrefix | Kind::GrantPrefix => "PREFIX",
        Kind::Program => "COMMAND",
        Kind::Address => "HOST:PORT",
        Kind::Seconds(_) => "SECONDS",
        Kind::Count(_) => "NUMBER",
        Kind::Witnesses => "WITNESSES",
        Kind::Providers => "FILE",
        Kind::Token => "TOKEN",
        Kind::Choice(_) | Kind::Switch => "WORD",
        Kind::Words => "WORDS",
        Kind::Filter => "LEVELS",
    }
}

impl Config {
    /// Puts together what the command line, the environment and the file say. `file` stands for the one they name.
    ///
    /// # Errors
    /// Everything that is wrong, wherever it stands.
    pub fn read(matches: &ArgMatches, file: Option<&Path>) -> Result<Config, Vec<Problem>> {
        let leaf = deepest(matches);
        let mut given: Vec<Given> = KEYS.iter().filter_map(|key| set(leaf, key)).collect();
        let mut problems: Vec<Problem> = given.iter().filter_map(wrong).collect();
        let named = leaf.try_get_one::<String>(FILE).ok().flatten().map(PathBuf::from);
        match file.map(Path::to_owned).or(named).map(|path| file::read(&path)) {
            Some(Ok(of_file)) => given.extend(of_file),
            Some(Err(of_file)) => problems.extend(of_file),
            None => {}
        }
        if problems.is_empty() {
            problems.extend(quorum_wrong(&given).into_iter().chain(token_wrong(&given)));
        }
        if problems.is_empty() { Ok(Config::of(given)) } else { Err(problems) }
    }

    /// Every value has been checked before.
    fn of(given: Vec<Given>) -> Config {
        let get = |name: &str| effective(&given, name).0;
        let seconds = |name: &str| Duration::from_secs(get(name).and_then(|value| value.parse().ok()).unwrap_or(0));
        let public_url = get("public-url");
        let metrics = match (get("metrics-token"), &public_url) {
            (Some(token), _) => Readers::token(&token),
            // Behind a proxy everybody seems to ask from the machine itself.
            (None, Some(_)) => Readers::Nobody,
            (None, None) => Readers::Machine,
        };
        Config {
            place: Place {
                data: get("data").unwrap_or_default().into(),
                database: get("database"),
                keys: get("keys").map(PathBuf::from),
                pack: get("pack").map(PathBuf::from),
                embedder: get("embedder"),
                witnesses: get("witnesses"),
                witness_quorum: get("witness-quorum").and_then(|value| value.parse().ok()).unwrap_or(1),
                signing: Signing { sm2: get("journal-sm2").is_some_and(|value| value == "true"), token: token(&get) },
            },
            serving: Serving {
                listen: get("listen")
                    .and_then(|value| value.parse().ok())
                    .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8060))),
                public_url,
                demo: get("demo").is_some_and(|value| value == "true"),
                mail: Mail {
                    smtp: get("smtp"),
                    from: get("mail-from"),
                    webhook_private: get("webhook-private").is_some_and(|value| value == "true"),
                },
                providers: get("providers").map(PathBuf::from),
                publishing: Publishing {
                    publisher: get("publisher").unwrap_or_default(),
                    ocid_prefix: get("ocid-prefix").unwrap_or_default(),
                    grant_prefix: get("grant-prefix").unwrap_or_default(),
                    license: get("data-license").unwrap_or_default(),
                },
                metrics,
                patience: Patience { drain: seconds("drain-s"), finish: seconds("finish-s") },
            },
            log: Log {
                filter: get("log").unwrap_or_default(),
                json: get("log-format").is_some_and(|value| value == "json"),
            },
            given,
        }
    }

    /// The configuration as it holds, as a file that could be used again but for its masked secrets; with the origin of
    /// each value.
    pub fn shown(&self) -> String {
        let mut text = String::from("# 生效的配置 The configuration as it holds\n");
        for key in KEYS {
            let (value, source) = effective(&self.given, key.name);
            let Some(value) = value else {
                text.push_str(&format!("# {} 未设置 not set\n", key.name));
                continue;
            };
            let value = match key.kind {
                Kind::Switch | Kind::Seconds(_) | Kind::Count(_) => value,
                _ => toml::Value::String(key.masked(&value)).to_string(),
            };
            let origin = match source {
                Source::Flag => format!("命令行 flag --{}", key.name),
                Source::Variable => format!("环境变量 variable {}", key.variable),
                Source::File { file, line } => format!("文件 file {file}:{line}"),
                Source::Default => "默认 default".to_owned(),
            };
            text.push_str(&format!("{} = {value}  # {origin}\n", key.name));
        }
        text
    }
}

/// The matches of the command that was given, where global flags arrive too.
fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| deepest(inner))
}

/// What the command line or the environment says.
fn set(matches: &ArgMatches, key: &'static Key) -> Option<Given> {
    // Not every command has every flag.
    matches.try_contains_id(key.name).ok()?;
    let source = match matches.value_source(key.name)? {
        ValueSource::CommandLine => Source::Flag,
        ValueSource::EnvVariable => Source::Variable,
        _ => return None,
    };
    let value = matches.get_raw(key.name)?.next()?.to_string_lossy().into_owned();
    Some(Given { key, value, source })
}

fn wrong(given: &Given) -> Option<Problem> {
    let place = match given.source {
        Source::Flag => format!("--{}", given.key.name),
        _ => given.key.variable.to_owned(),
    };
    given.key.check(&given.value).err().map(|why| Problem::value(place, given.key, "config-value", why))
}

/// A quorum that the named witnesses cannot reach; each of both keys does alone.
fn quorum_wrong(given: &[Given]) -> Option<Problem> {
    let quorum = given.iter().find(|given| given.key.name == "witness-quorum")?;
    let named = effective(given, "witnesses").0.unwrap_or_default();
    let refusal = Witnesses::parse(&named, quorum.value.parse().unwrap_or(0)).err()?;
    let why = (refusal.zh.trim_end_matches('。').to_owned(), refusal.en.trim_end_matches('.').to_owned());
    Some(Problem::value(place_of(quorum), quorum.key, "config-value", why))
}

fn place_of(given: &Given) -> String {
    match &given.source {
        Source::File { file, line } => format!("{file}:{line}"),
        Source::Variable => given.key.variable.to_owned(),
        Source::Flag | Source::Default => format!("--{}", given.key.name),
    }
}

/// What says where a token is; one without the others does nothing.
const TOKEN: [&str; 3] = ["pkcs11-module", "pkcs11-token", "pkcs11-pin-file"];

/// A token that is named in part.
fn token_wrong(given: &[Given]) -> Option<Problem> {
    let named = |name: &&str| given.iter().any(|given| given.key.name == *name);
    // A label that is the default says nothing: `config check` prints it, and what it prints is a file that does.
    let says = |given: &&Given| given.key.name.starts_with("pkcs11-") && given.key.default != Some(&*given.value);
    let first = given.iter().find(says)?;
    let missing: Vec<&str> = TOKEN.into_iter().filter(|name| !named(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let (zh, en) = (missing.join("、"), missing.join(", "));
    let why = (format!("签名令牌还须设置 {zh}"), format!("A token that signs needs {en} too"));
    Some(Problem::value(place_of(first), first.key, "config-value", why))
}

/// The token that is named.
fn token(get: &impl Fn(&str) -> Option<String>) -> Option<TokenPlace> {
    Some(TokenPlace {
        module: get("pkcs11-module")?.into(),
        token: get("pkcs11-token")?,
        label: get("pkcs11-label")?,
        pin_file: get("pkcs11-pin-file")?.into(),
    })
}

/// The value that holds: of the command line or the environment, which come first in the list, before that of the file.
fn effective(given: &[Given], name: &str) -> (Option<String>, Source) {
    match given.iter().find(|given| given.key.name == name) {
        Some(given) => (Some(given.value.clone()), given.source.clone()),
        None => (Key::find(name).and_then(|key| key.default).map(str::to_owned), Source::Default),
    }
}

/// The JSON Schema of the file, for editors.
pub fn schema() -> Value {
    let property = |key: &Key| {
        let mut property = match key.kind {
            Kind::Switch => json!({ "type": "boolean" }),
            Kind::Seconds(max) => json!({ "type": "integer", "minimum": 0, "maximum": max }),
            Kind::Count(max) => json!({ "type": "integer", "minimum": 1, "maximum": max }),
            Kind::Choice(words) => json!({ "type": "string", "enum": words }),
            Kind::Token => json!({ "type": "string", "minLength": keys::TOKEN_CHARS_MIN, "pattern": "^[!-~]+$" }),
            Kind::OcidPrefix => json!({ "type": "string", "pattern": "^ocds-[a-z0-9]{6}$" }),
            Kind::GrantPrefix => json!({ "type": "string", "pattern": "^360G-[A-Za-z0-9]+$" }),
            Kind::Page => json!({ "type": "string", "pattern": "^https?://[!-~]+$" }),
            Kind::Url => json!({ "type": "string", "pattern": "^https?://\\S*[^/\\s]$" }),
            Kind::Database => json!({ "type": "string", "pattern": "^(sqlite:|postgres(ql)?://)." }),
            Kind::MailServer => json!({ "type": "string", "pattern": "^smtps?://." }),
            Kind::Folder
            | Kind::File
            | Kind::Program
            | Kind::Address
            | Kind::Filter
            | Kind::Words
            | Kind::Providers
            | Kind::Witnesses => {
                json!({ "type": "string", "minLength": 1 })
            }
        };
        property["description"] = json!(key.about);
        if let Some(value) = key.default {
            property["default"] = match key.kind {
                Kind::Switch => json!(value == "true"),
                Kind::Seconds(_) | Kind::Count(_) => json!(value.parse::<u64>().unwrap_or(0)),
                _ => json!(value),
            };
        }
        (key.name.to_owned(), property)
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Yilang configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": KEYS.iter().map(property).collect::<serde_json::Map<String, Value>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> Config {
        let command = flags(flags(clap::Command::new("yilang"), false), true);
        Config::read(&command.get_matches_from(["yilang"].iter().chain(arguments)), None).unwrap()
    }

    #[test]
    fn behind_a_proxy_only_a_token_opens_the_figures() {
        assert_eq!(config(&[]).serving.metrics, Readers::Machine);
        assert_eq!(config(&["--public-url", "https://a.example"]).serving.metrics, Readers::Nobody);
        let both = config(&["--public-url", "https://a.example", "--metrics-token", "0123456789abcdef"]);
        assert_eq!(both.serving.metrics, Readers::token("0123456789abcdef"));
    }
}
