// Envelopes made by the browser's module: opened here by other code (node:crypto), and held against the shared vectors.
import assert from 'node:assert/strict';
import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import test from 'node:test';
import { asset, hex, json, unhex } from '../lib/modules.mjs';

const { Base, Point, scalarDecode, scalarFromUniform } = await asset('ristretto.js');
const sealing = await asset('sealing.js');
const { check, contextBytes, contextRead, draw, envelopeHash, manifest, payload, seal, SIZE_CLASSES } = sealing;

const generator = Point.decode(unhex('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76'));
const secret = scalarFromUniform(crypto.getRandomValues(new Uint8Array(64)));
const key = hex(new Base(generator).times(secret).encode());
const about = { origin: 'example.org/log', round: 'r1', committee: 'c1', key, rules: '00'.repeat(32), closes: 1_800_000_000_000, sender: '示例甲' };
const text = (content) => new TextEncoder().encode(content);
const bundle = {
  fields: { price_fen: '12345', name: '示例“报价”\n第二行\t\u{1}\u{7f}\u{2028}/\\', 'a-1': '\u{10000}', 'a.1': '', a_1: '<&>' },
  files: [{ name: '方案.txt', type: 'text/plain', bytes: text('方案正文') }, { name: 'empty.txt', type: 'text/plain', bytes: text('') }],
};
const refused = (code) => (error) => error.code === code;

// Opens with the whole secret, by a library that is not the browser's.
async function open(envelope) {
  const { u, sealed } = await check(envelope);
  const shared = new Base(Point.decode(u)).times(secret).encode();
  const contextLength = envelope[6] * 256 + envelope[7];
  const head = envelope.slice(0, 8 + contextLength + 64);
  const info = Buffer.concat([Buffer.from('yilang-sealing/1 key\0'), createHash('sha256').update(envelope.slice(8, 8 + contextLength)).digest()]);
  const out = Buffer.from(hkdfSync('sha512', shared, u, info, 44));
  const cipher = createDecipheriv('aes-256-gcm', out.subarray(0, 32), out.subarray(32)).setAAD(head).setAuthTag(sealed.slice(-16));
  const padded = Buffer.concat([cipher.update(sealed.slice(0, -16)), cipher.final()]);
  const length = padded.readUInt32BE(0);
  assert.ok(padded.subarray(4 + length).every((byte) => byte === 0));
  const about = padded.readUInt32BE(4);
  return { padded, manifest: padded.subarray(8, 8 + about).toString('utf8'), files: padded.subarray(8 + about, 4 + length) };
}

const vectors = json('crates', 'sealing', 'vectors', 'format-1.json');

for (const vector of vectors.envelopes) {
  test(`${vector.name}: the same envelope as the crate makes, byte for byte`, async () => {
    const [r, s] = [vector.r, vector.s].map((scalar) => scalarDecode(unhex(scalar)));
    const files = vector.files.map(({ name, type, content }) => ({ name, type, bytes: unhex(content) }));
    const bundle = { fields: vector.fields, files };
    const context = contextRead(text(vector.context));
    assert.equal(new TextDecoder().decode(await manifest(bundle, unhex(vector.nonce))), vector.manifest);
    const envelope = await seal(context, bundle, { r, s, nonce: unhex(vector.nonce) });
    assert.equal(hex(envelope), vector.envelope);
    assert.equal(await envelopeHash(envelope), vector.hash);
    assert.equal(createHash('sha256').update(unhex(vector.lid)).digest('hex'), vector.hash);
    assert.deepEqual((await check(envelope)).context, context);
  });
}

for (const { name, code, envelope } of vectors.refused_envelopes) {
  test(`${name}: refused here as by the crate`, async () => {
    await assert.rejects(check(unhex(envelope)), refused(code === 'envelope-proof' ? 'seal-proof' : 'seal-envelope'));
  });
}

test('what only opening shows to be wrong passes the check', async () => {
  for (const { envelope } of vectors.unopenable) await check(unhex(envelope));
});

test('the second generator is the map of its name', () => {
  const uniform = createHash('sha512').update('yilang-sealing/1 second generator').digest();
  const second = hex(Point.fromUniform(new Uint8Array(uniform)).encode());
  assert.equal(second, 'b4f2773c98d195cf0ba83d163c978f8d34e94eebdf6ff042816807996fb7b272');
  assert.equal(second, vectors.second_generator);
});

test('an envelope opens to what was sealed, and only its size class shows', async () => {
  const envelope = await seal(about, bundle);
  const { padded, manifest, files } = await open(envelope);
  assert.equal(padded.length, 1024);
  const read = JSON.parse(manifest);
  assert.deepEqual(read.fields, bundle.fields);
  assert.equal(files.toString('utf8'), '方案正文');
  assert.equal(read.files[0].sha256, createHash('sha256').update('方案正文').digest('hex'));
  const { context } = await check(envelope);
  assert.deepEqual(context, { ...about, closes: String(about.closes) });
});

