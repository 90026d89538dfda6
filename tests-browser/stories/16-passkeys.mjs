// Passkeys: added, shown instead of a password, after it and as a proof, removed. Chromium's own authenticator answers.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';
import { startServer } from '../lib/server.mjs';

const PASSWORD = 'yilang-demo-2026';
const DEVICE = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, automaticPresenceSimulation: true };

// Gives a person's browser a device; one that does not recognise its holder if told so.
async function device(person, { recognises = true } = {}) {
  const session = await person.context.newCDPSession(person.page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options: { ...DEVICE, isUserVerified: recognises } });
  const send = (method, more = {}) => session.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  return {
    keys: async () => (await send('getCredentials')).credentials,
    take: (credential) => send('addCredential', { credential }),
    recognises: (isUserVerified) => send('setUserVerified', { isUserVerified }),
  };
}

async function toPage(person, pattern, action) {
  await Promise.all([person.page.waitForURL(pattern), action()]);
  return person;
}

async function toCode(person, login) {
  await person.visit('/sign-in');
  await person.page.fill('input[name="login"]', login);
  await person.page.fill('input[name="password"]', PASSWORD);
  await person.submit('form:has(input[name="password"])');
  assert.equal(person.path(), '/sign-in/codes');
}

// Sends a form that only a refusal shows, as its page would.
async function askForProof(person, back) {
  await person.page.evaluate((to) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: '/account/proofs/passkeys' });
    const field = Object.assign(document.createElement('input'), { type: 'hidden', name: 'back', value: to });
    form.append(field);
    document.body.append(form);
    form.submit();
  }, back);
}

async function story(house) {
  const officer = await Person.arrive(house);
  const office = await device(officer);
  await officer.signIn('jiaxing');
  await officer.visit('/account/passkeys');
  await officer.looksRight();
  assert.match(await officer.text('header .acting'), /代表\s*嘉兴市?主管部门/);
  await officer.submit('main form[action="/account/passkeys"]');
  await officer.looksRight();
  await officer.fill({ name: '办公电脑' });
  await officer.submit('main form[data-passkey="create"]');
  await officer.looksRight();
  assert.equal((await officer.texts('main ul code')).length, 10, 'recovery codes are told with the first passkey');
  assert.equal((await office.keys()).length, 1);
  await officer.visit('/account/passkeys');
  await officer.looksRight();
  assert.match(await officer.text('main table'), /办公电脑/);
  // The device says by itself that it holds one already.
  await officer.submit('main form[action="/account/passkeys"]');
  await officer.page.locator('main form[data-passkey] button').click();
  await officer.page.locator('#passkey-said:not([hidden])').waitFor();
  assert.match(await officer.text('#passkey-said'), /已有/);
  await officer.looksRight();

  await officer.submit('form[action="/sign-out"]');
  await officer.visit('/sign-in?next=%2Faccount%2Fpasskeys');
  await officer.looksRight();
  await toPage(officer, '**/account/passkeys', () => officer.page.locator('main form[action="/sign-in/passkeys"] button').click());
  assert.doesNotMatch(await officer.text('main table'), /尚未使用/);
  await toPage(officer, '**/desk', () => askForProof(officer, '/desk'));

  const phone = await Person.arrive(house, { width: 'phone', language: 'en', dark: true });
  const pocket = await device(phone, { recognises: false });
  for (const key of await office.keys()) await pocket.take(key);
  await toCode(phone, 'jiaxing');
  await phone.looksRight();
  // A device that does not look who holds it gets nobody in.
  await phone.submit('main form[action="/sign-in/passkeys"]');
  await phone.page.locator('#passkey-said:not([hidden])').waitFor();
  await phone.looksRight();
  await pocket.recognises(true);
  await toPage(phone, '**/desk', () => phone.page.locator('main form[data-passkey] button').click());
  // The account's own language came with it.
  await phone.visit('/desk?lang=en');
  assert.match(await phone.text('header .acting'), /Acting for\s*the city office of/);
  await phone.looksRight();
  await phone.visit('/account/passkeys');
  await phone.looksRight();

  await officer.visit('/account/passkeys');
  await officer.submit('main form[action$="/removals"]');
  await officer.looksRight();
  assert.equal(await officer.page.locator('main table').count(), 0);
  await phone.visit('/account');
  assert.ok(phone.path().startsWith('/sign-in'), 'a session opened by the removed passkey is still there');
  await toPage(phone, '**/sign-in/passkeys/answers', () => phone.page.locator('main form[action="/sign-in/passkeys"] button').click());
  await phone.looksRight();

  const plain = await Person.arrive(house, { scripts: false });
  await plain.visit('/sign-in');
  assert.ok(!(await plain.page.locator('main form[action="/sign-in/passkeys"]').isVisible()), 'without scripts passkeys are not offered');
}

export default [
  {
    title: 'an officer adds a passkey, signs in by it at the office and on a phone, and removes it',
    async run(house) {
      const server = await startServer(house.program, { host: 'localhost' });
      try {
        await story({ ...house, url: server.url, data: server.data, output: server.output });
      } finally {
        await server.stop();
      }
    },
  },
];
