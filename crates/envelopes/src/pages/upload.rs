//! Forms with a file: the words and the one file that a browser sends.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use kernel::Refusal;
use platform::web::Problem;

/// Reads the file of a form; `name` begins the name of its field.
///
/// # Errors
/// A torn request, as the framework says; `needed` where there is no file.
pub(super) async fn file(mut parts: Multipart, name: &'static str) -> Result<Result<Vec<u8>, Refusal>, Problem> {
    let unreadable = |error: MultipartError| Problem::bare(error.status());
    let mut found = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        if part.name().is_some_and(|found| found.starts_with(name)) {
            found = part.bytes().await.map_err(unreadable)?.to_vec();
        }
    }
    if found.is_empty() {
        return Ok(Err(Refusal::invalid("file-missing", "请选择一个文件。", "Choose a file.").at(name)));
    }
    Ok(Ok(found))
}
