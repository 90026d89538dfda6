//! Times on a table that is there, or on one made up: `timed MODE FILE K LOAD` or `timed MODE PROPOSALS REVIEWERS K LOAD`.
//! Modes: `sum`, `fair`, `draw`, and a cap on probabilities.

use assignment::{Matrix, Problem, Terms, draw, matrix, solve, solve_max_min, solve_randomised};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments[at].parse::<u32>().expect("a number");
    let problem = if arguments.len() < 5 {
        let bytes = std::fs::read(&arguments[1]).expect("a file");
        Matrix::parse(&bytes).and_then(|table| table.problem(number(2), 0, number(3)))
    } else {
        let terms = Terms::plain(number(1) as usize, number(2) as usize, number(3), number(4));
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        // With a sixth word, experts differ more than pairs do.
        let worth: Vec<f64> = (0..terms.reviewers).map(|_| if arguments.len() > 5 { next() } else { 0.0 }).collect();
        let share = if arguments.len() > 5 { 0.1 } else { 1.0 };
        let scores: Vec<f64> =
            (0..terms.allowed.len()).map(|at| worth[at % terms.reviewers] + share * next()).collect();
        let steps = arguments.get(5).and_then(|word| word.parse::<f64>().ok());
        let scores: Vec<f64> =
            scores.into_iter().map(|s| steps.map_or(s, |steps| (s * steps).round() / steps)).collect();
        Problem::from_f64(terms, &scores)
    }
    .expect("a problem");
    for _ in 0..3 {
        let started = Instant::now();
        let said = match arguments[0].as_str() {
            "sum" => solve(&problem).map_or_else(|why| why.to_string(), |best| format!("{}", best.sum as f64 / 1e12)),
            "fair" => solve_max_min(&problem).map_or_else(
                |why| why.to_string(),
                |fair| {
                    let assignment = &fair.assignment;
                    let [minimum, upper, sum] =
                        [assignment.minimum as f64, fair.upper as f64, assignment.sum as f64].map(|units| units / 1e12);
                    format!("minimum {minimum} upper {upper} optimal {} sum {sum}", fair.optimal)
                },
            ),
            "draw" => {
                draw(problem.terms(), b"seed").map_or_else(|no| no.en.to_string(), |rows| format!("{:?}", rows[0]))
            }
            cap => {
                let cap = matrix::decimal(cap).expect("a cap");
                solve_randomised(&problem, cap, b"seed").map_or_else(
                    |no| no.en.to_string(),
                    |found| format!("expected {:.9} drawn {}", found.expected_sum(), found.drawn.sum as f64 / 1e12),
                )
            }
        };
        println!("{said} in {:?}", started.elapsed());
    }
}
