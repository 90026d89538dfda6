//! The words of PDF (ISO 32000-2 §7.2, §7.3), as far as dictionaries need them.

use crate::Problem;

const DEPTH_MAX: usize = 32;
/// Bytes of a name or number that are looked at.
const TEXT_BYTES_MAX: usize = 32;

pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | b' ')
}

pub(super) fn is_delimiter(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Open,
    Close,
    ListOpen,
    ListClose,
    Text,
    Name,
    Other,
}

pub(super) struct Token {
    pub(super) word: Word,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What a dictionary holds that may tell something.
pub(super) enum Seen {
    /// A text with its brackets, from and to.
    Text(usize, usize),
    /// A reference to another object.
    Reference,
}

pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Lexer<'a> {
        Lexer { bytes, at }
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Token, Problem> {
        loop {
            while self.byte(0).is_some_and(is_white) {
                self.at += 1;
            }
            if self.byte(0) != Some(b'%') {
                break;
            }
            while self.byte(0).is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                self.at += 1;
            }
        }
        let from = self.at;
        let word = self.pass()?;
        if self.at > self.bytes.len() { Err(Problem::Broken) } else { Ok(Token { word, from, to: self.at }) }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn pass(&mut self) -> Result<Word, Problem> {
        let first = self.byte(0).ok_or(Problem::Broken)?;
        let twice = self.byte(1) == Some(first);
        match first {
            b'<' if twice => Ok(self.by(2, Word::Open)),
            b'>' if twice => Ok(self.by(2, Word::Close)),
            b'[' => Ok(self.by(1, Word::ListOpen)),
            b']' => Ok(self.by(1, Word::ListClose)),
            b'(' => self.literal(),
            b'<' => {
                let length = self.bytes[self.at..].iter().position(|byte| *byte == b'>').ok_or(Problem::Broken)?;
                Ok(self.by(length + 1, Word::Text))
            }
            b'/' => Ok(self.run(Word::Name)),
            other if is_delimiter(other) => Err(Problem::Broken),
            _ => Ok(self.run(Word::Other)),
        }
    }

    fn by(&mut self, length: usize, word: Word) -> Word {
        self.at += length;
        word
    }

    fn run(&mut self, word: Word) -> Word {
        self.at += 1;
        while self.byte(0).is_some_and(|byte| !is_white(byte) && !is_delimiter(byte)) {
            self.at += 1;
        }
        word
    }

    fn literal(&mut self) -> Result<Word, Problem> {
        let mut open = 0_usize;
        loop {
            match self.byte(0).ok_or(Problem::Broken)? {
                b'\\' => self.at += 1,
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Ok(Word::Text);
            }
        }
    }

    /// The beginning of a token's text.
    pub(super) fn text(&self, token: &Token) -> &'a [u8] {
        &self.bytes[token.from..token.to.min(token.from + TEXT_BYTES_MAX)]
    }

    /// A reference to another object (two numbers and R), whose first number has just been read: both numbers.
    pub(super) fn reference(&mut self, token: &Token) -> Result<Option<String>, Problem> {
        let back = self.at;
        if let Some(number) = self.digits(token, 10) {
            let generation = self.next()?;
            if let Some(generation) = self.digits(&generation, 5) {
                let letter = self.next()?;
                if letter.word == Word::Other && self.text(&letter) == b"R" {
                    return Ok(Some(format!("{number} {generation}")));
                }
            }
        }
        self.at = back;
        Ok(None)
    }

    fn digits(&self, token: &Token, most: usize) -> Option<String> {
        let text = self.text(token);
        let digits = token.word == Word::Other && text.len() <= most && text.iter().all(u8::is_ascii_digit);
        digits.then(|| String::from_utf8_lossy(text).into_owned())
    }

    /// Walks a dictionary whose `<<` has been read; gives the names of its keys.
    pub(super) fn dictionary(
        &mut self,
        seen: &mut dyn FnMut(Seen) -> Result<(), Problem>,
        depth: usize,
    ) -> Result<Vec<&'a [u8]>, Problem> {
        let mut keys = Vec::new();
        loop {
            let key = self.next()?;
            match key.word {
                Word::Close => return Ok(keys),
                Word::Name => keys.push(self.text(&key)),
                _ => return Err(Problem::Broken),
            }
            let token = self.next()?;
            self.value(&token, seen, depth)?;
        }
    }

    fn value(
        &mut self,
        token: &Token,
        seen: &mut dyn FnMut(Seen) -> Result<(), Problem>,
        depth: usize,
    ) -> Result<(), Problem> {
        if depth > DEPTH_MAX {
            return Err(Problem::Broken);
        }
        match token.word {
            Word::Text => seen(Seen::Text(token.from, token.to)),
            Word::Open => self.dictionary(seen, depth + 1).map(|_| ()),
            Word::ListOpen => loop {
                let item = self.next()?;
                if item.word == Word::ListClose {
                    return Ok(());
                }
                self.value(&item, seen, depth + 1)?;
            },
            Word::Close | Word::ListClose => Err(Problem::Broken),
            Word::Name | Word::Other => match self.reference(token)? {
                Some(_) => seen(Seen::Reference),
                None => Ok(()),
            },
        }
    }
}
