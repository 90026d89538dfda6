// A visitor finds a firm by whatever he remembers of it.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

const ASKED = ['大硅片', '大矽片', '上海超矽', 'chaogui', 'cg', 'Shanghai Chaogui', '300mm抛光硅片'];

export default [
  ...['zh-CN', 'en'].flatMap((language) =>
    ['phone', 'desktop'].map((width) => ({
      title: `a visitor finds 上海超硅 by product, traditional script, pinyin, initials and English (${language}, ${width})`,
      async run(house) {
        const visitor = await Person.arrive(house, { language, width });
        for (const words of ASKED) {
          await visitor.visit('/search');
          await visitor.page.locator('main input[name="q"]').first().fill(words);
          await visitor.submit('main form:has(input[name="q"])');
          const names = (await visitor.texts('main a[href^="/organisations/"]')).slice(0, 10);
          const english = language === 'en' && names.some((name) => name.includes('Chaogui'));
          assert.ok(names.some((name) => name.includes('超硅')) || english, `${words} gave ${JSON.stringify(names)}`);
        }
        await visitor.looksRight();
      },
    })),
  ),
  {
    title: 'a search with unbalanced quotes and operators is a question, not an error',
    async run(house) {
      const visitor = await Person.arrive(house);
      for (const words of ['"大硅片', '(大硅片 OR', '芯片:大硅片', '大硅片"~2 [', '\\', '***']) {
        await visitor.visit(`/search?q=${encodeURIComponent(words)}`);
      }
      await visitor.looksRight();
    },
  },
  {
    title: 'a facet narrows the list and stays in the address',
    async run(house) {
      const visitor = await Person.arrive(house);
      await visitor.visit('/search?q=%E5%8D%8A%E5%AF%BC%E4%BD%93&city=310117');
      assert.match(visitor.page.url(), /city=310117/);
      await visitor.looksRight();
    },
  },
];
