// Office Open XML (ECMA-376): the package, a ZIP, is written anew entry by entry. What says who and when is replaced by what says
// nothing; pictures and documents within are stripped themselves; all else is copied as it lies, compressed or not.
import { BYTES_MAX, StripError, ascii, begins, crc32, find, joined, u16le, u32le } from "./stripping-bytes.js";

const ENTRIES_MAX = 4096;
const NAME_BYTES_MAX = 255;
/// What all entries may come to when they are unpacked.
const UNPACKED_BYTES_MAX = 512 * 1024 * 1024;
/// A document within a document within a document is the last.
const DEPTH_MAX = 2;

const [LOCAL, CENTRAL, END] = ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06"].map(ascii);
const [STORED, DEFLATED] = [0, 8];
const UTF8_FLAG = 0x0800;
// Encrypted in one of three ways.
const ENCRYPTED_FLAGS = 0x2041;
// 1 January 1980, the earliest day that a ZIP can name.
const DAY_ZERO = 0x0021;

const PACKAGE = "application/vnd.openxmlformats-officedocument.";
const MAINS = [
  ["word/document.xml", `${PACKAGE}wordprocessingml.document`],
  ["xl/workbook.xml", `${PACKAGE}spreadsheetml.sheet`],
  ["ppt/presentation.xml", `${PACKAGE}presentationml.presentation`],
];

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const CORE = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>';
const REPLACED = new Map([
  ["docprops/core.xml", CORE],
  ["docprops/app.xml", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'],
  ["docprops/custom.xml", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'],
  ["docmetadata/labelinfo.xml", '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"/>'],
  ["word/people.xml", '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/>'],
  ["xl/persons/person.xml", '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"/>'],
  ["ppt/commentauthors.xml", '<p:cmAuthorLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"/>'],
  ["ppt/authors.xml", '<p188:authorLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main"/>'],
]);
// Comments and kept revisions name who wrote them, in many places at once.
const REMARKS = [/^word\/comments[^/]*\.xml$/, /^xl\/comments/, /^xl\/threadedcomments\//, /^xl\/revisions\//, /^ppt\/comments\//];
const MACROS = [/vbaproject\.bin$/, /vbadata\.xml$/, /^xl\/macrosheets\//];
const PICTURES = [/^(word|xl|ppt)\/media\/[^/]*\.(jpg|jpeg|png)$/, /^docprops\/thumbnail\.(jpg|jpeg|png)$/];
const DOCUMENTS = /^(word|xl|ppt)\/embeddings\/[^/]*\.(docx|xlsx|pptx)$/;
const TEXTS = /^word\/[^/]*\.xml$/;

const broken = () => new StripError("strip-broken");
const any = (patterns, text) => patterns.some((pattern) => pattern.test(text));

/// Strips a package; `picture` strips a picture within it.
export async function stripOffice(bytes, picture, depth = 0) {
  if (depth > DEPTH_MAX) throw new StripError("strip-nested");
  const entries = directory(bytes);
  const names = new Set(entries.map((entry) => entry.name.toLowerCase()));
  if (names.size !== entries.length) throw broken();
  const kinds = MAINS.filter(([main]) => names.has(main));
  if (kinds.length !== 1 || !names.has("[content_types].xml")) throw new StripError("strip-type");
  if ([...names].some((name) => any(MACROS, name))) throw new StripError("strip-macro");
  if ([...names].some((name) => any(REMARKS, name))) throw new StripError("strip-remarks");
  const written = [];
  for (const entry of entries.filter((entry) => !entry.name.endsWith("/"))) {
    const content = await replacement(bytes, entry, picture, depth);
    written.push(content ? stored(entry, content) : copied(entry, bytes));
  }
  const out = packed(written);
  return depth === 0 ? { type: kinds[0][1], bytes: out } : out;
}

// The entries as the directory at the end has them, each held against its own head.
function directory(bytes) {
  const end = endRecord(bytes);
  const [count, size, start] = [u16le(bytes, end + 10), u32le(bytes, end + 12), u32le(bytes, end + 16)];
  if (count > ENTRIES_MAX) throw new StripError("strip-bomb");
  if (u32le(bytes, end + 4) !== 0 || u16le(bytes, end + 8) !== count || start + size !== end) throw broken();
  const entries = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || !begins(bytes.subarray(at), CENTRAL)) throw broken();
    const lengths = [28, 30, 32].map((field) => u16le(bytes, at + field));
    entries.push(entryRead(bytes, at, lengths[0], start));
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  if (at !== end) throw broken();
  // Every byte belongs to one entry at most, and the first begins the file.
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.head - b.head)) {
    if (free === 0 && entry.head !== 0) throw new StripError("strip-mixed");
    if (entry.head < free) throw new StripError("strip-bomb");
    free = entry.to;
  }
  if (entries.reduce((sum, entry) => sum + entry.unpacked, 0) > UNPACKED_BYTES_MAX) throw new StripError("strip-bomb");
  return entries;
}

function endRecord(bytes) {
  for (let at = bytes.length - 22; at >= 0 && at >= bytes.length - 22 - 0xffff; at -= 1) {
    if (begins(bytes.subarray(at, at + 4), END) && at + 22 + u16le(bytes, at + 20) === bytes.length) return at;
  }
  throw broken();
}

function entryRead(bytes, at, nameLength, limit) {
  const [flags, method] = [u16le(bytes, at + 8), u16le(bytes, at + 10)];
  const [crc, size, unpacked, head] = [16, 20, 24, 42].map((field) => u32le(bytes, at + field));
  const name = bytes.subarray(at + 46, at + 46 + nameLength);
  if ((flags & ENCRYPTED_FLAGS) !== 0) throw new StripError("strip-encrypted");
  if (!fitsName(name) || (method !== STORED && method !== DEFLATED) || (method === STORED && size !== unpacked)) throw broken();
  if (head + 30 > limit || !begins(bytes.subarray(head), LOCAL)) throw broken();
  const from = head + 30 + u16le(bytes, head + 26) + u16le(bytes, head + 28);
  const sameName = u16le(bytes, head + 26) === nameLength && begins(bytes.subarray(head + 30), name);
  if (!sameName || from + size > limit) throw broken();
  return { name: String.fromCharCode(...name), rawName: name, flags, method, crc, unpacked, head, from, to: from + size };
}

// A path within the package, as bytes.
function fitsName(name) {
  const text = String.fromCharCode(...name.subarray(0, NAME_BYTES_MAX));
  const odd = name.some((byte) => byte < 32 || byte === 127 || byte === 0x5c);
  return name.length > 0 && name.length <= NAME_BYTES_MAX && !odd && !text.startsWith("/") && !text.split("/").some((part) => part === "." || part === "..");
}

// What stands in the place of an entry; null where it is copied.
async function replacement(bytes, entry, picture, depth) {
  const name = entry.name.toLowerCase();
  const fixed = REPLACED.get(name) ?? (name.endsWith(".psmdcp") ? CORE : undefined);
  if (fixed) return ascii(XML + fixed);
  const plain = () => unpacked(bytes, entry);
  if (any(PICTURES, name)) return picture(await plain());
  if (DOCUMENTS.test(name)) return stripOffice(await plain(), picture, depth + 1);
  if (name === "xl/workbook.xml") return withoutPath(await plain());
  if (TEXTS.test(name) && find(await plain(), ascii('w:author="')) >= 0) throw new StripError("strip-remarks");
  return null;
}

// Excel writes down in which folder of which computer a workbook lay.
function withoutPath(xml) {
  const element = find(xml, ascii("absPath "));
  const from = element < 0 ? -1 : find(xml, ascii('url="'), element);
  const to = from < 0 ? -1 : xml.indexOf(0x22, from + 5);
  return to < 0 ? null : joined(xml.subarray(0, from + 5), xml.subarray(to));
}

async function unpacked(bytes, entry) {
  const raw = bytes.subarray(entry.from, entry.to);
  if (entry.unpacked > BYTES_MAX) throw new StripError("strip-bomb");
  const plain = entry.method === STORED ? raw : await inflated(raw, entry.unpacked);
  if (crc32(plain) !== entry.crc) throw broken();
  return plain;
}

// Unpacks no more than what the directory promises.
async function inflated(raw, length) {
  const out = new Uint8Array(length);
  const reader = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let at = 0;
  for (;;) {
    const { value, done } = await reader.read().catch(() => { throw broken(); });
    if (done) break;
    if (at + value.length > length) {
      reader.cancel().catch(() => {});
      throw broken();
    }
    out.set(value, at);
    at += value.length;
  }
  if (at !== length) throw broken();
  return out;
}

const copied = (entry, bytes) => ({ ...entry, data: bytes.subarray(entry.from, entry.to) });
const stored = (entry, data) => ({ ...entry, data, method: STORED, crc: crc32(data), unpacked: data.length });

// --- writing -----------------------------------------------------------------

const le = (width, ...numbers) => {
  const out = new Uint8Array(width * numbers.length);
  numbers.forEach((number, index) => { for (let i = 0; i < width; i += 1) out[width * index + i] = (number / 2 ** (8 * i)) & 255; });
  return out;
};

// What local and central heads share: flags, method, no time, checks and sizes, length of the name, no extras.
function fields({ rawName, flags, method, crc, data, unpacked }) {
  return joined(le(2, 20, flags & UTF8_FLAG, method, 0, DAY_ZERO), le(4, crc, data.length, unpacked), le(2, rawName.length, 0));
}

function packed(entries) {
  const locals = [];
  const centrals = [];
  let at = 0;
  for (const entry of entries) {
    const about = fields(entry);
    locals.push(LOCAL, about, entry.rawName, entry.data);
    centrals.push(CENTRAL, le(2, 20), about, le(2, 0, 0, 0), le(4, 0, at), entry.rawName);
    at += 30 + entry.rawName.length + entry.data.length;
  }
  const central = joined(...centrals);
  return joined(...locals, central, END, le(2, 0, 0, entries.length, entries.length), le(4, central.length, at), le(2, 0));
}
