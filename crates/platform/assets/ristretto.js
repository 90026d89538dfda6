// The group ristretto255 (RFC 9496) in BigInt: decoding with all its checks, encoding, the one-way map, sums, multiples.
//
// BigInt arithmetic takes a time that depends on the numbers. That would matter if somebody could time many uses of one secret.
// Here every secret scalar is drawn for one envelope, is used once on the sender's own machine, and no answer tells the time it took.

const P = 2n ** 255n - 19n;
/// The group's order.
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

// Constants of RFC 9496, section 4.1.
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SQRT_M1 = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;
const SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235n;
const INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578n;
const ONE_MINUS_D_SQ = 1159843021668779879193775521855586647937357759715417654439879720876111806838n;
const D_MINUS_ONE_SQ = 40440834346308536858101042469323190826248399146238708352240133220865137265952n;
const D2 = (2n * D) % P;

// Products may be negative in between (a remainder has the sign of what is divided); comparing and encoding make them canonical.
const mul = (a, b) => (a * b) % P;
const sqr = (a) => (a * a) % P;
const canonical = (a) => {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
};
const negative = (a) => (canonical(a) & 1n) === 1n;
const abs = (a) => (negative(a) ? canonical(-a) : canonical(a));
const same = (a, b) => canonical(a - b) === 0n;

function squared(a, times) {
  let out = a;
  for (let i = 0; i < times; i += 1) out = sqr(out);
  return out;
}

// a^(2^252 - 3), the exponent (p - 5) / 8, by runs of ones: 5, 10, 20, 50, 100, 200, 250 of them.
function powerOfRoot(a) {
  const ones2 = mul(sqr(a), a);
  const ones4 = mul(squared(ones2, 2), ones2);
  const ones5 = mul(sqr(ones4), a);
  const ones10 = mul(squared(ones5, 5), ones5);
  const ones20 = mul(squared(ones10, 10), ones10);
  const ones40 = mul(squared(ones20, 20), ones20);
  const ones50 = mul(squared(ones40, 10), ones10);
  const ones100 = mul(squared(ones50, 50), ones50);
  const ones200 = mul(squared(ones100, 100), ones100);
  const ones250 = mul(squared(ones200, 50), ones50);
  return mul(squared(ones250, 2), a);
}

// SQRT_RATIO_M1 of section 4.2: whether u/v is a square, and the non-negative root of u/v or of SQRT_M1·u/v.
function rootOfRatio(u, v) {
  const v3 = mul(sqr(v), v);
  const v7 = mul(sqr(v3), v);
  const root = mul(mul(u, v3), powerOfRoot(mul(u, v7)));
  const check = mul(v, sqr(root));
  const correct = same(check, u);
  const flipped = same(check, -u);
  const flippedI = same(check, mul(-u, SQRT_M1));
  return [correct || flipped, abs(flipped || flippedI ? mul(root, SQRT_M1) : root)];
}

function little(bytes) {
  let hex = "";
  for (let i = bytes.length - 1; i >= 0; i -= 1) hex += bytes[i].toString(16).padStart(2, "0");
  return BigInt(`0x${hex}`);
}

