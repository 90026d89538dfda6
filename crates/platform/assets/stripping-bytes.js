// Bytes, as the strippers read and write them.

/// Largest file that is taken, and largest content of an entry within one.
export const BYTES_MAX = 64 * 1024 * 1024;

/// Why a file is not taken. The page has a sentence in its language for each code.
export class StripError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/// Text of single bytes as bytes.
export const ascii = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export const begins = (bytes, with_) => bytes.length >= with_.length && with_.every((byte, index) => bytes[index] === byte);

export const u16 = (bytes, at) => bytes[at] * 256 + bytes[at + 1];
export const u32 = (bytes, at) => u16(bytes, at) * 65536 + u16(bytes, at + 2);
export const u16le = (bytes, at) => bytes[at] + bytes[at + 1] * 256;
export const u32le = (bytes, at) => u16le(bytes, at) + u16le(bytes, at + 2) * 65536;

export function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/// Where some bytes stand next, from a place on; -1 for nowhere.
export function find(bytes, what, from = 0) {
  for (let at = bytes.indexOf(what[0], from); at >= 0; at = bytes.indexOf(what[0], at + 1)) {
    if (begins(bytes.subarray(at, at + what.length), what)) return at;
  }
  return -1;
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/// CRC-32 as PNG and ZIP use it.
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC[(value ^ byte) & 255];
  return (value ^ 0xffffffff) >>> 0;
}
