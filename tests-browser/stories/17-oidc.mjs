// Signing in by another house: an identity is linked, opens a session in another browser, without scripts too, and is unlinked.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from '../lib/people.mjs';
import { CLIENT, startProvider } from '../lib/provider.mjs';
import { freePort, startServer } from '../lib/server.mjs';

function configuration(folder, issuer) {
  writeFileSync(join(folder, 'secret'), CLIENT.secret, { mode: 0o600 });
  const file = join(folder, 'providers.toml');
  const lines = ['[[provider]]', 'id = "one"', `issuer = "${issuer}"`, `client-id = "${CLIENT.id}"`, 'client-secret-file = "secret"'];
  writeFileSync(file, [...lines, 'name = "示例政务登录"', 'name-en = "Example staff"', 'private = true', ''].join('\n'));
  return file;
}

async function toPage(person, pattern, action) {
  await Promise.all([person.page.waitForURL(pattern), action()]);
  return person;
}

const press = (person, form) => () => person.page.locator(form).first().locator('button').first().click();

async function story(house, other) {
  const hosts = [other.url];
  const officer = await Person.arrive(house, { hosts });
  await officer.signIn('jiaxing');
  await officer.visit('/account/identities');
  await officer.looksRight();
  // The page that leads there, looked at while there is no way on.
  await officer.page.route(`${other.url}/**`, (route) => route.fulfill({ status: 204 }));
  await officer.submit('main form[action$="/links"]');
  await officer.looksRight();
  await officer.page.unroute(`${other.url}/**`);
  await toPage(officer, '**/account/identities', () => officer.page.locator('main a.btn').click());
  await officer.looksRight();
  assert.match(await officer.text('main table'), /示例政务登录[\s\S]*li\.wei/);

  const phone = await Person.arrive(house, { hosts, width: 'phone', language: 'en', dark: true });
  await phone.visit('/sign-in?next=%2Faccount%2Fidentities');
  await phone.looksRight();
  let used;
  phone.page.on('request', (request) => {
    if (request.method() === 'GET' && request.url().includes('/sign-in/returns/one?')) used = request.url();
  });
  await toPage(phone, '**/account/identities', press(phone, 'main form[action="/sign-in/providers/one"]'));
  await phone.looksRight();
  await phone.visit('/account/identities?lang=en');
  assert.match(await phone.text('header .acting'), /Acting for/);
  await phone.submit('form[action="/sign-out"]');
  // The way back was gone already.
  await Promise.all([phone.page.waitForEvent('load'), phone.page.goto(used)]);
  await phone.page.locator('.error-summary').waitFor();
  await phone.looksRight();
  assert.equal(phone.path(), '/sign-in/returns/one');

  const plain = await Person.arrive(house, { hosts, scripts: false });
  await plain.visit('/sign-in');
  await toPage(plain, '**/sign-in/returns/one?*', press(plain, 'main form[action="/sign-in/providers/one"]'));
  await toPage(plain, '**/desk', press(plain, 'main form[action="/sign-in/returns/one"]'));

  other.person = 'wang.fang';
  const stranger = await Person.arrive(house, { hosts });
  await stranger.visit('/sign-in');
  await stranger.page.locator('main form[action="/sign-in/providers/one"] button').click();
  await stranger.page.locator('.error-summary').waitFor();
  await stranger.looksRight();
  assert.match(await stranger.text(), /还没有关联本站账号/);

  await officer.submit('main form[action$="/removals"]');
  await officer.looksRight();
  assert.equal(await officer.page.locator('main table').count(), 0);
  await plain.visit('/account');
  assert.ok(plain.path().startsWith('/sign-in'), 'a session opened by the identity is still there');
  assert.deepEqual(other.failed, []);
}

export default [
  {
    title: 'an officer links an identity of another house, signs in by it elsewhere, and removes it',
    async run(house) {
      const port = await freePort();
      const folder = mkdtempSync(join(tmpdir(), 'yilang-provider-'));
      const other = await startProvider(house.modules, `http://127.0.0.1:${port}/sign-in/returns/one`);
      let server;
      try {
        server = await startServer(house.program, { port, flags: ['--providers', configuration(folder, other.url)] });
        await story({ ...house, url: server.url, data: server.data, output: server.output }, other);
      } finally {
        await server?.stop();
        await other.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];
