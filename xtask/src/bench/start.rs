//! Suite `start`: from the start of the process to the first answered page, memory, size of the program.

use super::program::{self, Server};
use super::report::{Figures, Row, Section};
use super::suites::Bench;

/// Measures.
///
/// # Errors
/// A sentence when the program does not build or does not answer.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let program = program::build(bench.root)?;
    let size = std::fs::metadata(&program).map_err(|e| format!("bench: {}: {e}", program.display()))?.len();
    let (mut first, mut later, mut resident) = (Figures::default(), Figures::default(), Figures::default());
    for round in 0..bench.rounds {
        let data = bench.scratch.join(format!("data-{round}"));
        first.0.push(Server::start(&program, &data, &[])?.first_answer_seconds);
        let server = Server::start(&program, &data, &[])?;
        later.0.push(server.first_answer_seconds);
        for path in ["/", "/organisations", "/search?q=%E5%A4%A7%E7%A1%85%E7%89%87", "/api/v1/cities"] {
            program::get(&server.address, path).map_err(|e| format!("bench start: {path}: {e}"))?;
        }
        resident.0.push(server.resident_mib());
    }
    Ok(Section {
        name: "start",
        title: "Start, memory and size",
        method: "An empty data folder with the G60 pack, then the same folder again; the clock stops when `/` has been answered. \
                 Memory is resident after the home page, a list, a search and a call of the API."
            .to_owned(),
        rows: vec![
            Row::alone("first start, s", first, "≤ 3 s"),
            Row::alone("later start, s", later, "≤ 0.5 s"),
            Row::alone("resident memory, MiB", resident, "≤ 250 MB"),
            Row::alone("release program, MB", Figures(vec![size as f64 / 1e6]), "≤ 60 MB"),
        ],
        skipped: Vec::new(),
    })
}
