// Signing in: a second factor is set up, asked for and removed; a password is forgotten; a refusal is explained.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Person } from '../lib/people.mjs';

const PASSWORD = 'yilang-demo-2026';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function unbase32(text) {
  const bits = [...text].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

// What an authenticator app shows (RFC 6238), so many steps from now.
function code(secret, later = 0) {
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac('sha1', unbase32(secret)).update(step).digest();
  const word = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, '0');
}

async function toCode(person, login) {
  await person.visit('/sign-in');
  await person.page.fill('input[name="login"]', login);
  await person.page.fill('input[name="password"]', PASSWORD);
  await person.submit('form:has(input[name="password"])');
  assert.equal(person.path(), '/sign-in/codes');
}

export default [
  {
    title: 'an officer sets up a second factor, signs in with it on a phone, and removes it',
    async run(house) {
      const officer = await Person.arrive(house);
      await officer.signIn('jiaxing');
      await officer.visit('/desk');
      await Promise.all([officer.page.waitForEvent('load'), officer.page.locator('main a[href="/account/factors"]').first().click()]);
      await officer.looksRight();
      await officer.submit('main form[action="/account/factors"]');
      await officer.looksRight();
      assert.equal(await officer.page.locator('main svg[role="img"] path').count(), 1);
      const secret = (await officer.text('main .secret code')).trim();
      await officer.fill({ code: '000000' });
      await officer.submit('main form[action$="/confirmations"]');
      await officer.looksRight();
      assert.ok((await officer.page.locator('#code-error').count()) === 1, 'a wrong code was taken');
      await officer.fill({ code: code(secret) });
      await officer.submit('main form[action$="/confirmations"]');
      await officer.looksRight();
      const codes = await officer.texts('main ul code');
      assert.equal(codes.length, 10);

      const phone = await Person.arrive(house, { width: 'phone', language: 'en', dark: true });
      await toCode(phone, 'jiaxing');
      await phone.looksRight();
      await phone.visit('/account');
      assert.ok(phone.path().startsWith('/sign-in'), 'a password alone opened the account');
      await toCode(phone, 'jiaxing');
      await phone.fill({ code: code(secret, 1) });
      await phone.submit();
      assert.equal(phone.path(), '/desk');
      await phone.visit('/account/factors');
      await phone.looksRight();
      await phone.fill({ password: PASSWORD, code: codes[0] });
      await phone.submit('main form[action$="/removals"]');
      await phone.looksRight();
      assert.equal(phone.path(), '/account/factors');
      assert.equal(await phone.page.locator('main form[action="/account/factors"]').count(), 1);
    },
  },
  {
    title: 'a forgotten password is asked for from the sign-in page, in both languages',
    async run(house) {
      for (const [language, width] of [['zh-CN', 'desktop'], ['en', 'phone']]) {
        const person = await Person.arrive(house, { language, width });
        await person.visit('/sign-in');
        await Promise.all([person.page.waitForEvent('load'), person.page.locator('main a[href="/password-resets/new"]').click()]);
        await person.looksRight();
        await person.submit();
        assert.equal(await person.page.locator('#login-error').count(), 1);
        await person.fill({ login: 'nobody@example.com' });
        await person.submit();
        await person.looksRight();
      }
    },
  },
  {
    title: 'an administrator sees how offices sign in and why something was refused',
    async run(house) {
      const provider = await Person.arrive(house);
      await provider.signIn('provider');
      await provider.visit('/admin', 403);
      const number = (await provider.texts('main .proof code')).at(-1);
      const admin = await Person.arrive(house, { width: 'phone' });
      await admin.signIn('admin');
      await admin.visit('/admin/access');
      await admin.looksRight();
      await admin.visit('/admin/why');
      await admin.looksRight();
      await admin.fill({ request: number });
      await admin.submit('main form');
      assert.match(await admin.text(), /admin_open/);
      await admin.looksRight();
    },
  },
];
