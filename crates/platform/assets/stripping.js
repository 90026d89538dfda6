// Takes out of a file what tells who made it, when and where, before it is sealed. What a file is, its content says, not its name.
// The crate `stripping` makes the same bytes from the same input and gives the same codes; what both leave in is written there.
import { stripOffice } from "./stripping-office.js";
import { stripPdf } from "./stripping-pdf.js";
import { BYTES_MAX, StripError, ascii, begins, crc32, joined, u16, u32 } from "./stripping-bytes.js";

/// Strips a file: { type, bytes }, or a StripError with its code.
export async function strip(bytes) {
  if (bytes.length > BYTES_MAX) throw new StripError("strip-too-large");
  if (bytes.length === 0) throw new StripError("strip-type");
  if (begins(bytes, JPEG)) return { type: "image/jpeg", bytes: stripJpeg(bytes) };
  if (begins(bytes, PNG)) return { type: "image/png", bytes: stripPng(bytes) };
  if (begins(bytes, ascii("%PDF-"))) return { type: "application/pdf", bytes: stripPdf(bytes) };
  if (begins(bytes, ascii("PK\x03\x04"))) return stripOffice(bytes, stripPicture);
  if (isText(bytes)) return { type: "text/plain", bytes };
  throw new StripError("strip-type");
}

// Pictures within documents: stripped where they are of a kind that we know, else null.
function stripPicture(bytes) {
  if (begins(bytes, JPEG)) return stripJpeg(bytes);
  return begins(bytes, PNG) ? stripPng(bytes) : null;
}

// UTF-8 without control characters other than tab and line ends.
function isText(bytes) {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) return false;
  }
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

// --- JPEG (ITU-T T.81, JFIF, ICC.1 annex B.4) --------------------------------

const JPEG = new Uint8Array([0xff, 0xd8, 0xff]);
const [SOI, EOI, SOS, APP0, COM] = [0xd8, 0xd9, 0xda, 0xe0, 0xfe];

function stripJpeg(bytes) {
  const broken = () => new StripError("strip-broken");
  const out = [bytes.subarray(0, 2)];
  let at = 2;
  let scanned = false;
  for (;;) {
    if (bytes[at] !== 0xff) throw broken();
    while (bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (marker === EOI) break;
    if (marker === undefined || marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= SOI)) throw broken();
    const length = u16(bytes, at + 2);
    if (!(length >= 2) || at + 2 + length > bytes.length) throw broken();
    const kept = segment(marker, bytes.subarray(at + 4, at + 2 + length));
    if (kept) out.push(new Uint8Array([0xff, marker, (kept.length + 2) >> 8, (kept.length + 2) & 255]), kept);
    at += 2 + length;
    if (marker !== SOS) continue;
    scanned = true;
    // The scan itself: up to the next marker that is neither a stuffed byte nor a restart.
    const from = at;
    while (at < bytes.length && (bytes[at] !== 0xff || bytes[at + 1] === 0 || (bytes[at + 1] >= 0xd0 && bytes[at + 1] < SOI))) at += 1;
    if (at >= bytes.length) throw broken();
    out.push(bytes.subarray(from, at));
  }
  if (!scanned) throw broken();
  // Whatever follows the end (further pictures, other formats) is left out.
  return joined(...out, new Uint8Array([0xff, EOI]));
}

// What stays of a segment; null for nothing.
function segment(marker, content) {
  const named = (name) => begins(content, ascii(name));
  if (marker === COM) return null;
  if (marker < APP0 || marker > 0xef) return content;
  // Density only: the thumbnail of JFIF goes.
  if (marker === APP0 && named("JFIF\0") && content.length >= 14) return joined(content.subarray(0, 12), new Uint8Array(2));
  if (marker === 0xe2 && named("ICC_PROFILE\0")) return content;
  if (marker === 0xee && named("Adobe") && content.length >= 12) return content.subarray(0, 12);
  if (marker === 0xe1 && named("Exif\0\0")) return turned(content.subarray(6));
  return null;
}

// A picture that its camera has stored lying on its side must not be shown so: of EXIF, the orientation alone stays.
function turned(tiff) {
  const little = begins(tiff, ascii("II*\0"));
  if (!little && !begins(tiff, ascii("MM\0*"))) return null;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const directory = tiff.length >= 8 ? view.getUint32(4, little) : tiff.length;
  if (directory + 2 > tiff.length) return null;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i += 1) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > tiff.length) return null;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const orientation = view.getUint16(at + 8, little);
    const usual = view.getUint16(at + 2, little) === 3 && orientation >= 2 && orientation <= 8;
    return usual ? joined(ascii("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"), new Uint8Array([orientation, 0, 0, 0, 0, 0, 0])) : null;
  }
  return null;
}

// --- PNG (W3C PNG, third edition) --------------------------------------------

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
// What a decoder needs to show the picture; all else goes, known or not.
const CHUNKS = "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs sPLT acTL fcTL fdAT".split(" ");

function stripPng(bytes) {
  const broken = () => new StripError("strip-broken");
  const out = [bytes.subarray(0, 8)];
  let at = 8;
  let data = false;
  for (let index = 0; ; index += 1) {
    if (at + 12 > bytes.length) throw broken();
    const length = u32(bytes, at);
    const end = at + 12 + length;
    if (length > 0x7fffffff || end > bytes.length) throw broken();
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== u32(bytes, end - 4) || (name === "IHDR") !== (index === 0)) throw broken();
    if (CHUNKS.includes(name)) out.push(bytes.subarray(at, end));
    else if ((bytes[at + 4] & 0x20) === 0) throw broken();
    data ||= name === "IDAT";
    at = end;
    if (name === "IEND") break;
  }
  if (!data) throw broken();
  return joined(...out);
}

