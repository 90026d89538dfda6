// The record: a need's page leads to its entry, the entry to its proof, and a name can be erased without breaking it.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

async function reads(house, options, words) {
  const visitor = await Person.arrive(house, options);
  await visitor.visit('/needs');
  await press(visitor, visitor.page.locator('main .results h3 a').first());
  await press(visitor, visitor.page.locator('main .proof a[href^="/journal/entries/"]').first());
  await visitor.looksRight();
  assert.ok((await visitor.text('main')).includes(words.proven), 'the entry of a published need is not proven');
  assert.match(await visitor.text('main'), /need\.(published|renewed)/);
  const number = visitor.path().split('/').pop();
  await visitor.visit('/journal');
  await visitor.looksRight();
  await visitor.page.fill('main [name="entry"]', '99999999');
  await press(visitor, visitor.page.locator('main form[action="/journal"] button'));
  assert.ok((await visitor.text('main')).includes(words.none), 'a number that does not exist is not refused');
  assert.equal(await visitor.page.inputValue('main [name="entry"]'), '99999999');
  await visitor.looksRight();
  await visitor.page.fill('main [name="entry"]', `#${number}`);
  await press(visitor, visitor.page.locator('main form[action="/journal"] button'));
  assert.equal(visitor.path(), `/journal/entries/${number}`);
}

const zh = { proven: '已证明', none: '没有这个编号的条目' };
const en = { proven: 'Proven', none: 'There is no entry with this number' };

export default [
  {
    title: 'the entry of a need is proven on a desktop, in Chinese',
    run: (house) => reads(house, {}, zh),
  },
  {
    title: 'the entry of a need is proven on a phone, in English, in the dark',
    run: (house) => reads(house, { width: 'phone', language: 'en', dark: true }, en),
  },
  {
    title: 'an administrator asks for the erasure of a name and cannot decide it himself',
    async run(house) {
      const admin = await Person.arrive(house);
      await admin.signIn('admin');
      await admin.visit('/journal');
      await press(admin, admin.page.locator('main table a[href^="/journal/entries/"]').last());
      const path = admin.path();
      await admin.page.locator('main details summary').last().click();
      await admin.looksRight();
      await admin.fill({ field: 'actor_name', reason: '' });
      await admin.submit('main form[action$="/erasures"]');
      assert.ok((await admin.page.locator('#reason-error').count()) === 1, 'an erasure without a ground was taken');
      await admin.fill({ reason: '示例：本人请求' });
      await admin.submit('main form[action$="/erasures"]');
      await admin.looksRight();
      assert.ok((await admin.text('main')).includes('正等待另一位管理员决定'));
      await admin.visit('/admin/erasures');
      await admin.looksRight();
      await admin.fill({ decision: 'grant' });
      await admin.submit('main form[action$="/decisions"]');
      assert.ok((await admin.text('main')).includes('须由另一位管理员决定'), 'whoever asked could decide');
      await admin.visit(path);
      assert.ok((await admin.text('main')).includes('已证明'));
    },
  },
];
