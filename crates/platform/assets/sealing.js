// Sealing format 1 (docs/sealing-format.md) in the sender's browser: context, payload, envelope, check. No dependency.
// The group is ours (ristretto.js); SHA, HKDF, AES-GCM and random bytes are the browser's WebCrypto.
// The crate `sealing` makes the same bytes from the same input; the vectors that both are held against lie beside it.
import { Base, Point, scalarDecode, scalarEncode, scalarFromUniform, scalarSum, ORDER } from "./ristretto.js";

const CONTEXT_BYTES_MAX = 1024;
/// Whole padded lengths: an envelope tells no more about its content than one of these.
export const SIZE_CLASSES = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536].map((kib) => kib * 1024);
const HEAD_FIXED = 8;
const POINT = 32;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

const GENERATOR = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76";
// The one-way map of SHA-512("yilang-sealing/1 second generator"): nobody knows its logarithm.
const SECOND = "b4f2773c98d195cf0ba83d163c978f8d34e94eebdf6ff042816807996fb7b272";

/// Why something cannot be sealed, or is no envelope. The page has a sentence in its language for each code.
export class SealError extends Error {
  constructor(code, detail) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

const utf8 = (text) => new TextEncoder().encode(text);
const sha = async (kind, bytes) => new Uint8Array(await subtle().digest(kind, bytes));

function subtle() {
  // Browsers give WebCrypto only to pages that came over HTTPS or from the machine itself.
  if (!globalThis.crypto?.subtle) throw new SealError("seal-insecure", "the browser offers no WebCrypto here");
  return crypto.subtle;
}

export function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const u32 = (number) => new Uint8Array([number >>> 24, number >>> 16, number >>> 8, number]);
const u16 = (number) => new Uint8Array([number >>> 8, number]);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const same = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

/// SHA-256 in hexadecimal.
export const sha256 = async (bytes) => hex(await sha("SHA-256", bytes));

// Hs: a hash into the scalars, each part with its length in front.
async function hashToScalar(domain, ...parts) {
  const framed = parts.flatMap((part) => [u32(part.length), part]);
  return scalarFromUniform(await sha("SHA-512", joined(utf8(`yilang-sealing/1 ${domain}\0`), ...framed)));
}

// --- context ---------------------------------------------------------------

// A name takes one line and neither begins nor ends with a blank.
const NAME = /^(?! )[^\u0000-\u001f\u007f]+(?<! )$/u;
const NAME_BYTES_MAX = 200;
// Half of a surrogate pair: no UTF-8 can say it.
const TORN = /\p{Surrogate}/u;
const HEX_32 = /^[0-9a-f]{64}$/;
const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;
const fitsName = (text) => typeof text === "string" && NAME.test(text) && !TORN.test(text) && utf8(text).length <= NAME_BYTES_MAX;

/// What an envelope is for: { origin, round, committee, key, rules, closes, sender } as the bytes that are sealed with it.
export function contextBytes({ origin, round, committee, key, rules, closes, sender }) {
  for (const [name, text] of Object.entries({ origin, round, committee, sender })) {
    if (!fitsName(text)) throw new SealError("seal-context", `${name} is no name`);
  }
  if (!HEX_32.test(key)) throw new SealError("seal-key", "the committee's key is not 64 hexadecimal digits");
  if (!HEX_32.test(rules)) throw new SealError("seal-context", "rules are not 64 hexadecimal digits");
  if (!DECIMAL.test(String(closes)) || Number(closes) > Number.MAX_SAFE_INTEGER) throw new SealError("seal-context", "closes is no instant");
  const lines = ["yilang-sealing/1 context", `origin ${origin}`, `round ${round}`, `committee ${committee}`];
  lines.push(`key ${key}`, `rules ${rules}`, `closes ${closes}`, `sender ${sender}`, "");
  const bytes = utf8(lines.join("\n"));
  if (bytes.length > CONTEXT_BYTES_MAX) throw new SealError("seal-context", `longer than ${CONTEXT_BYTES_MAX} bytes`);
  return bytes;
}

// --- payload ---------------------------------------------------------------

const FIELDS_MAX = 256;
const FIELD_BYTES_MAX = 64 * 1024;
export const FILES_MAX = 64;
const FILE_NAME_BYTES_MAX = 255;
const MANIFEST_BYTES_MAX = 1024 * 1024;
// Such a name is never taken for an index, which an object would move to the front.
const FIELD_NAME = /^[a-z][a-z0-9_.-]{0,63}$/;
const FILE_NAME = /^(?!\.{1,2}$)[^\u0000-\u001f\u007f/\\]+$/u;

function limits({ fields, files }) {
  if (Object.keys(fields).length > FIELDS_MAX || files.length > FILES_MAX) throw new SealError("seal-too-large", "too many fields or files");
  for (const [name, text] of Object.entries(fields)) {
    if (!FIELD_NAME.test(name)) throw new SealError("seal-text", `${name} is no name of a field`);
    if (TORN.test(text) || utf8(text).length > FIELD_BYTES_MAX) throw new SealError("seal-text", `${name} is too long, or half a character`);
  }
  for (const { name } of files) {
    const fits = FILE_NAME.test(name) && !TORN.test(name) && utf8(name).length <= FILE_NAME_BYTES_MAX;
    if (!fits) throw new SealError("seal-file-name", name);
  }
}

/// The manifest of { fields: { name: text }, files: [{ name, type, bytes }] }: JSON in the one way of RFC 8785's texts, without blanks,
/// fields in the order of their names.
export async function manifest(bundle, nonce) {
  limits(bundle);
  const fields = Object.fromEntries(Object.keys(bundle.fields).sort().map((name) => [name, bundle.fields[name]]));
  const files = [];
  for (const { name, type, bytes } of bundle.files) files.push({ name, type, bytes: bytes.length, sha256: await sha256(bytes) });
  const written = utf8(JSON.stringify({ version: 1, fields, files, nonce: hex(nonce) }));
  if (written.length > MANIFEST_BYTES_MAX) throw new SealError("seal-too-large", "the manifest is too long");
  return written;
}

/// The bundle as the padded bytes that are encrypted.
export async function payload(bundle, nonce) {
  const about = await manifest(bundle, nonce);
  const length = bundle.files.reduce((sum, file) => sum + file.bytes.length, 4 + about.length);
  const size = SIZE_CLASSES.find((size) => size >= 4 + length);
  if (!size) throw new SealError("seal-too-large", `${length} bytes do not fit into ${SIZE_CLASSES.at(-1)}`);
  const padded = new Uint8Array(size);
  padded.set(joined(u32(length), u32(about.length), about));
  let at = 8 + about.length;
  for (const { bytes } of bundle.files) {
    padded.set(bytes, at);
    at += bytes.length;
  }
  return padded;
}

// --- envelope --------------------------------------------------------------

const bases = new Map();

// Tables of multiples, kept for the next envelope.
function base(encoding) {
  if (!bases.has(encoding)) {
    const point = Point.decode(unhex(encoding));
    if (!point || point.equals(Point.ZERO)) throw new SealError("seal-key", "the committee's key is no point of the group");
    bases.set(encoding, new Base(point));
  }
  return bases.get(encoding);
}

/// Makes the tables before they are needed: a page calls it while the form is being filled in.
export function prepare(key) {
  for (const encoding of [GENERATOR, SECOND, key]) base(encoding);
}

const random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes));

