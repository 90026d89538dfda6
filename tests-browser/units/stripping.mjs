// The browser's stripper against the vectors that the crate `stripping` is held against too.
import assert from 'node:assert/strict';
import test from 'node:test';
import { asset, hex, json, unhex } from '../lib/modules.mjs';

const { strip } = await asset('stripping.js');
const vectors = json('crates', 'stripping', 'vectors', 'stripping-1.json');

for (const { name, type, given, stripped } of vectors.stripped) {
  test(`${name}: stripped, and once more the same`, async () => {
    const out = await strip(unhex(given));
    assert.equal(out.type, type);
    assert.equal(hex(out.bytes), stripped);
    assert.equal(hex((await strip(out.bytes)).bytes), stripped);
  });
}

for (const { name, code, given } of vectors.refused) {
  test(`${name}: refused`, async () => {
    await assert.rejects(strip(unhex(given)), (error) => error.code === code || assert.fail(`${error.stack}`));
  });
}

test('whatever is changed or cut off is answered with a code or with bytes', async () => {
  for (const { given } of vectors.stripped) {
    const bytes = unhex(given);
    for (let round = 0; round < 60; round += 1) {
      const changed = round % 3 === 0 ? bytes.slice(0, Math.floor(Math.random() * bytes.length)) : bytes.slice();
      if (changed.length > 0 && round % 3 > 0) changed[Math.floor(Math.random() * changed.length)] = Math.floor(Math.random() * 256);
      await strip(changed).catch((error) => assert.match(error.code ?? error.stack, /^strip-[a-z-]+$/));
    }
  }
});
