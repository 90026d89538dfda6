//! A place for an embedding model, empty unless the operator names a program.
//!
//! The program stays running. It reads one line of JSON, `{"texts":["…"]}`, and answers one line,
//! `{"vectors":[[0.1,…],…]}`: a vector for each text, in order, all of one length. Its stderr is ours. Vectors are kept
//! by text. A program that fails, answers nonsense or takes too long costs an answer its nearness, never the answer.

use crate::Fault;
use kernel::Refusal;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A person waits for the answer: a slower program is stopped.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// After a failure the program is left alone so long, so that not every question waits for it.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// Bytes of one answer.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Numbers of all kept vectors together, 32 MiB; with more all are forgotten.
const KEPT_NUMBERS_MAX: usize = 8 * 1024 * 1024;

/// Turns texts into vectors.
pub struct Embedder {
    command: Vec<String>,
    answer_within: Duration,
    retry_after: Duration,
    turn: Mutex<Turn>,
    kept: StdMutex<Kept>,
}

/// The program, if it runs, and when it may be started again after a failure.
#[derive(Default)]
struct Turn {
    program: Option<Program>,
    closed_until: Option<Instant>,
}

/// A running program, with no question open. Dropped in the middle of a question it is stopped: its next line would
/// answer the wrong one.
struct Program {
    _child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Default)]
struct Kept {
    vectors: HashMap<[u8; 32], Arc<[f32]>>,
    numbers: usize,
}

#[derive(Deserialize)]
struct Answer {
    vectors: Vec<Vec<f32>>,
}

impl Embedder {
    /// An embedder that runs `command`, words divided by spaces; no shell reads it. The program starts with the first
    /// question.
    ///
    /// # Errors
    /// A refusal for an empty command.
    pub fn new(command: &str) -> Result<Embedder, Refusal> {
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if command.is_empty() {
            return Err(Refusal::invalid(
                "embedder-empty",
                "--embedder 需要一个程序。请写出程序及其参数，或去掉此选项。",
                "--embedder needs a program. Name it with its arguments, or leave the option out.",
            ));
        }
        Ok(Embedder {
            command,
            answer_within: ANSWER_WITHIN,
            retry_after: RETRY_AFTER,
            turn: Mutex::default(),
            kept: StdMutex::default(),
        })
    }

    /// The vector of each text, in order; `None` while the program cannot give them.
    pub async fn vectors(&self, texts: &[&str]) -> Option<Vec<Arc<[f32]>>> {
        let keys: Vec<[u8; 32]> = texts.iter().map(|text| Sha256::digest(text.as_bytes()).into()).collect();
        let unknown: Vec<usize> = {
            let kept = self.kept();
            (0..texts.len()).filter(|at| !kept.vectors.contains_key(&keys[*at])).collect()
        };
        if !unknown.is_empty() {
            let asked: Vec<&str> = unknown.iter().map(|at| texts[*at]).collect();
            let vectors = self.ask(&asked).await?;
            self.keep(unknown.iter().map(|at| keys[*at]).zip(vectors));
        }
        let kept = self.kept();
        keys.iter().map(|key| kept.vectors.get(key).cloned()).collect()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, vectors: impl Iterator<Item = ([u8; 32], Vec<f32>)>) {
        let mut kept = self.kept();
        if kept.numbers > KEPT_NUMBERS_MAX {
            *kept = Kept::default();
        }
        for (key, vector) in vectors {
            kept.numbers += vector.len();
            kept.vectors.insert(key, vector.into());
        }
    }

    async fn ask(&self, texts: &[&str]) -> Option<Vec<Vec<f32>>> {
        let mut turn = self.turn.lock().await;
        if turn.closed_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let asked = tokio::time::timeout(self.answer_within, self.ask_program(turn.program.take(), texts));
        let outcome = asked.await.unwrap_or_else(|_| Err(Fault::Internal("no answer in time".into())));
        match outcome {
            Ok((program, vectors)) => {
                *turn = Turn { program: Some(program), closed_until: None };
                Some(vectors)
            }
            Err(fault) => {
                tracing::warn!(program = self.command[0], ?fault, "embedder.failed; matches go on without it");
                turn.closed_until = Some(Instant::now() + self.retry_after);
                None
            }
        }
    }

