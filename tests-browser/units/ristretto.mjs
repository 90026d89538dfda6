// The group in BigInt against the vectors of RFC 9496 and the definitions of its constants.
import assert from 'node:assert/strict';
import test from 'node:test';
import { asset, hex, json, unhex } from '../lib/modules.mjs';

const vectors = json('tests-browser', 'units', 'data', 'rfc9496.json');
const { Base, ORDER, Point, scalarDecode, scalarEncode, scalarFromUniform, scalarSum } = await asset('ristretto.js');
const generator = Point.decode(unhex(vectors.multiples[1]));

test('multiples of the generator, by sums and by scalars (RFC 9496, A.1)', () => {
  const base = new Base(generator);
  let sum = Point.ZERO;
  for (const [index, expected] of vectors.multiples.entries()) {
    assert.equal(hex(sum.encode()), expected);
    assert.equal(hex(base.times(BigInt(index)).encode()), expected);
    assert.ok(Point.decode(unhex(expected)).equals(sum));
    assert.equal(hex(Point.decode(unhex(expected)).encode()), expected);
    sum = sum.add(generator);
  }
});

test('encodings that are none are refused (RFC 9496, A.2)', () => {
  for (const encoding of vectors.refused) assert.equal(Point.decode(unhex(encoding)), null, encoding);
  for (const length of [0, 31, 33]) assert.equal(Point.decode(new Uint8Array(length)), null);
});

test('the one-way map (RFC 9496, A.3)', () => {
  for (const [uniform, expected] of vectors.mapped) assert.equal(hex(Point.fromUniform(unhex(uniform)).encode()), expected);
});

test('the group has its order, sums commute, doubling is a sum', () => {
  const base = new Base(generator);
  assert.equal(hex(base.times(ORDER).encode()), vectors.multiples[0]);
  assert.ok(base.times(ORDER - 1n).equals(generator.negate()));
  for (let round = 0; round < 20; round += 1) {
    const [a, b] = [0, 1].map(() => scalarFromUniform(crypto.getRandomValues(new Uint8Array(64))));
    const [p, q] = [base.times(a), base.times(b)];
    assert.ok(p.add(q).equals(q.add(p)));
    assert.ok(p.add(q).equals(base.times((a + b) % ORDER)));
    assert.ok(p.double().equals(p.add(p)));
    assert.ok(p.add(p.negate()).equals(Point.ZERO));
    assert.ok(new Base(p).times(b).equals(new Base(q).times(a)));
    assert.equal(hex(Point.decode(p.encode()).encode()), hex(p.encode()));
  }
});

test('scalars have one encoding', () => {
  assert.equal(scalarDecode(scalarEncode(ORDER - 1n)), ORDER - 1n);
  assert.equal(scalarDecode(scalarEncode(ORDER)), null);
  assert.equal(scalarDecode(new Uint8Array(31)), null);
  assert.equal(scalarFromUniform(new Uint8Array(64).fill(255)), (2n ** 512n - 1n) % ORDER);
  assert.equal(scalarSum(ORDER - 1n, 1n, 1n), 0n);
});
