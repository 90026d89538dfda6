//! Writes the test vectors of format 1 to the standard output:
//! `cargo run -p sealing --example vectors > crates/sealing/vectors/format-1.json`.

#[path = "../tests/made/mod.rs"]
mod made;

fn main() {
    print!("{}", made::vectors::text());
}
