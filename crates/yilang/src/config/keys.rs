//! Everything that can be set, once: flag, variable, key of the file, help, schema and check all follow from this table.

use access::provider::Providers;
use calls::Publishing;
use platform::db::DbUrl;
use platform::journal::witness::{WITNESSES_MAX, Witnesses};
use std::net::SocketAddr;
use std::path::Path;
use tracing_subscriber::EnvFilter;

/// Characters of the token that opens the figures, at least.
pub const TOKEN_CHARS_MIN: usize = 16;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder's path.
    Folder,
    /// A file's path.
    File,
    /// `sqlite:PATH` or `postgres://…`.
    Database,
    /// A program with its words.
    Program,
    /// `HOST:PORT` in numbers.
    Address,
    /// `http://…` or `https://…`.
    Url,
    /// `smtp://…` or `smtps://…`.
    MailServer,
    /// Words as they are.
    Words,
    /// A prefix of processes, as the Open Contracting Partnership gives it.
    OcidPrefix,
    /// A prefix of grants, as 360Giving gives it.
    GrantPrefix,
    /// The address of a page, whatever it ends with.
    Page,
    /// On or off.
    Switch,
    /// Whole seconds up to a limit.
    Seconds(u64),
    /// A number from 1 to a limit.
    Count(u64),
    /// Witnesses of the journal: verifier keys and addresses.
    Witnesses,
    /// The path of the file that names sign-in services.
    Providers,
    /// A secret word.
    Token,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// What is logged: `warn,platform=info`.
    Filter,
}

/// One thing that can be set.
#[derive(Debug)]
pub struct Key {
    /// Its name in the file; the flag is `--name`.
    pub name: &'static str,
    /// The environment variable: `YILANG_` and the name.
    pub variable: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Its value when nobody sets it.
    pub default: Option<&'static str>,
    /// Only `serve` has the flag; otherwise every command has it.
    pub serve_only: bool,
    /// What it means.
    pub about: &'static str,
}

const fn everywhere(
    name: &'static str,
    variable: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key { name, variable, kind, default, serve_only: false, about }
}

const fn serve(
    name: &'static str,
    variable: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key { serve_only: true, ..everywhere(name, variable, kind, default, about) }
}