test('the manifest is written in one way', async () => {
  const bytes = await manifest({ ...bundle, files: [] }, new Uint8Array(16));
  const fields = '{"a-1":"\u{10000}","a.1":"","a_1":"<&>","name":"示例“报价”\\n第二行\\t\\u0001\u{7f}\u{2028}/\\\\","price_fen":"12345"}';
  assert.equal(new TextDecoder().decode(bytes), `{"version":1,"fields":${fields},"files":[],"nonce":"${'00'.repeat(16)}"}`);
});

test('equal bundles never make equal envelopes or contents', async () => {
  const [one, two] = [await seal(about, bundle), await seal(about, bundle)];
  assert.notEqual(hex(one), hex(two));
  assert.notEqual((await open(one)).manifest, (await open(two)).manifest);
});

test('every changed byte is noticed', async () => {
  const envelope = await seal(about, { fields: { a: 'b' }, files: [] });
  const fixed = envelope.length - 1024 - 16;
  for (let at = 0; at < envelope.length; at += at < fixed ? 1 : 97) {
    const mauled = envelope.slice();
    mauled[at] ^= 1 << (at % 8);
    await assert.rejects(check(mauled), (error) => ['seal-envelope', 'seal-proof'].includes(error.code), `byte ${at}`);
  }
  await assert.rejects(check(envelope.slice(0, -1)), refused('seal-envelope'));
  await assert.rejects(check(new Uint8Array([...envelope, 0])), refused('seal-envelope'));
  await assert.rejects(check(text('%PDF-1.7')), refused('seal-envelope'));
  await assert.rejects(check(new Uint8Array()), refused('seal-envelope'));
});

test('size classes: as small as fits, and no larger than the largest', async () => {
  const nonce = new Uint8Array(16);
  const empty = { fields: {}, files: [] };
  const fixed = 8 + (await manifest(empty, nonce)).length;
  const sized = async (bytes) => {
    const file = { name: 'f', type: 'text/plain', bytes: new Uint8Array(bytes) };
    return (await payload({ fields: {}, files: [file] }, nonce)).length;
  };
  assert.equal((await payload(empty, nonce)).length, 1024);
  const about = (await manifest({ fields: {}, files: [{ name: 'f', type: 'text/plain', bytes: new Uint8Array(3000) }] }, nonce)).length;
  assert.equal(await sized(4096 - 8 - about), 4096);
  assert.equal(await sized(4096 - 7 - about), 16384);
  assert.ok(fixed < 1024);
  await assert.rejects(sized(SIZE_CLASSES.at(-1)), refused('seal-too-large'));
});

test('what cannot be sealed is refused with a code', async () => {
  for (const [part, value, code] of [
    ['key', 'zz', 'seal-key'],
    ['key', '00'.repeat(32), 'seal-key'],
    ['key', 'ff'.repeat(32), 'seal-key'],
    ['key', 'A'.repeat(64), 'seal-key'],
    ['rules', '12', 'seal-context'],
    ['round', '', 'seal-context'],
    ['round', 'a\nsender b', 'seal-context'],
    ['sender', '\ud800', 'seal-context'],
    ['origin', undefined, 'seal-context'],
    ['closes', -1, 'seal-context'],
    ['closes', 1.5, 'seal-context'],
    ['sender', '长'.repeat(400), 'seal-context'],
  ]) {
    await assert.rejects(seal({ ...about, [part]: value }, bundle), refused(code), `${part} ${value}`);
  }
  const file = (name) => ({ name, type: 'text/plain', bytes: text('a') });
  for (const [fields, files, code] of [
    [{ a: '\udc00' }, [], 'seal-text'],
    [{ a: 'x'.repeat(65_537) }, [], 'seal-text'],
    [{ 1: 'x' }, [], 'seal-text'],
    [{}, [file('a/b')], 'seal-file-name'],
    [{}, [file('..')], 'seal-file-name'],
    [{}, [file('')], 'seal-file-name'],
    [{}, [file('长'.repeat(86))], 'seal-file-name'],
    [{}, Array.from({ length: 65 }, () => file('a')), 'seal-too-large'],
    [Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`a${index}`, ''])), [], 'seal-too-large'],
    [Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, 'x'.repeat(65_536)])), [], 'seal-too-large'],
  ]) {
    await assert.rejects(seal(about, { fields, files }), refused(code));
  }
  await assert.rejects(seal(about, bundle, { ...draw(), r: 0n }), refused('seal-random'));
});

test('a context is read only as it is written', () => {
  const bytes = contextBytes(about);
  assert.deepEqual(contextRead(bytes), { ...about, closes: String(about.closes) });
  const written = new TextDecoder().decode(bytes);
  const changes = [written + '\n', written.replace('origin', 'Origin'), written.replaceAll('\n', '\r\n'), '\ufeff' + written, ''];
  for (const changed of [...changes, written.replace('closes 1', 'closes 01')]) {
    assert.throws(() => contextRead(text(changed)), refused('seal-envelope'), JSON.stringify(changed));
  }
});
