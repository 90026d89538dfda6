// A joint act: read by anybody, consented to by a city; an item reported on and its supervision answered.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

function soon(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

// Drafts an act of two cities page by page and puts it before them; returns its path.
async function draft(house, title) {
  const office = await Person.arrive(house);
  await office.signIn('joint-office');
  await office.visit('/accords');
  await press(office, office.page.locator('main a[href="/accords/new"]').first());
  await office.looksRight();
  await office.fill({ kind: 'standard', title: '', number: `示例〔${Date.now()}〕号`, assent: 'members' });
  await office.submit('main form[action="/accords"]');
  assert.ok((await office.page.locator('#title-error').count()) === 1, 'a draft without a title was taken');
  assert.ok((await office.page.inputValue('main [name="number"]')).startsWith('示例'), 'the refused form lost the number');
  await office.looksRight();
  await office.fill({ title });
  await office.submit('main form[action="/accords"]');
  const path = office.path().replace(/\/steps\/text$/, '');
  await office.looksRight();
  await office.fill({ text: '示例：第一条 两城市共同采用本标准。' });
  await office.submit('main form[action$="/steps/text"]');
  await office.looksRight();
  await office.page.check('main [name="cities"][value="310117"]');
  await office.page.check('main [name="cities"][value="330400"]');
  await office.submit('main form[action$="/steps/parties"]');
  await office.looksRight();
  await office.submit('main form[action$="/steps/money"]');
  await office.looksRight();
  await office.submit('main form[action$="/steps/validity"]');
  await office.looksRight();
  await office.fill({ deadline: soon(20) });
  await office.submit('main form[action$="/circulations"]');
  assert.ok((await office.page.locator('main .receipt').count()) > 0, 'the circulation has no receipt');
  await office.looksRight();
  return path;
}

async function consent(house, login, path, options) {
  const officer = await Person.arrive(house, options);
  await officer.signIn(login);
  await officer.visit('/desk');
  await press(officer, officer.page.locator(`main a[href="${path}"]`).first());
  await officer.looksRight();
  await press(officer, officer.page.locator(`main a[href^="${path}/consents/"]`).first());
  await officer.looksRight();
  await officer.fill({ word: 'reserves' });
  await officer.submit('main form[action*="/consents/"]');
  assert.ok((await officer.page.locator('#text-error').count()) === 1, 'a reservation without a text was taken');
  await officer.looksRight();
  await officer.fill({ text: '示例：本市自下一年度起执行。' });
  await officer.submit('main form[action*="/consents/"]');
  assert.ok((await officer.page.locator('main .receipt').count()) > 0, 'the answer has no receipt');
  await officer.looksRight();
}

export default [
  ...[
    ['on a desktop, in Chinese', {}],
    ['on a phone, in English, in the dark', { language: 'en', width: 'phone', dark: true }],
    ['on a phone, without scripts', { width: 'phone', scripts: false }],
  ].map(([how, options]) => ({
    title: `joint acts, meetings and items are read ${how}`,
    async run(house) {
      const reader = await Person.arrive(house, options);
      await reader.visit('/');
      await press(reader, reader.page.locator('nav a[href="/accords"]').first());
      await reader.looksRight();
      await press(reader, reader.page.locator('main .results h3 a').last());
      assert.match(reader.path(), /^\/accords\/[^/]+$/);
      assert.ok((await reader.page.locator('main table tbody tr').count()) >= 2, 'the parties are not listed');
      await reader.looksRight();
      await reader.visit('/meetings');
      await reader.looksRight();
      await press(reader, reader.page.locator('main .results h3 a').first());
      assert.match(reader.path(), /^\/meetings\/[^/]+$/);
      await reader.looksRight();
      await reader.visit('/action-items');
      await reader.looksRight();
      await press(reader, reader.page.locator('main .results h3 a').last());
      assert.match(reader.path(), /^\/action-items\/[^/]+$/);
      await reader.looksRight();
    },
  })),
  {
    title: 'two cities agree on a joint act, one on a phone with a reservation',
    async run(house) {
      const path = await draft(house, `示例：浏览器故事里的共同标准 ${Date.now()}`);
      await consent(house, 'songjiang', path, { width: 'phone' });
      await consent(house, 'jiaxing', path, { language: 'en', dark: true });
      const visitor = await Person.arrive(house);
      await visitor.visit(path);
      assert.match(await visitor.text('main'), /本市自下一年度起执行/);
      await visitor.looksRight();
    },
  },
  {
    title: 'a city answers a supervision and the joint office closes one',
    async run(house) {
      const city = await Person.arrive(house, { width: 'phone' });
      await city.signIn('jiaxing');
      await city.visit('/supervisions');
      await city.looksRight();
      await press(city, city.page.locator('main .tasks h3 a').first());
      await city.looksRight();
      await city.fill({ answer: '示例：已调整计划，月底前补齐目录。' });
      await city.submit('main form[action$="/answers"]');
      await city.looksRight();
      const office = await Person.arrive(house);
      await office.signIn('joint-office');
      await office.visit('/supervisions');
      await office.looksRight();
      await press(office, office.page.locator('main .tasks h3 a').first());
      await office.looksRight();
      await office.fill({ remark: '示例：同意。' });
      await office.submit('main form[action$="/closures"]');
      await office.looksRight();
    },
  },
];
