// PDF (ISO 32000): values of the information dictionary, XMP packets and what cameras wrote into pictures are blanked where they lie,
// so that no offset moves. Where they lie compressed or encrypted nothing can be blanked, and the file is refused.
import { StripError, ascii, begins, find, u16 } from "./stripping-bytes.js";

const DEPTH_MAX = 32;
const SPACE = 32;
const WHITE = new Set([0, 9, 10, 12, 13, SPACE]);
const DELIMITERS = new Set(ascii("()<>[]{}/%"));
const EMPTY_XMP = ascii('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>');
// The end record of a ZIP must lie within this many bytes of its end to be found by a reader.
const ZIP_TAIL = 65_557;

const broken = () => new StripError("strip-broken");
const hidden = () => new StripError("strip-pdf");

export function stripPdf(bytes) {
  let end = bytes.length;
  while (end > 0 && WHITE.has(bytes[end - 1])) end -= 1;
  if (!begins(bytes.subarray(end - 5), ascii("%%EOF")) || find(bytes, ascii("startxref")) < 0) throw broken();
  if (find(bytes, ascii("PK\x05\x06"), Math.max(0, bytes.length - ZIP_TAIL)) >= 0) throw new StripError("strip-mixed");
  if (names(bytes, "/Encrypt").length > 0) throw new StripError("strip-encrypted");
  if (names(bytes, "/ByteRange").length > 0) throw new StripError("strip-signed");
  const out = bytes.slice();
  blankInformation(bytes, out);
  blankMetadata(bytes, out);
  blankPackets(out);
  blankPictures(bytes, out);
  return out;
}

// Where a name ends, for each place at which it stands as a whole.
function names(bytes, name) {
  const places = [];
  const what = ascii(name);
  for (let at = find(bytes, what); at >= 0; at = find(bytes, what, at + 1)) {
    const after = bytes[at + what.length];
    if (after === undefined || WHITE.has(after) || DELIMITERS.has(after)) places.push(at + what.length);
  }
  return places;
}

// The words of PDF, one after the other: { kind, from, to }; kinds are << >> [ ] text name word.
class Lexer {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  next() {
    const { bytes } = this;
    for (;;) {
      while (WHITE.has(bytes[this.at])) this.at += 1;
      if (bytes[this.at] !== 0x25) break;
      while (this.at < bytes.length && bytes[this.at] !== 10 && bytes[this.at] !== 13) this.at += 1;
    }
    const from = this.at;
    const kind = this.pass();
    if (this.at > bytes.length) throw broken();
    return { kind, from, to: this.at };
  }

  pass() {
    const { bytes, at } = this;
    if (at >= bytes.length) throw broken();
    const first = String.fromCharCode(bytes[at]);
    const twice = bytes[at + 1] === bytes[at];
    if ((first === "<" || first === ">") && twice) return this.by(2, first + first);
    if (first === "[" || first === "]") return this.by(1, first);
    if (first === "(") return this.text();
    if (first === "<") {
      const close = bytes.indexOf(0x3e, at);
      if (close < 0) throw broken();
      return this.by(close + 1 - at, "text");
    }
    if (first !== "/" && DELIMITERS.has(bytes[at])) throw broken();
    this.at += 1;
    while (this.at < bytes.length && !WHITE.has(bytes[this.at]) && !DELIMITERS.has(bytes[this.at])) this.at += 1;
    return first === "/" ? "name" : "word";
  }

  by(length, kind) {
    this.at += length;
    return kind;
  }

  text() {
    let open = 0;
    do {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw broken();
      if (byte === 0x5c) this.at += 1;
      else if (byte === 0x28) open += 1;
      else if (byte === 0x29) open -= 1;
      this.at += 1;
    } while (open > 0);
    return "text";
  }

  word(token) {
    return String.fromCharCode(...this.bytes.subarray(token.from, Math.min(token.to, token.from + 32)));
  }

  // A reference to another object (two numbers and R), whose first number has just been read: that number, or null.
  reference(token) {
    const back = this.at;
    const number = this.word(token);
    if (token.kind === "word" && /^[0-9]{1,10}$/.test(number)) {
      const generation = this.peek();
      const letter = generation && /^[0-9]{1,5}$/.test(this.word(generation)) ? this.peek() : null;
      if (letter && this.word(letter) === "R") return `${number} ${this.word(generation)}`;
    }
    this.at = back;
    return null;
  }

  peek() {
    const token = this.next();
    return token.kind === "word" ? token : null;
  }
}

// Walks a dictionary whose << has been read; gives the names of its keys. `seen` gets each text and each reference in it.
function dictionary(lexer, seen, depth = 0) {
  const keys = [];
  for (;;) {
    const key = lexer.next();
    if (key.kind === ">>") return keys;
    if (key.kind !== "name") throw broken();
    keys.push(lexer.word(key));
    value(lexer, lexer.next(), seen, depth);
  }
}