/// The table.
pub const KEYS: &[Key] = &[
    everywhere(
        "data",
        "YILANG_DATA",
        Kind::Folder,
        Some("data"),
        "Folder of the data: embedded database, index, locks",
    ),
    everywhere(
        "database",
        "YILANG_DATABASE",
        Kind::Database,
        None,
        "sqlite:PATH or postgres://…; an SQLite file in the data folder if left out",
    ),
    everywhere(
        "keys",
        "YILANG_KEYS",
        Kind::Folder,
        None,
        "Folder of the keys that sign the journal; keys in the data folder if left out. Never in a backup",
    ),
    everywhere(
        "witnesses",
        "YILANG_WITNESSES",
        Kind::Witnesses,
        None,
        "Who cosigns the journal: VERIFIER-KEY URL [private]; several with semicolons between them. See docs/operations.md",
    ),
    everywhere(
        "witness-quorum",
        "YILANG_WITNESS_QUORUM",
        Kind::Count(WITNESSES_MAX as u64),
        Some("1"),
        "How many witnesses must have signed for a checkpoint to count as cosigned",
    ),
    everywhere(
        "journal-sm2",
        "YILANG_JOURNAL_SM2",
        Kind::Switch,
        Some("false"),
        "Sign the journal a second time with SM2 over SM3",
    ),
    everywhere(
        "pkcs11-module",
        "YILANG_PKCS11_MODULE",
        Kind::File,
        None,
        "Library of a token (PKCS#11) that holds the key that signs the journal; with pkcs11-token and pkcs11-pin-file",
    ),
    everywhere("pkcs11-token", "YILANG_PKCS11_TOKEN", Kind::Words, None, "Label of that token"),
    everywhere(
        "pkcs11-label",
        "YILANG_PKCS11_LABEL",
        Kind::Words,
        Some("yilang-journal"),
        "Label of the journal's keys in that token",
    ),
    everywhere(
        "pkcs11-pin-file",
        "YILANG_PKCS11_PIN_FILE",
        Kind::File,
        None,
        "File with the PIN of that token's user, one line, mode 0600",
    ),
    everywhere(
        "pack",
        "YILANG_PACK",
        Kind::Folder,
        None,
        "Folder of the corridor's pack; the built-in G60 pack if left out",
    ),
    everywhere(
        "embedder",
        "YILANG_EMBEDDER",
        Kind::Program,
        None,
        "A program with an embedding model that matches ask too; none if left out. See docs/operations.md",
    ),
    everywhere(
        "log",
        "YILANG_LOG",
        Kind::Filter,
        Some("warn,platform=info,registry=info,yilang=info"),
        "What is logged to standard error",
    ),
    everywhere(
        "log-format",
        "YILANG_LOG_FORMAT",
        Kind::Choice(&["text", "json"]),
        Some("text"),
        "Lines of text, or JSON for a log collector",
    ),
    serve("listen", "YILANG_LISTEN", Kind::Address, Some("127.0.0.1:8060"), "Address to listen on"),
    serve(
        "public-url",
        "YILANG_PUBLIC_URL",
        Kind::Url,
        None,
        "Address people reach this site at, if a proxy stands before it",
    ),
    serve(
        "demo",
        "YILANG_DEMO",
        Kind::Switch,
        Some("false"),
        "Fill an empty data folder with the demo: invented organisations named 示例, invented deals",
    ),
    serve(
        "metrics-token",
        "YILANG_METRICS_TOKEN",
        Kind::Token,
        None,
        "Who brings this token may read /metrics; without it only the machine itself, and nobody where public-url is set",
    ),
    serve(
        "smtp",
        "YILANG_SMTP",
        Kind::MailServer,
        None,
        "Mail server; without it mails go into the folder spool of the data folder",
    ),
    serve("mail-from", "YILANG_MAIL_FROM", Kind::Words, None, "Who mails are from: Name <address>"),
    serve(
        "webhook-private",
        "YILANG_WEBHOOK_PRIVATE",
        Kind::Switch,
        Some("false"),
        "Let webhooks call addresses in private networks, also without TLS",
    ),
    serve(
        "providers",
        "YILANG_PROVIDERS",
        Kind::Providers,
        None,
        "TOML file of the OpenID Connect services that people may sign in by. See docs/operations.md",
    ),
    serve(
        "publisher",
        "YILANG_PUBLISHER",
        Kind::Words,
        None,
        "Who publishes the open data of calls; the corridor of the pack if left out",
    ),
    serve(
        "ocid-prefix",
        "YILANG_OCID_PREFIX",
        Kind::OcidPrefix,
        Some("ocds-213czf"),
        "Prefix of processes from the Open Contracting Partnership; the default is that of examples",
    ),
    serve(
        "grant-prefix",
        "YILANG_GRANT_PREFIX",
        Kind::GrantPrefix,
        Some("360G-example"),
        "Prefix of grants from 360Giving; the default is that of examples",
    ),
    serve(
        "data-license",
        "YILANG_DATA_LICENSE",
        Kind::Page,
        Some("https://creativecommons.org/licenses/by/4.0/"),
        "Licence of the open data of calls",
    ),
    serve(
        "drain-s",
        "YILANG_DRAIN_S",
        Kind::Seconds(300),
        Some("1"),
        "Seconds between being asked to stop and taking no more connections, while /readyz says so",
    ),
    serve(
        "finish-s",
        "YILANG_FINISH_S",
        Kind::Seconds(600),
        Some("20"),
        "Seconds that open requests and the running job then have to finish",
    ),
];

/// Why a value does not do, in both languages.
pub type Reason = (String, String);