/// What chance gives to one envelope. Only tests and vectors give their own.
export function draw() {
  const scalar = () => {
    for (;;) {
      const drawn = scalarFromUniform(random(64));
      if (drawn !== 0n) return drawn;
    }
  };
  return { r: scalar(), s: scalar(), nonce: random(16) };
}

// The key and nonce of the content: bound to U and to the context.
async function contentKey(shared, u, context) {
  const ikm = await subtle().importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const info = joined(utf8("yilang-sealing/1 key\0"), await sha("SHA-256", context));
  const out = await subtle().deriveBits({ name: "HKDF", hash: "SHA-512", salt: u, info }, ikm, 8 * (KEY_BYTES + NONCE_BYTES));
  const key = await subtle().importKey("raw", out.slice(0, KEY_BYTES), "AES-GCM", false, ["encrypt"]);
  return { key, nonce: new Uint8Array(out, KEY_BYTES) };
}

/// Seals a bundle { fields, files } for a context; gives the envelope's bytes. `chance` is for vectors: { r, s, nonce }.
export async function seal(about, bundle, chance = draw()) {
  const context = contextBytes(about);
  const { r, s } = chance;
  if (r <= 0n || r >= ORDER || s <= 0n || s >= ORDER) throw new SealError("seal-random", "a scalar is out of range");
  const [g, second, key] = [base(GENERATOR), base(SECOND), base(about.key)];
  const [u, ub] = [g.times(r).encode(), second.times(r).encode()];
  const head = joined(utf8("YLSE"), new Uint8Array([1, 1]), u16(context.length), context, u, ub);
  const content = await contentKey(key.times(r).encode(), u, context);
  const padded = await payload(bundle, chance.nonce);
  const gcm = { name: "AES-GCM", iv: content.nonce, additionalData: head, tagLength: 8 * TAG_BYTES };
  const sealed = new Uint8Array(await subtle().encrypt(gcm, content.key, padded));
  const [w, wb] = [g.times(s).encode(), second.times(s).encode()];
  const e = await hashToScalar("envelope", head, w, wb, await sha("SHA-256", sealed));
  return joined(head, scalarEncode(e), scalarEncode(scalarSum(s, r, e)), u32(sealed.length), sealed);
}

