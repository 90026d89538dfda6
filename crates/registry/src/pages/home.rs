//! Pages: home.
pub fn routes() -> Vec<platform::capability::Route> { Vec::new() }
