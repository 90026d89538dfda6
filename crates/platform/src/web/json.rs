//! JSON bodies: depth and shape are checked, and whoever sent a wrong one is told where.

use super::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use kernel::{Refusal, limits};
use serde::de::DeserializeOwned;

/// A JSON body of a known shape.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" && !kind.ends_with("+json") {
            return Err(Problem::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| Problem::bare(StatusCode::BAD_REQUEST))?;
        Ok(JsonBody(read(&bytes)?))
    }
}

/// Reads a body.
///
/// # Errors
/// `json-depth` for too many levels, `json-object` for a list, `json` for what cannot be read, with line and column.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    if depth(bytes) > limits::JSON_DEPTH_MAX {
        let max = limits::JSON_DEPTH_MAX;
        return Err(Refusal::invalid(
            "json-depth",
            format!("JSON 最多嵌套 {max} 层。"),
            format!("JSON may be nested at most {max} levels deep."),
        ));
    }
    if bytes.trim_ascii_start().starts_with(b"[") {
        // serde would take a list for the fields of the object in the order they happen to be declared.
        return Err(Refusal::invalid(
            "json-object",
            "正文须为一个 JSON 对象 {…}，不是数组。请对照接口文档改正。",
            "The body is a JSON object {…}, not a list. See the API document.",
        ));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refusal::invalid(
            "json",
            format!("JSON 第 {line} 行第 {column} 列有误：{error}。请对照接口文档改正。"),
            format!("JSON is wrong at line {line}, column {column}: {error}. See the API document."),
        )
    })
}

/// Levels of brackets, strings left out; what is not JSON at all is for the parser to refuse.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                now += 1;
                most = most.max(now);
            }
            (false, b'}' | b']') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn depth_is_refused_before_parsing() {
        let nested = |n: usize| format!("{{\"a\":{}1{}}}", "[".repeat(n - 1), "]".repeat(n - 1)).into_bytes();
        assert!(read::<Value>(&nested(limits::JSON_DEPTH_MAX)).is_ok());
        assert_eq!(read::<Value>(&nested(limits::JSON_DEPTH_MAX + 1)).unwrap_err().code, "json-depth");
        assert_eq!(read::<Value>(&nested(10_000)).unwrap_err().code, "json-depth");
        assert!(
            read::<Value>(br#"{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"["}"#).is_ok(),
            "brackets in a text do not count"
        );
    }

    #[test]
    fn a_list_is_not_taken_for_an_object() {
        #[derive(Debug, serde::Deserialize)]
        struct Body {
            name: Option<String>,
        }
        assert_eq!(read::<Body>(br#" {"name":"a"}"#).unwrap().name.as_deref(), Some("a"));
        assert_eq!(read::<Body>(br#" ["a"]"#).unwrap_err().code, "json-object");
    }

    #[test]
    fn the_place_of_a_mistake_is_named() {
        let refusal = read::<Value>(b"{\n  \"a\": ,\n}").unwrap_err();
        assert_eq!(refusal.code, "json");
        assert!(refusal.zh.contains("第 2 行"), "{}", refusal.zh);
    }
}
