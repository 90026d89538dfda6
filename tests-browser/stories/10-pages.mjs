// Every public page is readable by everybody: both languages, phone and desktop, light and dark.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

const PAGES = [
  ['home', '/'],
  ['city', '/cities/310117'],
  ['facts', '/facts'],
  ['organisations', '/organisations'],
  ['needs', '/needs'],
  ['offers', '/offers'],
  ['search', '/search?q=%E5%A4%A7%E7%A1%85%E7%89%87'],
  ['search without result', '/search?q=zzzzqqqq'],
  ['sign-in', '/sign-in'],
];

const language = { 'zh-CN': 'zh-CN', en: 'en' };

const pages = PAGES.flatMap(([name, path]) =>
  Object.keys(language).flatMap((tag) =>
    ['phone', 'desktop'].map((width) => ({
      title: `page ${name} is clean for axe (${tag}, ${width})`,
      async run(house) {
        const reader = await Person.arrive(house, { language: tag, width });
        await reader.visit(path);
        assert.equal(await reader.page.getAttribute('html', 'lang'), tag);
        await reader.looksRight();
      },
    })),
  ),
);

export default [
  ...pages,
  {
    title: 'the home page is clean for axe in the dark',
    async run(house) {
      await (await (await Person.arrive(house, { dark: true })).visit('/')).looksRight();
    },
  },
  {
    title: 'an organisation and its city are one click from each other',
    async run(house) {
      const reader = await Person.arrive(house);
      await reader.visit('/organisations?city=310117');
      await Promise.all([reader.page.waitForEvent('load'), reader.page.locator('main .results h3 a[href^="/organisations/"]').first().click()]);
      assert.match(reader.path(), /^\/organisations\/[a-z0-9-]+$/);
      await reader.looksRight();
      assert.ok((await reader.page.locator('main a[href^="/cities/"]').count()) > 0, 'the page of an organisation leads to its city');
    },
  },
  {
    title: 'an address that does not exist says what to do',
    async run(house) {
      for (const tag of Object.keys(language)) {
        const reader = await Person.arrive(house, { language: tag });
        await reader.visit('/organisations/nobody', 404);
        await reader.looksRight();
        assert.ok((await reader.text()).length > 10);
      }
    },
  },
  {
    title: 'the keyboard reaches the content first',
    async run(house) {
      const reader = await Person.arrive(house);
      await reader.visit('/');
      await reader.page.keyboard.press('Tab');
      assert.equal(await reader.page.evaluate(() => document.activeElement.getAttribute('href')), '#main');
    },
  },
  {
    title: 'switching the language keeps the page',
    async run(house) {
      const reader = await Person.arrive(house);
      await reader.visit('/organisations?city=310117');
      await Promise.all([reader.page.waitForEvent('load'), reader.page.locator('header a[hreflang="en"]').click()]);
      assert.equal(await reader.page.getAttribute('html', 'lang'), 'en');
      assert.equal(reader.path(), '/organisations');
      assert.match(reader.page.url(), /city=310117/);
    },
  },
];
