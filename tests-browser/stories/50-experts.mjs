// Experts and workstations: what a visitor finds, and how an enterprise, an expert and a city office make a workstation.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

async function follow(person, text) {
  await press(person, person.page.locator('main a', { hasText: text }).first());
}

async function propose(house, options) {
  const enterprise = await Person.arrive(house, options);
  await enterprise.signIn('enterprise');
  await enterprise.visit('/my/organisation');
  await press(enterprise, enterprise.page.locator('main a[href^="/organisations/"]').first());
  await press(enterprise, enterprise.page.locator('main a[href$="/workstations/new"]').first());
  await enterprise.looksRight();
  await enterprise.fill({ name: '示例浏览器故事工作站' });
  await enterprise.submit('main form:has([name="about"])');
  assert.match(await enterprise.text('.field.wrong'), /专家/, 'the experts are missing and nobody says so');
  assert.equal(await enterprise.page.inputValue('main [name="name"]'), '示例浏览器故事工作站', 'what was typed is lost');
  await enterprise.looksRight();
  const choice = enterprise.page.locator('main .choice', { hasText: '示例专家甲' });
  await choice.locator('input').check();
  await enterprise.fill({ about: '示例：由浏览器故事提出，检验从申请到认定的每一步。' });
  await enterprise.submit('main form:has([name="about"])');
  await enterprise.looksRight();
  await press(enterprise, enterprise.page.locator('main a[href^="/workstations/"]').first());
  await enterprise.looksRight();
  return enterprise.path();
}

async function answer(house, station, options) {
  const expert = await Person.arrive(house, options);
  await expert.signIn('expert');
  await expert.visit('/desk');
  await press(expert, expert.page.locator(`main a[href="${station}"]`).first());
  await expert.looksRight();
  await expert.submit(`main form[action="${station}/joinings"]`);
  assert.equal(expert.path(), station);
}

async function recognise(house, station, options) {
  const officer = await Person.arrive(house, options);
  await officer.signIn('songjiang');
  await officer.visit('/workstations/waiting');
  await officer.looksRight();
  await press(officer, officer.page.locator(`main a[href="${station}"]`).first());
  await officer.looksRight();
  await officer.submit(`main form[action="${station}/decisions"]`);
  await officer.looksRight();
  await officer.fill({ decision: 'approve' });
  await officer.submit(`main form[action="${station}/decisions"]`);
  assert.equal(officer.path(), station);
}

export default [
  {
    title: 'a visitor finds experts, the advisory committee and workstations',
    async run(house) {
      for (const options of [{ width: 'phone' }, { language: 'en', dark: true }]) {
        const visitor = await Person.arrive(house, options);
        await visitor.visit('/');
        await press(visitor, visitor.page.locator('nav a[href="/experts"]').first());
        await visitor.looksRight();
        await press(visitor, visitor.page.locator('main a[href="/experts?body=committee"]').first());
        assert.equal((await visitor.texts('main ul.list h3')).length, 1);
        await press(visitor, visitor.page.locator('main ul.list h3 a').first());
        await visitor.looksRight();
        await visitor.visit('/workstations');
        await visitor.looksRight();
        await press(visitor, visitor.page.locator('main ul.list h3 a').first());
        await visitor.looksRight();
      }
    },
  },
  {
    title: 'an expert without a record is led to the form, an office enters one, and a wrong form keeps what was typed',
    async run(house) {
      const officer = await Person.arrive(house);
      await officer.signIn('songjiang');
      await officer.visit('/experts');
      await follow(officer, '登记本市专家');
      await officer.looksRight();
      await officer.fill({ name: '示例专家丙', institution: '示例研究所' });
      await officer.submit('main form:has([name="institution"])');
      assert.equal(await officer.page.inputValue('main [name="name"]'), '示例专家丙');
      await officer.looksRight();
      await officer.fill({ city: '310117', fields: '示例：薄膜', availability: 'open' });
      await officer.submit('main form:has([name="institution"])');
      await officer.looksRight();
      const expert = await Person.arrive(house);
      await expert.signIn('expert');
      await expert.visit('/experts');
      await follow(expert, '我的专家信息');
      await expert.looksRight();
      await follow(expert, '修改资料');
      await expert.looksRight();
    },
  },
  {
    title: 'a workstation is proposed, agreed to and recognised without a script',
    async run(house) {
      const options = { scripts: false };
      const station = await propose(house, options);
      await answer(house, station, options);
      await recognise(house, station, options);
      const visitor = await Person.arrive(house);
      await visitor.visit(station);
      assert.match(await visitor.text('main'), /运行中/);
      await visitor.looksRight();
    },
  },
];