/// The hash of an envelope, in hexadecimal: SHA-256 of its lid, which is the envelope with its content replaced by the content's
/// SHA-256. Receipts, the list of a round and its root use it.
export async function envelopeHash(envelope) {
  const content = HEAD_FIXED + envelope[6] * 256 + envelope[7] + 4 * POINT + 4;
  return sha256(joined(envelope.subarray(0, content), await sha("SHA-256", envelope.subarray(content))));
}

/// Takes an envelope apart and checks its proof. Gives { context, u, ub, sealed }, or throws `seal-envelope` for what is none and
/// `seal-proof` for one that nobody will open.
export async function check(bytes) {
  const wrong = (why) => new SealError("seal-envelope", why);
  const number = (at, width) => bytes.slice(at, at + width).reduce((sum, byte) => sum * 256 + byte, 0);
  if (bytes.length < HEAD_FIXED || !same(bytes.slice(0, 4), utf8("YLSE"))) throw wrong("it does not begin as one");
  if (bytes[4] !== 1 || bytes[5] !== 1) throw wrong("a version or suite unknown here");
  const contextLength = number(6, 2);
  const headLength = HEAD_FIXED + contextLength + 2 * POINT;
  const fixed = headLength + 2 * POINT + 4;
  if (bytes.length < fixed) throw wrong("it breaks off");
  const sealedLength = number(fixed - 4, 4);
  if (bytes.length !== fixed + sealedLength) throw wrong("it breaks off, or something follows");
  if (!SIZE_CLASSES.includes(sealedLength - TAG_BYTES)) throw wrong("its content has none of the sizes");
  const context = contextRead(bytes.slice(HEAD_FIXED, HEAD_FIXED + contextLength));
  const part = (index) => bytes.slice(headLength + (index - 2) * POINT, headLength + (index - 1) * POINT);
  const [u, ub] = [Point.decode(part(0)), Point.decode(part(1))];
  const [e, f] = [scalarDecode(part(2)), scalarDecode(part(3))];
  if (!u || !ub || u.equals(Point.ZERO) || ub.equals(Point.ZERO)) throw wrong("a point is none");
  if (e === null || f === null) throw wrong("a number is not in its range");
  const w = base(GENERATOR).times(f).add(new Base(u).times(e).negate());
  const wb = base(SECOND).times(f).add(new Base(ub).times(e).negate());
  const sealed = bytes.slice(fixed);
  const proof = await hashToScalar("envelope", bytes.slice(0, headLength), w.encode(), wb.encode(), await sha("SHA-256", sealed));
  if (proof !== e) throw new SealError("seal-proof", "its proof does not hold");
  return { context, u: part(0), ub: part(1), sealed };
}

/// A context as its parts, all of them text; only what contextBytes writes is one.
export function contextRead(bytes) {
  const names = ["origin", "round", "committee", "key", "rules", "closes", "sender"];
  try {
    const lines = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).split("\n");
    const parts = Object.fromEntries(names.map((name, index) => [name, (lines[index + 1] ?? "").slice(name.length + 1)]));
    const key = Point.decode(unhex(parts.key));
    if (same(contextBytes(parts), bytes) && key && !key.equals(Point.ZERO)) return parts;
  } catch (error) {
    if (!(error instanceof SealError) && !(error instanceof TypeError)) throw error;
  }
  throw new SealError("seal-envelope", "its context is none");
}