impl Key {
    /// The key with this name.
    pub fn find(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Whether a value does.
    ///
    /// # Errors
    /// What it has to be instead.
    pub fn check(&self, value: &str) -> Result<(), Reason> {
        let says = |good: bool, zh: &str, en: &str| if good { Ok(()) } else { Err((zh.to_owned(), en.to_owned())) };
        match self.kind {
            Kind::Folder => says(!value.is_empty(), "请写出目录路径", "Name a folder"),
            Kind::File => says(!value.is_empty(), "请写出文件路径", "Name a file"),
            Kind::Program => says(!value.trim().is_empty(), "请写出程序及其参数", "Name a program with its words"),
            Kind::Database => {
                let zh = "数据库地址写作 sqlite:路径 或 postgres://…";
                says(DbUrl::parse(value).is_ok(), zh, "A database address is sqlite:PATH or postgres://…")
            }
            Kind::Address => {
                let zh = "监听地址写作 IP:端口，例如 127.0.0.1:8060";
                says(value.parse::<SocketAddr>().is_ok(), zh, "An address is IP:PORT, such as 127.0.0.1:8060")
            }
            Kind::Url => {
                let zh = "网址以 http:// 或 https:// 开头，末尾不带 /，例如 https://corridor.example";
                let en = "Begins with http:// or https:// and does not end with /, such as https://corridor.example";
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                let plain =
                    |rest: &str| !rest.is_empty() && !rest.ends_with('/') && !rest.contains(char::is_whitespace);
                says(rest.is_some_and(plain), zh, en)
            }
            Kind::MailServer => {
                let zh = "邮件服务器写作 smtp://用户:密码@主机:587?tls=required 或 smtps://…";
                let en = "A mail server is smtp://user:password@host:587?tls=required or smtps://…";
                says(["smtp://", "smtps://"].iter().any(|start| value.starts_with(start)), zh, en)
            }
            Kind::OcidPrefix | Kind::GrantPrefix | Kind::Page => self.check_published(value),
            Kind::Words => says(!value.trim().is_empty(), "不能为空", "Not empty"),
            Kind::Switch => says(matches!(value, "true" | "false"), "请写 true 或 false", "Write true or false"),
            Kind::Seconds(max) => {
                let (zh, en) =
                    (format!("须为 0 至 {max} 的整数（秒）"), format!("A whole number of seconds from 0 to {max}"));
                says(value.parse::<u64>().is_ok_and(|seconds| seconds <= max), &zh, &en)
            }
            Kind::Count(max) => {
                let (zh, en) = (format!("须为 1 至 {max} 的整数"), format!("A whole number from 1 to {max}"));
                says(value.parse::<u64>().is_ok_and(|count| (1..=max).contains(&count)), &zh, &en)
            }
            Kind::Witnesses => match Witnesses::parse(value, 1) {
                Ok(_) => Ok(()),
                Err(refusal) => {
                    Err((refusal.zh.trim_end_matches('。').to_owned(), refusal.en.trim_end_matches('.').to_owned()))
                }
            },
            Kind::Providers => Providers::read(Path::new(value)).map(|_| ()).map_err(|wrong| (wrong.zh, wrong.en)),
            Kind::Token => {
                let zh = format!("须为至少 {TOKEN_CHARS_MIN} 个可见 ASCII 字符，例如 openssl rand -hex 16 的输出");
                let en =
                    format!("At least {TOKEN_CHARS_MIN} visible ASCII characters, such as openssl rand -hex 16 prints");
                says(value.len() >= TOKEN_CHARS_MIN && value.bytes().all(|b| b.is_ascii_graphic()), &zh, &en)
            }
            Kind::Choice(words) => {
                let list = words.join(", ");
                says(words.contains(&value), &format!("须为以下之一：{list}"), &format!("One of: {list}"))
            }
            Kind::Filter => {
                let zh = "日志级别写作 warn,platform=info 这样的形式";
                says(EnvFilter::builder().parse(value).is_ok(), zh, "Levels are written like warn,platform=info")
            }
        }
    }

    /// What concerns the open data of calls.
    fn check_published(&self, value: &str) -> Result<(), Reason> {
        let example = Publishing::default();
        let (does, zh, en) = match self.kind {
            Kind::OcidPrefix => (
                Publishing { ocid_prefix: value.to_owned(), ..example }.check().is_ok(),
                "过程前缀写作 ocds- 加六位小写字母或数字，例如 ocds-213czf",
                "A prefix of processes is ocds- and six small letters or digits, such as ocds-213czf",
            ),
            Kind::GrantPrefix => (
                Publishing { grant_prefix: value.to_owned(), ..example }.check().is_ok(),
                "拨款前缀写作 360G- 加字母或数字，例如 360G-example",
                "A prefix of grants is 360G- and letters or digits, such as 360G-example",
            ),
            _ => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                let plain = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic());
                (
                    rest.is_some_and(plain),
                    "网址以 http:// 或 https:// 开头，只含 ASCII 字符",
                    "Begins with http:// or https:// and is ASCII",
                )
            }
        };
        if does { Ok(()) } else { Err((zh.to_owned(), en.to_owned())) }
    }

    /// The value as it may be shown: nothing secret in it.
    pub fn masked(&self, value: &str) -> String {
        match self.kind {
            Kind::Token => MASK.to_owned(),
            Kind::Database | Kind::MailServer => masked_address(value),
            _ => value.to_owned(),
        }
    }
}

