//! Stylesheet, scripts, icon: embedded, named by content, compressed once, cached for ever by browsers.

use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::Problem;

/// What a browser may do with a named asset: keep it for a year, never ask again.
pub const ASSET_CACHE: &str = "public, max-age=31536000, immutable";
/// Hexadecimal digits of the content hash in an asset's name.
const HASH_DIGITS: usize = 16;

#[derive(rust_embed::Embed)]
#[folder = "assets/"]
struct Files;

struct Asset {
    kind: &'static str,
    plain: Bytes,
    gzip: Bytes,
    etag: HeaderValue,
}

struct Assets {
    /// By public name, such as `yilang.0123456789abcdef.css`.
    by_name: HashMap<String, Asset>,
    /// Public address by file name, such as `yilang.css`.
    hrefs: HashMap<String, String>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets { by_name: HashMap::new(), hrefs: HashMap::new() };
    Files::iter().for_each(|file| assets.add(&file));
    assets
});

impl Assets {
    fn add(&mut self, file: &str) {
        let Some(found) = Files::get(file).filter(|_| !self.hrefs.contains_key(file)) else { return };
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
        let plain = match extension {
            "js" => Bytes::from(self.linked(&String::from_utf8_lossy(&found.data))),
            _ => Bytes::from(found.data.into_owned()),
        };
        let digest: String = hex::encode(Sha256::digest(&plain)).chars().take(HASH_DIGITS).collect();
        let name = format!("{stem}.{digest}.{extension}");
        self.hrefs.insert(file.to_owned(), format!("/assets/{name}"));
        let etag =
            HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
        let asset = Asset { kind: content_type(extension), gzip: gzip(&plain), plain, etag };
        self.by_name.insert(name, asset);
    }

    /// A module with the public addresses of the modules it imports, which are added first: a module's name tells the
    /// content of everything below it. Modules therefore import in no circle.
    fn linked(&mut self, script: &str) -> String {
        let mut linked = script.to_owned();
        for other in Files::iter().filter(|name| name.ends_with(".js")) {
            let import = format!("from \"./{other}\"");
            if linked.contains(&import) {
                self.add(&other);
                let href = self.hrefs.get(other.as_ref()).map_or("", String::as_str);
                linked = linked.replace(&import, &format!("from \"{href}\""));
            }
        }
        linked
    }
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory cannot fail; an empty result is simply not used.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(packed) => Bytes::from(packed),
        Err(_) => Bytes::new(),
    }
}

/// Public address of a file in `assets/`; empty for an unknown one.
pub fn href(file: &str) -> &'static str {
    ASSETS.hrefs.get(file).map_or("", String::as_str)
}

/// Address of the stylesheet.
pub fn css() -> &'static str {
    href("yilang.css")
}

/// Address of the script module.
pub fn js() -> &'static str {
    href("yilang.js")
}

/// Address of the icon.
pub fn icon() -> &'static str {
    href("icon.svg")
}

/// `GET /assets/{name}`.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.by_name.get(&name) else {
        return Problem::not_found().into_response();
    };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag == asset.etag);
    let packed = !asset.gzip.is_empty()
        && headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(accepts_gzip);
    let mut response = match (known, packed) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, true) => Response::new(Body::from(asset.gzip.clone())),
        (false, false) => Response::new(Body::from(asset.plain.clone())),
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(ASSET_CACHE));
    out.insert(header::ETAG, asset.etag.clone());
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !known {
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
        if packed {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    response
}

/// True if `gzip` (or `*`) is accepted with a weight above zero.
fn accepts_gzip(header: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            part.strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
        });
        (name.eq_ignore_ascii_case("gzip") || name == "*") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(name: &str, headers: &[(header::HeaderName, &'static str)]) -> Response {
        let mut map = HeaderMap::new();
        for (key, value) in headers {
            map.insert(key.clone(), HeaderValue::from_static(value));
        }
        serve(Path(name.trim_start_matches("/assets/").to_owned()), map).await
    }

    #[tokio::test]
    async fn assets_are_immutable_and_compressed_when_asked() {
        let plain = get(css(), &[]).await;
        assert_eq!(plain.status(), StatusCode::OK);
        assert_eq!(plain.headers()[header::CACHE_CONTROL], ASSET_CACHE);
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        let packed = get(css(), &[(header::ACCEPT_ENCODING, "br, gzip")]).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        let refused = get(css(), &[(header::ACCEPT_ENCODING, "gzip;q=0")]).await;
        assert!(!refused.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn modules_import_each_other_by_their_public_addresses() {
        let mut imports = 0;
        for (name, asset) in ASSETS.by_name.iter().filter(|(name, _)| name.ends_with(".js")) {
            let script = std::str::from_utf8(&asset.plain).unwrap();
            for line in script.lines().filter(|line| line.starts_with("import ")) {
                let href = line.split('"').nth(1).unwrap();
                assert_eq!(get(href, &[]).await.status(), StatusCode::OK, "{name}: {line}");
                imports += 1;
            }
        }
        assert!(imports > 0);
    }

    #[tokio::test]
    async fn a_known_asset_is_not_sent_again_and_an_unknown_one_is_not_found() {
        let first = get(js(), &[]).await;
        let mut map = HeaderMap::new();
        map.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let name = js().trim_start_matches("/assets/").to_owned();
        assert_eq!(serve(Path(name), map).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get("yilang.css", &[]).await.status(), StatusCode::NOT_FOUND);
    }
}
