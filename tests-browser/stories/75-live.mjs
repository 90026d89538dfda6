// Open pages follow what happens: news appears without a reload, and all windows of a browser share one stream.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

/// Counts the streams that a window opens.
async function countStreams(page) {
  await page.addInitScript(() => {
    const Plain = window.EventSource;
    window.streams = 0;
    window.EventSource = class extends Plain {
      constructor(...given) {
        super(...given);
        window.streams += 1;
      }
    };
  });
}

async function streams(pages) {
  const each = await Promise.all(pages.map((page) => page.evaluate(() => window.streams)));
  return each.reduce((sum, one) => sum + one, 0);
}

/// Asks again until it holds.
async function until(holds, what) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(what);
}

export default [
  {
    title: 'a change appears on pages that are open, all windows share one stream, and the next window takes it over',
    async run(house) {
      const reader = await Person.arrive(house);
      const windows = [reader.page, await reader.page.context().newPage()];
      for (const page of windows) await countStreams(page);
      const owner = await Person.arrive(house);
      await owner.signIn('enterprise');
      await owner.visit('/my/organisation');
      const path = await owner.page.locator('main a[href^="/organisations/"]').first().getAttribute('href');
      const at = new URL(path, house.url);
      await windows[0].goto(at.href);
      await until(async () => (await streams(windows.slice(0, 1))) === 1, 'the first window opens no stream');
      await windows[1].goto(at.href);

      const change = async (words) => {
        await owner.visit(`${at.pathname}/edit`);
        await owner.fill({ profile: words });
        await owner.submit('main form[method=post]');
      };
      await change('示例：第一次变化，页面无需刷新。');
      for (const page of windows) {
        await until(async () => (await page.locator('main').innerText()).includes('第一次变化'), 'a window did not hear of the change');
      }
      assert.equal(await streams(windows), 1, 'each window has a stream of its own');

      await windows[0].close();
      await until(async () => (await streams(windows.slice(1))) === 1, 'nobody took the stream over');
      await change('示例：第二次变化，另一个窗口接手。');
      await until(async () => (await windows[1].locator('main').innerText()).includes('第二次变化'), 'the window that took over hears nothing');
    },
  },
  {
    title: 'who reads in the middle of something long is told that there is news, and sees it when he wants to',
    async run(house) {
      const [reader, owner] = [await Person.arrive(house, { width: 'phone' }), await Person.arrive(house)];
      await owner.signIn('enterprise');
      await owner.visit('/my/organisation');
      const path = await owner.page.locator('main a[href^="/organisations/"]').first().getAttribute('href');
      const change = async (words) => {
        await owner.visit(`${path}/edit`);
        await owner.fill({ profile: words });
        await owner.submit('main form[method=post]');
      };
      await change(Array(60).fill('示例：很长的介绍，分成许多行。').join('\n'));
      await reader.visit(path);
      const region = reader.page.locator('#record');
      // In the middle: the region begins above the window.
      await region.evaluate((record) => scrollTo(0, record.getBoundingClientRect().top + scrollY + 200));
      const scrolled = () => reader.page.evaluate(() => scrollY);
      const before = await scrolled();
      await change(`示例：第三次变化。\n${Array(60).fill('示例：仍然很长的介绍。').join('\n')}`);
      const offer = reader.page.locator('#live-offer button');
      await offer.waitFor();
      assert.equal(await offer.innerText(), '有更新，点此显示');
      assert.ok(!(await region.innerText()).includes('第三次变化'), 'the text was replaced under the reader');
      assert.equal(await scrolled(), before, 'the page moved');
      await reader.looksRight();
      await offer.click();
      assert.ok((await region.innerText()).includes('第三次变化'), 'the news is not shown');
      assert.equal(await reader.page.locator('#live-offer button').count(), 0, 'the offer stays');
      // Who is at the top needs no offer.
      await reader.page.evaluate(() => scrollTo(0, 0));
      await change('示例：第四次变化，很短。');
      await until(async () => (await region.innerText()).includes('第四次变化'), 'the page did not follow');
      assert.equal(await reader.page.locator('#live-offer button').count(), 0, 'there is nothing left to offer');
    },
  },
];
