//! The file that names the providers.

use kernel::Text;
use platform::outward::address::literal_refused;
use serde::Deserialize;
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use url::Url;

/// Providers that are shown on one page.
pub const PROVIDERS_MAX: usize = 10;
/// Bytes of the file, and of a secret's.
const FILE_BYTES_MAX: u64 = 64 * 1024;
const SECRET_BYTES_MAX: u64 = 4 * 1024;
/// Characters of a provider's id, name and client id.
const ID_CHARS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 40;
const CLIENT_CHARS_MAX: usize = 255;

/// A house that vouches for people.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name in addresses.
    pub id: String,
    /// Its address, exactly as it writes it itself.
    pub issuer: String,
    /// What it calls this site.
    pub client_id: String,
    /// What this site proves itself by; none for a public client.
    pub client_secret: Option<String>,
    /// What people call it.
    pub name: Text,
    /// Whether it may lie in a private network, and do without TLS.
    pub private: bool,
    /// Values of `acr` or `amr` that stand for a second factor; none unless the operator says so.
    pub second_factor: Vec<String>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret is in no message.
        f.debug_struct("Provider").field("id", &self.id).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// All providers, in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Providers(pub Vec<Provider>);

/// What is wrong with the file, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

fn wrong(zh: impl Into<String>, en: impl Into<String>) -> Wrong {
    Wrong { zh: zh.into(), en: en.into() }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    id: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<String>,
    name: String,
    #[serde(default)]
    name_en: String,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    second_factor: Vec<String>,
}

impl Providers {
    /// Reads the file and the secrets it names, which lie beside it unless their paths say otherwise.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line or the provider's id.
    pub fn read(path: &Path) -> Result<Providers, Wrong> {
        let text = bounded(path, FILE_BYTES_MAX).map_err(|error| {
            wrong(
                format!("不能读取 {}：{error}。请检查路径、权限与编码（UTF-8，至多 64 KiB）", path.display()),
                format!(
                    "The file {} cannot be read: {error}. Check its path, rights and encoding (UTF-8, 64 KiB at most)",
                    path.display()
                ),
            )
        })?;
        Providers::parse(&text, path.parent().unwrap_or(Path::new(".")))
    }

    /// Reads the text of the file; secrets lie in `folder`.
    ///
    /// # Errors
    /// As [`Providers::read`].
    pub fn parse(text: &str, folder: &Path) -> Result<Providers, Wrong> {
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            let said = error.message();
            wrong(
                format!("登录服务文件第 {line} 行有误：{said}"),
                format!("Line {line} of the file of providers: {said}"),
            )
        })?;
        if file.provider.len() > PROVIDERS_MAX {
            return Err(wrong(
                format!("登录服务至多 {PROVIDERS_MAX} 个"),
                format!("At most {PROVIDERS_MAX} providers can be named"),
            ));
        }
        let mut all: Vec<Provider> = Vec::new();
        for row in file.provider {
            let (id, twice) = (row.id.clone(), all.iter().any(|one| one.id == row.id));
            let provider =
                if twice { Err(wrong("编号重复", "The id stands twice")) } else { provider(row, folder) };
            all.push(
                provider.map_err(|Wrong { zh, en }| {
                    wrong(format!("登录服务 {id}：{zh}"), format!("Provider {id}: {en}"))
                })?,
            );
        }
        Ok(Providers(all))
    }
}

fn bounded(path: &Path, bytes_max: u64) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > bytes_max {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "too large"));
    }
    std::fs::read_to_string(path)
}

fn provider(row: Row, folder: &Path) -> Result<Provider, Wrong> {
    let word = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if row.id.is_empty() || row.id.len() > ID_CHARS_MAX || !word(&row.id) {
        return Err(wrong(
            "id 须为 1 至 32 个小写字母、数字或连字符",
            "id must be 1 to 32 small letters, digits or hyphens",
        ));
    }
    let name = row.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || row.name_en.chars().count() > NAME_CHARS_MAX {
        return Err(wrong("name 与 name-en 须为 1 至 40 字", "name and name-en must be 1 to 40 characters"));
    }
    if row.client_id.trim().is_empty() || row.client_id.len() > CLIENT_CHARS_MAX {
        return Err(wrong("client-id 须为 1 至 255 个字符", "client-id must be 1 to 255 characters"));
    }
    issuer(&row.issuer, row.private)?;
    let client_secret = row.client_secret_file.map(|file| secret(&folder.join(file))).transpose()?;
    Ok(Provider {
        name: Text::new(name, row.name_en.trim()),
        id: row.id,
        issuer: row.issuer,
        client_id: row.client_id,
        client_secret,
        private: row.private,
        second_factor: row.second_factor,
    })
}