function bytesOf(number) {
  const out = new Uint8Array(32);
  let hex = number.toString(16);
  hex = hex.padStart(64, "0");
  for (let i = 0; i < 32; i += 1) out[31 - i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/// A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z.
export class Point {
  constructor(x, y, z, t) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.t = t;
  }

  static ZERO = new Point(0n, 1n, 1n, 0n);

  /// The point that 32 bytes stand for, or null where they are no canonical encoding of any (section 4.3.1).
  static decode(bytes) {
    if (bytes.length !== 32) return null;
    const s = little(bytes);
    if (s >= P || negative(s)) return null;
    const ss = sqr(s);
    const u1 = 1n - ss;
    const u2 = 1n + ss;
    const u2Squared = sqr(u2);
    const v = (-mul(D, sqr(u1)) - u2Squared) % P;
    const [square, root] = rootOfRatio(1n, mul(v, u2Squared));
    const denX = mul(root, u2);
    const denY = mul(mul(root, denX), v);
    const x = abs(mul(2n * s, denX));
    const y = canonical(mul(u1, denY));
    const t = canonical(mul(x, y));
    return !square || negative(t) || y === 0n ? null : new Point(x, y, 1n, t);
  }

  /// The one encoding of this element (section 4.3.2).
  encode() {
    const { x, y, z, t } = this;
    const u1 = mul(z + y, z - y);
    const u2 = mul(x, y);
    const [, root] = rootOfRatio(1n, mul(u1, sqr(u2)));
    const den1 = mul(root, u1);
    const den2 = mul(root, u2);
    const inverse = mul(mul(den1, den2), t);
    const rotate = negative(mul(t, inverse));
    const x1 = rotate ? mul(y, SQRT_M1) : x;
    let y1 = rotate ? mul(x, SQRT_M1) : y;
    const den = rotate ? mul(den1, INVSQRT_A_MINUS_D) : den2;
    if (negative(mul(x1, inverse))) y1 = -y1;
    return bytesOf(abs(mul(den, z - y1)));
  }

  /// The element that 64 uniform bytes are mapped to (section 4.3.4).
  static fromUniform(bytes) {
    const half = (from) => little(bytes.subarray(from, from + 32)) & (2n ** 255n - 1n);
    return map(half(0)).add(map(half(32)));
  }

  add(other) {
    const a = mul(this.y - this.x, other.y - other.x);
    const b = mul(this.y + this.x, other.y + other.x);
    const c = mul(mul(this.t, D2), other.t);
    const d = mul(2n * this.z, other.z);
    const [e, f, g, h] = [b - a, d - c, d + c, b + a];
    return new Point(mul(e, f), mul(g, h), mul(f, g), mul(e, h));
  }

  double() {
    const a = sqr(this.x);
    const b = sqr(this.y);
    const h = a + b;
    const e = h - sqr(this.x + this.y);
    const g = a - b;
    const f = 2n * sqr(this.z) + g;
    return new Point(mul(e, f), mul(g, h), mul(f, g), mul(e, h));
  }

  negate() {
    return new Point(-this.x, this.y, this.z, -this.t);
  }

  /// Equal as group elements (section 4.3.3).
  equals(other) {
    return same(this.x * other.y, this.y * other.x) || same(this.y * other.y, this.x * other.x);
  }
}

// MAP of section 4.3.4.
function map(t) {
  const r = mul(SQRT_M1, sqr(t));
  const u = mul(r + 1n, ONE_MINUS_D_SQ);
  const v = mul(-1n - mul(r, D), r + D);
  const [square, root] = rootOfRatio(u, v);
  const s = square ? root : -abs(mul(root, t));
  const c = square ? -1n : r;
  const n = (mul(mul(c, r - 1n), D_MINUS_ONE_SQ) - v) % P;
  const w0 = mul(2n * s, v);
  const w1 = mul(n, SQRT_AD_MINUS_ONE);
  const w2 = 1n - sqr(s);
  const w3 = 1n + sqr(s);
  return new Point(mul(w0, w3), mul(w2, w1), mul(w1, w3), mul(w0, w2));
}

const DIGITS = 64;

/// A point whose multiples are wanted: its 16^i-fold are made once, after which a multiple takes fewer than a hundred sums.
export class Base {
  constructor(point) {
    this.point = point;
    this.powers = [point];
    for (let i = 1; i < DIGITS; i += 1) this.powers.push(this.powers[i - 1].double().double().double().double());
  }

  /// The scalar's multiple. Yao's method: powers with the same hexadecimal digit are summed first, then weighed by the digit.
  times(scalar) {
    const sums = new Array(16).fill(Point.ZERO);
    let rest = scalar;
    for (let i = 0; rest > 0n; i += 1, rest >>= 4n) {
      const digit = Number(rest & 15n);
      if (digit > 0) sums[digit] = sums[digit].add(this.powers[i]);
    }
    let above = Point.ZERO;
    let total = Point.ZERO;
    for (let digit = 15; digit > 0; digit -= 1) {
      above = above.add(sums[digit]);
      total = total.add(above);
    }
    return total;
  }
}

/// A scalar from 32 bytes, or null where they are not its one encoding (below the order).
export function scalarDecode(bytes) {
  const scalar = bytes.length === 32 ? little(bytes) : ORDER;
  return scalar < ORDER ? scalar : null;
}

/// A scalar as 32 bytes, little-endian.
export const scalarEncode = bytesOf;

/// Uniform bytes (64 of them) as a scalar.
export const scalarFromUniform = (bytes) => little(bytes) % ORDER;

/// Sum of a scalar and a product of two.
export const scalarSum = (a, b, c) => (a + b * c) % ORDER;