const MASK: &str = "***";

/// A database address without its password, wherever in it that stands.
fn masked_address(address: &str) -> String {
    let (base, query) = address.split_once('?').unwrap_or((address, ""));
    let base = match base.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (who, place))) => {
            let user = who.split_once(':').map_or(who.to_owned(), |(user, _)| format!("{user}:{MASK}"));
            format!("{scheme}://{user}@{place}")
        }
        None => base.to_owned(),
    };
    let mask = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.to_lowercase().contains("password") => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    let query: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(mask).collect();
    if query.is_empty() { base } else { format!("{base}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_called_like_its_key_and_every_default_does() {
        for key in KEYS {
            assert_eq!(key.variable, format!("YILANG_{}", key.name.to_uppercase().replace('-', "_")));
            assert_eq!(key.default.map_or(Ok(()), |value| key.check(value)), Ok(()), "{}", key.name);
        }
    }

    #[test]
    fn values_that_do_not_do_are_told_in_both_languages() {
        let bad = [
            ("data", ""),
            ("database", "mysql://x"),
            ("embedder", " "),
            ("log", "loud=very"),
            ("log-format", "xml"),
            ("listen", "8060"),
            ("public-url", "corridor.example"),
            ("public-url", "https://corridor.example/"),
            ("demo", "yes"),
            ("metrics-token", "short"),
            ("metrics-token", "has blanks in it all"),
            ("drain-s", "-1"),
            ("drain-s", "301"),
            ("finish-s", "1.5"),
            ("witness-quorum", "0"),
            ("pkcs11-module", ""),
            ("pkcs11-token", " "),
            ("journal-sm2", "on"),
            ("witnesses", "https://witness.example"),
            ("providers", "/nowhere/providers.toml"),
            ("publisher", ""),
            ("ocid-prefix", "ocds-1"),
            ("grant-prefix", "360G-"),
            ("data-license", "CC BY"),
        ];
        for (name, value) in bad {
            let (zh, en) = Key::find(name).unwrap().check(value).expect_err(name);
            assert!(!zh.is_ascii() && en.chars().next().is_some_and(char::is_uppercase), "{name}: {zh} / {en}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for (address, shown) in [
            ("postgres://yilang:p%40ss@db/yilang", "postgres://yilang:***@db/yilang"),
            ("postgres://yilang:a:b@c@db/yilang?schema=x", "postgres://yilang:***@db/yilang?schema=x"),
            ("postgres://db/yilang?user=u&password=geheim", "postgres://db/yilang?user=u&password=***"),
            ("postgres://yilang@db/yilang", "postgres://yilang@db/yilang"),
            ("sqlite:/srv/a.db", "sqlite:/srv/a.db"),
        ] {
            assert_eq!(Key::find("database").unwrap().masked(address), shown);
        }
        assert_eq!(Key::find("metrics-token").unwrap().masked("0123456789abcdef"), MASK);
    }
}