fn issuer(address: &str, private: bool) -> Result<(), Wrong> {
    let url = Url::parse(address).ok().filter(|url| url.query().is_none() && url.fragment().is_none());
    let url = url.filter(|url| url.host().is_some() && url.username().is_empty() && url.password().is_none());
    let fits = |url: &Url| url.scheme() == "https" || (private && url.scheme() == "http");
    let Some(url) = url.filter(fits) else {
        return Err(wrong(
            "issuer 须为 https 网址，不带查询与片段；内网服务可写 private = true 后用 http",
            "issuer must be an https address without query and fragment; with private = true it may be http",
        ));
    };
    if !private && literal_refused(&url) {
        return Err(wrong(
            "issuer 位于内网。确需使用时写 private = true",
            "issuer lies in a private network. Write private = true if that is meant",
        ));
    }
    Ok(())
}

/// A secret is its operator's alone.
fn secret(path: &Path) -> Result<String, Wrong> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        wrong(
            format!("不能读取密钥文件 {shown}：{error}"),
            format!("The secret's file {shown} cannot be read: {error}"),
        )
    };
    if std::fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o007 != 0 {
        return Err(wrong(
            format!("密钥文件 {shown} 其他人也能读。请执行 chmod o= 后重试"),
            format!("Others may read the secret's file {shown}. Use chmod o= on it"),
        ));
    }
    let secret = bounded(path, SECRET_BYTES_MAX).map_err(unreadable)?.trim().to_owned();
    if secret.is_empty() {
        return Err(wrong(format!("密钥文件 {shown} 是空的"), format!("The secret's file {shown} is empty")));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[provider]]\nid = \"songjiang\"\nissuer = \"https://sso.example.com\"\nclient-id = \"yilang\"\nname = \"示例政务登录\"\nname-en = \"Example staff\"\n";

    fn parse(text: &str) -> Result<Vec<Provider>, Wrong> {
        Providers::parse(text, Path::new(".")).map(|all| all.0)
    }

    #[test]
    fn a_file_names_providers_in_order() {
        let all = parse(&format!("{GOOD}second-factor = [\"mfa\"]\n{}", GOOD.replace("songjiang", "hefei"))).unwrap();
        assert_eq!(all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["songjiang", "hefei"]);
        assert_eq!(
            (all[0].name.en.as_str(), all[0].second_factor.len(), all[1].second_factor.len()),
            ("Example staff", 1, 0)
        );
        assert!(all.iter().all(|one| one.client_secret.is_none() && !one.private));
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_with_a_provider_is_told_in_both_languages() {
        for (text, said) in [
            (format!("{GOOD}{GOOD}"), "stands twice"),
            (GOOD.replace("songjiang", "Song Jiang"), "small letters"),
            (GOOD.replace("https://sso.example.com", "http://sso.example.com"), "https address"),
            (GOOD.replace("https://sso.example.com", "https://sso.example.com/?a=b"), "https address"),
            (GOOD.replace("https://sso.example.com", "https://u:p@sso.example.com"), "https address"),
            (GOOD.replace("sso.example.com", "10.0.0.8"), "private network"),
            (GOOD.replace("sso.example.com", "localhost"), "private network"),
            (GOOD.replace("\"yilang\"", "\" \""), "client-id"),
            (GOOD.replace("示例政务登录", " "), "name"),
            (GOOD.replace("issuer", "isuer"), "Line 3"),
            ("[[provider]]\nid = = 1".to_owned(), "Line 2"),
            (format!("{GOOD}client-secret-file = \"/nowhere/secret\"\n"), "cannot be read"),
            (GOOD.repeat(PROVIDERS_MAX + 1), "At most 10"),
        ] {
            let Wrong { zh, en } = parse(&text).expect_err(said);
            assert!(en.contains(said) && !zh.is_ascii(), "{said}: {zh} / {en}");
        }
        assert!(
            parse(&format!("{}private = true\n", GOOD.replace("https://sso.example.com", "http://10.0.0.8:3000")))
                .is_ok()
        );
    }

    #[test]
    fn a_secret_that_others_may_read_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "geheim geheim\n").unwrap();
        let text = format!("{GOOD}client-secret-file = \"secret\"\n");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Providers::parse(&text, folder.path()).unwrap_err().en.contains("Others may read"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let all = Providers::parse(&text, folder.path()).unwrap().0;
        assert_eq!(all[0].client_secret.as_deref(), Some("geheim geheim"));
        assert!(!format!("{all:?}").contains("geheim"));
        std::fs::write(&path, " \n").unwrap();
        assert!(Providers::parse(&text, folder.path()).unwrap_err().en.contains("is empty"));
    }
}
