// Somebody saves a search; when it finds something new he reads of it in a mail and in his inbox.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Person } from '../lib/people.mjs';
import { post, publish } from './30-need.mjs';

const ADDRESS = 'provider@example.com';
const WAIT_MS_MAX = 20_000;

// The text parts of all mails in the spool folder that go to an address.
function mails(house) {
  const folder = join(house.data, 'spool');
  let names = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  } catch {
    return [];
  }
  const all = names.map((name) => readFileSync(join(folder, name), 'utf8')).filter((mail) => mail.includes(`To: ${ADDRESS}`));
  return all.map((mail) => {
    const [, encoding, body] = mail.match(/Content-Type: text\/plain[^]*?Content-Transfer-Encoding: ([\w-]+)\r\n\r\n([^]*?)\r\n--/);
    if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
    return Buffer.from(body.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8');
  });
}

async function mailWith(house, words) {
  const until = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const found = mails(house).find((mail) => mail.includes(words));
    if (found) return found;
    assert.ok(Date.now() < until, `no mail says ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const path = (house, mail, part) => mail.split(/\s/).find((word) => word.includes(part)).replace(house.url, '');

export default [
  {
    title: 'a saved search finds a new need: a mail in the spool, a message in the inbox',
    async run(house) {
      // Only a house that this program has started lets its folder be looked into.
      if (!house.data) return;
      const provider = await Person.arrive(house);
      await provider.signIn('provider');
      await provider.visit(`/search?q=${encodeURIComponent('抛光硅片')}&kind=need`);
      await Promise.all([provider.page.waitForEvent('load'), provider.page.locator('main a[href^="/saved-searches/new"]').click()]);
      await provider.looksRight();
      await provider.fill({ name: '硅片需求' });
      await provider.submit();
      await provider.looksRight();
      await provider.visit('/inbox/settings');
      await provider.looksRight();
      await provider.fill({ email: ADDRESS });
      await provider.submit('main form[action="/inbox/address"]');
      const anybody = await Person.arrive(house, { width: 'phone' });
      await anybody.visit(path(house, await mailWith(house, '/mail/addresses/'), '/mail/addresses/'));
      await anybody.looksRight();
      await anybody.submit();
      await anybody.looksRight();
      await provider.visit('/inbox/settings');
      await provider.fill({ search: 'at-once' });
      await provider.submit('main form[action="/inbox/settings"]');
      await publish(house, await post(house, {}), {});
      const mail = await mailWith(house, '硅片需求');
      assert.match(mail, /有 1 条新结果/);
      for (const [width, language, words] of [['desktop', 'zh-CN', /硅片需求/], ['phone', 'en', /Your saved search/]]) {
        await provider.page.setViewportSize({ width: width === 'phone' ? 320 : 1280, height: 800 });
        await provider.visit(`/inbox?tab=subscriptions&lang=${language}`);
        assert.match(await provider.text(), words);
        await provider.looksRight();
      }
      await anybody.visit(path(house, mail, '/mail/unsubscriptions/'));
      await anybody.submit();
      await anybody.looksRight();
    },
  },
  {
    title: 'what one keeps and what was sent look right for everybody',
    async run(house) {
      for (const [login, width] of [['provider', 'phone'], ['enterprise', 'desktop'], ['admin', 'desktop']]) {
        const person = await Person.arrive(house, { width });
        await person.signIn(login);
        for (const place of ['/inbox', '/follows', '/saved-searches', '/webhooks', '/deliveries']) {
          await person.visit(place);
          await person.looksRight();
        }
        if (login === 'admin') await (await person.visit('/admin/deliveries')).looksRight();
      }
    },
  },
];
