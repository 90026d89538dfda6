//! API: fact.
pub fn routes() -> Vec<platform::capability::Route> { Vec::new() }

/// API document.
#[derive(utoipa::OpenApi)]
#[openapi()]
pub struct Document;
