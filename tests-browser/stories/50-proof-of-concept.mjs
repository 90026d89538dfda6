// A result on its way through the cities: read by anybody, begun by one organisation, the next step offered by another.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

const STAMP = Date.now();
const TITLE = `示例：浏览器故事里的薄膜 ${STAMP}`;

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

// Begins a project with its first step and publishes it; returns its path.
async function begin(house, options) {
  const owner = await Person.arrive(house, options);
  await owner.signIn('enterprise');
  await owner.visit('/my/organisation');
  await press(owner, owner.page.locator('main a[href^="/poc/new"]').first());
  await owner.looksRight();
  await owner.fill({ title: TITLE, about: '' });
  await owner.submit('main form[action="/poc"]');
  assert.equal(await owner.page.inputValue('main [name="title"]'), TITLE, 'the refused form lost the title');
  await owner.looksRight();
  await owner.fill({ about: '示例：一种虚构的薄膜。' });
  await owner.submit('main form[action="/poc"]');
  const path = owner.path();
  assert.match(path, /^\/poc\/[^/]+$/);
  await owner.looksRight();
  await owner.submit('main form[action$="/publications"]');
  assert.ok((await owner.page.locator('main [role="alert"]').count()) > 0, 'a project without a step was published');
  await owner.visit(`${path}/steps/new`);
  await owner.looksRight();
  await owner.fill({ done: '1', stage: 'lab', city: '310117', day: '2025-05-01', note: '示例样品', evidence: '示例报告 1 号' });
  await owner.submit('main form[action$="/steps"]');
  await owner.submit('main form[action$="/publications"]');
  await owner.looksRight();
  return path;
}

async function offer(house, path, options) {
  const provider = await Person.arrive(house, options);
  await provider.signIn('provider');
  await provider.visit(path);
  await press(provider, provider.page.locator(`main a[href="${path}/steps/new"]`).first());
  await provider.looksRight();
  const several = provider.page.locator('main [name="acting"]');
  if ((await several.count()) > 0) await several.first().check();
  await provider.fill({ stage: 'pilot', city: '330400', note: '示例：我们有中试线。' });
  await provider.submit('main form[action$="/steps"]');
  assert.ok((await provider.page.locator('main .receipt').count()) > 0, 'the proposal has no receipt');
  await provider.looksRight();
}

async function accept(house, path, options) {
  const owner = await Person.arrive(house, options);
  await owner.signIn('enterprise');
  await owner.visit('/desk');
  await press(owner, owner.page.locator(`main a[href="${path}"]`).first());
  await owner.looksRight();
  await owner.submit(`main #proposals form`);
  assert.ok((await owner.page.locator('.journey path.leg.planned').count()) === 1, 'the agreed step is not drawn as planned');
  await owner.looksRight();
}

export default [
  ...[
    ['on a desktop, in Chinese', {}],
    ['on a phone, in English, in the dark', { language: 'en', width: 'phone', dark: true }],
    ['on a phone, without scripts', { width: 'phone', scripts: false }],
  ].map(([how, options]) => ({
    title: `a result's way through the cities is read ${how}`,
    async run(house) {
      const reader = await Person.arrive(house, options);
      await reader.visit('/');
      await press(reader, reader.page.locator('nav a[href="/poc"]').first());
      await reader.looksRight();
      await press(reader, reader.page.locator('main .results h3 a').last());
      assert.match(reader.path(), /^\/poc\/[^/]+$/);
      await reader.looksRight();
      assert.equal(await reader.page.locator('.journey svg[role="img"]').count(), 1);
      const described = await reader.page.locator('.journey desc').first().textContent();
      const words = await reader.page.locator('ol.way-steps > li').count();
      assert.ok(words > 0 && described.length > 0, 'the path is not said in words');
      await reader.visit('/poc/centres');
      await reader.looksRight();
      await reader.visit('/poc?stage=pilot&city=330400');
      await reader.looksRight();
    },
  })),
  {
    title: 'a project is begun, published, and its next step comes from another city',
    async run(house) {
      const path = await begin(house, {});
      await offer(house, path, { width: 'phone' });
      await accept(house, path, { dark: true });
      const visitor = await Person.arrive(house);
      await visitor.visit(path);
      assert.match(await visitor.text('main'), /中试线/);
      await visitor.looksRight();
    },
  },
];