    async fn ask_program(&self, program: Option<Program>, texts: &[&str]) -> Result<(Program, Vec<Vec<f32>>), Fault> {
        let failed = |what: &str, error: &dyn std::fmt::Display| Fault::Internal(format!("{what}: {error}"));
        let mut program = match program {
            Some(running) => running,
            None => self.start().map_err(|e| failed("start", &e))?,
        };
        let question = format!("{}\n", serde_json::json!({ "texts": texts }));
        let mut answer = String::new();
        program.questions.write_all(question.as_bytes()).await.map_err(|e| failed("ask", &e))?;
        (&mut program.answers).take(ANSWER_BYTES_MAX).read_line(&mut answer).await.map_err(|e| failed("read", &e))?;
        let answer: Answer = serde_json::from_str(&answer).map_err(|e| failed("answer", &e))?;
        check(&answer.vectors, texts.len())?;
        Ok((program, answer.vectors))
    }

    fn start(&self) -> std::io::Result<Program> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("the program has no pipes"));
        };
        Ok(Program { _child: child, questions, answers: BufReader::new(answers) })
    }
}

fn check(vectors: &[Vec<f32>], wanted: usize) -> Result<(), Fault> {
    let length = vectors.first().map_or(0, Vec::len);
    let good = |vector: &Vec<f32>| vector.len() == length && vector.iter().all(|number| number.is_finite());
    if length > 0 && vectors.len() == wanted && vectors.iter().all(good) {
        return Ok(());
    }
    Err(Fault::Internal(format!("{wanted} vectors of one length were asked for, finite numbers only")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program in the shell everybody has; it is asked one text at a time here.
    fn program(folder: &tempfile::TempDir, script: &str) -> Embedder {
        let path = folder.path().join("model.sh");
        std::fs::write(&path, script).unwrap();
        let embedder = Embedder::new(&format!("sh {}", path.display())).unwrap();
        // Nothing here is decided by a clock.
        Embedder { answer_within: Duration::from_secs(600), retry_after: Duration::from_secs(600), ..embedder }
    }

    #[tokio::test]
    async fn a_running_program_is_asked_once_for_each_text() {
        let folder = tempfile::tempdir().unwrap();
        // The second number counts the questions this one process has had.
        let counting = "n=0; while read -r line; do n=$((n+1)); echo \"{\\\"vectors\\\":[[1.5,$n]]}\"; done";
        let embedder = program(&folder, counting);
        assert_eq!(*embedder.vectors(&["硅片"]).await.unwrap()[0], [1.5, 1.0]);
        assert_eq!(*embedder.vectors(&["光刻胶"]).await.unwrap()[0], [1.5, 2.0]);
        assert_eq!(*embedder.vectors(&["硅片"]).await.unwrap()[0], [1.5, 1.0], "kept, not asked again");
        let both = embedder.vectors(&["光刻胶", "硅片"]).await.unwrap();
        assert_eq!((both[0][1], both[1][1]), (2.0, 1.0), "in the order of the texts");
    }

    #[tokio::test]
    async fn nonsense_an_early_end_and_a_missing_program_are_no_vectors() {
        let folder = tempfile::tempdir().unwrap();
        for script in [
            "read -r line; echo hello",
            "exit 3",
            "read -r line; echo '{\"vectors\":[]}'",
            "read -r line; echo '{\"vectors\":[[1],[2]]}'",
            "read -r line; echo '{\"vectors\":[[]]}'",
            "read -r line; echo '{\"vectors\":[[1e99]]}'",
        ] {
            assert!(program(&folder, script).vectors(&["硅片"]).await.is_none(), "{script}");
        }
        let missing = folder.path().join("nowhere");
        assert!(Embedder::new(&missing.display().to_string()).unwrap().vectors(&["硅片"]).await.is_none());
    }

    #[tokio::test]
    async fn after_a_failure_it_is_left_alone_and_then_tried_again() {
        let once = "test -e \"$0.ok\" || { touch \"$0.ok\"; exit 1; }; read -r line; echo '{\"vectors\":[[1]]}'";
        for (retry_after, answered) in [(Duration::from_secs(600), false), (Duration::ZERO, true)] {
            let folder = tempfile::tempdir().unwrap();
            let embedder = Embedder { retry_after, ..program(&folder, once) };
            assert!(embedder.vectors(&["硅片"]).await.is_none(), "the first run fails");
            assert_eq!(embedder.vectors(&["硅片"]).await.is_some(), answered);
        }
    }

    #[tokio::test]
    async fn a_program_that_never_answers_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let embedder = Embedder { answer_within: Duration::ZERO, ..program(&folder, "while read -r line; do :; done") };
        assert!(embedder.vectors(&["硅片"]).await.is_none());
    }

    #[test]
    fn a_command_without_a_program_is_refused() {
        assert_eq!(Embedder::new("  ").err().map(|refusal| refusal.code), Some("embedder-empty"));
    }
}