function value(lexer, token, seen, depth) {
  if (depth > DEPTH_MAX) throw broken();
  if (token.kind === "text") seen(token);
  else if (token.kind === "<<") dictionary(lexer, seen, depth + 1);
  else if (token.kind === "[") {
    for (let item = lexer.next(); item.kind !== "]"; item = lexer.next()) value(lexer, item, seen, depth + 1);
  } else if (token.kind === ">>" || token.kind === "]") throw broken();
  else if (lexer.reference(token)) seen(null);
}

// The information dictionary: named by /Info in a trailer or in the dictionary of a cross-reference stream.
function blankInformation(bytes, out) {
  const blank = (token) => {
    // A value elsewhere would have to be followed there; no program writes it so.
    if (!token) throw hidden();
    out.fill(SPACE, token.from + 1, token.to - 1);
  };
  const objects = new Set();
  for (const place of names(bytes, "/Info")) {
    const lexer = new Lexer(bytes, place);
    const token = lexer.next();
    const object = lexer.reference(token);
    if (object) objects.add(object);
    else if (token.kind === "<<") dictionary(lexer, blank);
  }
  for (const object of objects) {
    const what = ascii(`${object} obj`);
    let found = false;
    for (let at = find(bytes, what); at >= 0; at = find(bytes, what, at + 1)) {
      if (at > 0 && !WHITE.has(bytes[at - 1])) continue;
      const lexer = new Lexer(bytes, at + what.length);
      if (lexer.next().kind !== "<<") throw broken();
      dictionary(lexer, blank);
      found = true;
    }
    // It lies in a compressed object stream.
    if (!found) throw hidden();
  }
}

// Streams of /Type /Metadata: XMP.
function blankMetadata(bytes, out) {
  for (const place of names(bytes, "/Type")) {
    const lexer = new Lexer(bytes, place);
    const token = lexer.next();
    if (token.kind !== "name" || lexer.word(token) !== "/Metadata") continue;
    const start = lastBefore(bytes, ascii("obj"), place);
    const object = new Lexer(bytes, start + 3);
    if (start < 0 || object.next().kind !== "<<") throw broken();
    const keys = dictionary(object, () => {});
    const keyword = object.next();
    if (object.word(keyword) !== "stream") throw broken();
    if (keys.includes("/Filter")) throw hidden();
    let from = keyword.to;
    if (bytes[from] === 13) from += 1;
    if (bytes[from] === 10) from += 1;
    let to = find(bytes, ascii("endstream"), from);
    if (to < 0) throw broken();
    // The line end before `endstream` is not part of the stream, and readers look for it.
    if (to > from && bytes[to - 1] === 10) to -= 1;
    if (to > from && bytes[to - 1] === 13) to -= 1;
    out.fill(SPACE, from, to);
    if (to - from >= EMPTY_XMP.length) out.set(EMPTY_XMP, from);
  }
}

function lastBefore(bytes, what, from) {
  for (let at = from - what.length; at >= 0; at -= 1) if (begins(bytes.subarray(at, at + what.length), what)) return at;
  return -1;
}

// XMP packets that lie open anywhere else, such as in pictures.
function blankPackets(out) {
  for (let from = find(out, ascii("<?xpacket begin")); from >= 0; from = find(out, ascii("<?xpacket begin"), from)) {
    const last = find(out, ascii("<?xpacket end"), from);
    const to = last < 0 ? -1 : find(out, ascii("?>"), last);
    if (to < 0) throw broken();
    out.fill(SPACE, from, to + 2);
  }
}

// JPEG pictures as they came from a camera: application segments of EXIF, XMP, Photoshop, and comments are filled with zeros.
function blankPictures(bytes, out) {
  const start = new Uint8Array([0xff, 0xd8, 0xff]);
  for (let at = find(bytes, start); at >= 0; at = find(bytes, start, at + 1)) {
    const before = bytes[at - 1] === 10 ? at - (bytes[at - 2] === 13 ? 2 : 1) : at;
    if (before === at || !begins(bytes.subarray(Math.max(0, before - 6)), ascii("stream"))) continue;
    let segment = at + 2;
    while (bytes[segment] === 0xff && bytes[segment + 1] >= 0xc0 && bytes[segment + 1] !== 0xda) {
      const marker = bytes[segment + 1];
      const length = u16(bytes, segment + 2);
      if (!(length >= 2) || segment + 2 + length > bytes.length) break;
      if (marker === 0xe1 || marker === 0xed || marker === 0xfe) out.fill(0, segment + 4, segment + 2 + length);
      segment += 2 + length;
    }
  }
}
