//! Pages: pack.
pub fn routes() -> Vec<platform::capability::Route> { Vec::new() }
