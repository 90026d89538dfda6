// The main job: an enterprise writes a need, the city office publishes it, its matches lead with the right firms and say why.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

const TEXT = '需要300毫米抛光硅片，月供五万片。缺陷密度低于每平方厘米0.05个，表面粗糙度不大于0.2纳米，可先试样后批量。';
const ANSWERS = {
  type: { type: 'any' },
  abstract: {},
  segments: { segments: 'ic/wafer' },
  detail: { detail: '试样规格与验收方法在同意联系后提供。' },
  terms: { price_to: '5000000' },
  english: { title_en: '300 mm polished silicon wafers, 50,000 a month' },
};

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

// Answers one question after another until the check, looking at every page on the way.
async function answerAll(person) {
  for (let pages = 0; !person.path().endsWith('/check'); pages += 1) {
    assert.ok(pages < 12, `the questions do not end: ${person.path()}`);
    await person.looksRight();
    const step = person.path().match(/\/steps\/([a-z]+)$/)?.[1];
    assert.ok(step in ANSWERS, `an unknown question: ${person.path()}`);
    await person.fill(ANSWERS[step]);
    await person.submit();
  }
}

export async function post(house, options) {
  const enterprise = await Person.arrive(house, options);
  await enterprise.signIn('enterprise');
  await enterprise.visit('/');
  await enterprise.page.locator('main textarea[name="text"]').fill(TEXT);
  await enterprise.submit('main form:has(textarea[name="text"])');
  await enterprise.looksRight();
  await press(enterprise, enterprise.page.locator('main a[href^="/needs/new"]').first());
  assert.match(await enterprise.page.inputValue('main [name="title"]'), /300毫米抛光硅片/, 'the text has not been taken along');
  await enterprise.looksRight();
  await enterprise.submit();
  await answerAll(enterprise);
  await enterprise.looksRight();
  await enterprise.submit('main form[action$="/submissions"]');
  assert.match(enterprise.path(), /^\/needs\/[^/]+\/receipts\/\d+$/, 'there is no receipt');
  await enterprise.looksRight();
  return enterprise.path().split('/')[2];
}

export async function publish(house, id, options) {
  const officer = await Person.arrive(house, options);
  await officer.signIn('songjiang');
  await officer.visit('/reviews');
  await officer.looksRight();
  await press(officer, officer.page.locator(`main a[href="/reviews/needs/${id}"]`).first());
  await officer.looksRight();
  await officer.fill({ decision: 'publish' });
  await officer.submit('main form[action^="/reviews/"]');
  assert.match(officer.path(), /\/receipts\/\d+$/, 'the decision has no receipt');
  await officer.looksRight();
}

async function readMatches(house, id, options) {
  const visitor = await Person.arrive(house, options);
  await visitor.visit(`/needs/${id}`);
  await visitor.looksRight();
  await visitor.visit(`/needs/${id}/matches`);
  const titles = await visitor.texts('main ol.ranked h3');
  assert.match(titles[0] ?? '', /超硅|Chaogui/, `the matches lead with ${JSON.stringify(titles.slice(0, 5))}`);
  const reasons = await visitor.texts('main ol.ranked > li:first-child dl.why dd');
  assert.ok(reasons.some((reason) => /硅片|[Ww]afer/.test(reason)), `the reasons are ${JSON.stringify(reasons)}`);
  await visitor.looksRight();
}

export default [
  ...[
    { language: 'zh-CN', width: 'desktop' },
    { language: 'en', width: 'phone' },
    { language: 'zh-CN', width: 'phone', scripts: false },
  ].map((options) => ({
    title: `a need is posted, published and matched (${options.language}, ${options.width}${options.scripts === false ? ', without scripts' : ''})`,
    async run(house) {
      const id = await post(house, options);
      await publish(house, id, options);
      await readMatches(house, id, options);
    },
  })),
  {
    title: 'a preview needs no sign-in and stores nothing',
    async run(house) {
      const visitor = await Person.arrive(house);
      await visitor.visit('/');
      await visitor.page.locator('main textarea[name="text"]').fill('需要300mm抛光硅片');
      await visitor.submit('main form:has(textarea[name="text"])');
      assert.equal(visitor.path(), '/match');
      assert.match((await visitor.texts('main ol.ranked h3'))[0] ?? '', /超硅/);
      assert.equal((await visitor.context.cookies()).filter((cookie) => cookie.name.includes('session')).length, 0);
    },
  },
  {
    title: 'a form that is refused keeps what was typed and says what is wrong at the field',
    async run(house) {
      for (const language of ['zh-CN', 'en']) {
        const enterprise = await Person.arrive(house, { language });
        await enterprise.signIn('enterprise');
        await enterprise.visit('/needs/new');
        await enterprise.fill({ title: '硅' });
        await enterprise.submit();
        assert.equal(await enterprise.page.inputValue('main [name="title"]'), '硅');
        assert.equal(await enterprise.page.getAttribute('main [name="title"]', 'aria-invalid'), 'true');
        await enterprise.looksRight();
      }
    },
  },
  {
    title: 'a draft of somebody else is not there',
    async run(house) {
      const enterprise = await Person.arrive(house);
      await enterprise.signIn('enterprise');
      await enterprise.visit('/needs/new');
      await enterprise.fill({ title: '示例草稿：求一种还不公开的材料' });
      await enterprise.submit();
      const id = enterprise.path().split('/')[2];
      for (const login of ['', 'provider', 'jiaxing']) {
        const other = await Person.arrive(house);
        if (login) await other.signIn(login);
        await other.visit(`/needs/${id}`, 404);
      }
    },
  },
];
