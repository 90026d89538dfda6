// A sealed round: three trustees with files of their own, an envelope sealed in the browser, opened by two of the three and not by one.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from '../lib/people.mjs';

const PASSPHRASE = 'a long passphrase of this story';
const OFFICERS = ['songjiang', 'jiaxing', 'joint-office'];
const SECOND = 1_000;

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// What one trustee has on his own machine: a folder, and the program.
class Trustee {
  constructor(house, officer) {
    Object.assign(this, { house, officer, folder: mkdtempSync(join(tmpdir(), 'yilang-trustee-')) });
    writeFileSync(join(this.folder, 'passphrase'), `${PASSPHRASE}\n`);
  }

  file(name) {
    return join(this.folder, name);
  }

  run(command) {
    const words = command.split(/ (?=(?:[^']*'[^']*')*[^']*$)/).slice(1).map((word) => word.replace(/^'(.*)'$/, '$1'));
    execFileSync(this.house.program, [...words, '--passphrase-file', 'passphrase'], { cwd: this.folder, stdio: 'pipe' });
  }

  leave() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  // Does what the committee's or the round's page says: fetch the file, type the command, hand in what it wrote.
  async follow(path, options = {}) {
    const person = await Person.arrive(this.house, options);
    await person.signIn(this.officer);
    await person.visit(path);
    await person.looksRight();
    const panel = person.page.locator('main section.panel').first();
    const command = await panel.locator('code').first().innerText();
    const download = panel.locator('a[download]');
    if ((await download.count()) > 0) await this.fetch(person, await download.getAttribute('href'), await download.getAttribute('download'));
    else if (command.includes('opening-')) await this.fetch(person, `/api/v1${path}/opening`, command.match(/opening-\S+\.json/)[0]);
    this.run(command);
    await panel.locator('input[type="file"]').setInputFiles(this.file(command.match(/--out (\S+)/)[1]));
    await press(person, panel.locator('form button').first());
    assert.ok((await person.page.locator('main .receipt').count()) > 0, `what ${this.officer} handed in has no receipt`);
    await person.looksRight();
    await person.leave();
    return command;
  }

  async fetch(person, href, name) {
    const answer = await person.context.request.get(href);
    assert.equal(answer.status(), 200, `${href}: ${await answer.text()}`);
    writeFileSync(this.file(name), await answer.body());
  }
}

async function setUp(house, name) {
  const office = await Person.arrive(house);
  await office.signIn('joint-office');
  await office.visit('/committees');
  await office.looksRight();
  await press(office, office.page.locator('main a[href="/committees/new"]').first());
  await office.looksRight();
  await office.fill({ name, threshold: '1' });
  for (const city of ['310117', '330400']) await office.page.check(`main [name="cities"][value="${city}"]`);
  await office.page.check('main [name="joint"]');
  await office.submit('main form[action="/committees"]');
  assert.ok((await office.page.locator('#threshold-error').count()) === 1, 'one seat of three was taken as enough');
  await office.looksRight();
  await office.fill({ threshold: '2' });
  await office.submit('main form[action="/committees"]');
  await office.looksRight();
  const path = office.path();
  await office.leave();
  return path;
}

async function begin(house, committee, title, closes) {
  const office = await Person.arrive(house, { language: 'en', width: 'phone' });
  await office.signIn('joint-office');
  await office.visit('/rounds/new');
  await office.looksRight();
  await office.leave();
  // Forms take whole minutes; a story does not wait that long.
  const program = await Person.arrive(house);
  await program.signIn('joint-office');
  const body = { title, rules: '示例：一轮密封报价，截止前最后一次有效。', committee, closes_ms: closes, opens_by_ms: closes + 3_600 * SECOND };
  const answer = await program.context.request.post('/api/v1/rounds', { data: body, headers: { origin: house.url } });
  assert.equal(answer.status(), 201, await answer.text());
  const { id } = await answer.json();
  await program.leave();
  return `/rounds/${id}`;
}

// Lets a sender's own browser seal something else than it should: the tag of the cipher is changed before the proof is made over it.
function spoil() {
  const encrypt = SubtleCrypto.prototype.encrypt;
  SubtleCrypto.prototype.encrypt = async function (...words) {
    const sealed = new Uint8Array(await encrypt.apply(this, words));
    sealed[sealed.length - 1] ^= 1;
    return sealed.buffer;
  };
}

// options: what Person.arrive takes; login (enterprise), spoilt (true: nobody can open what is sent)
async function send(house, path, statement, { login = 'enterprise', spoilt = false, ...options } = {}) {
  const sender = await Person.arrive(house, options);
  if (spoilt) await sender.context.addInitScript(spoil);
  await sender.signIn(login);
  await sender.visit(path);
  await sender.looksRight();
  await press(sender, sender.page.locator(`main a[href^="${path}/envelopes/new"]`).first());
  await sender.looksRight();
  const sent = [];
  sender.page.on('request', (request) => request.method() === 'POST' && sent.push(request.postDataBuffer()?.toString('latin1') ?? ''));
  await sender.page.locator('main [data-sealed="statement"]').fill(statement);
  await sender.page.locator('main [data-sealed="amount"]').fill('98000');
  await sender.page.locator('main [data-sealed-files]').setInputFiles({ name: '方案.txt', mimeType: 'text/plain', buffer: Buffer.from('示例：方案正文。\n') });
  await sender.page.locator('main [data-seal-open] button').first().click();
  await sender.page.locator('main [data-seal-closed]:not([hidden])').waitFor();
  await sender.looksRight();
  const hash = await sender.page.locator('main [data-seal-hash]').innerText();
  await press(sender, sender.page.locator('main [data-seal-closed] button:not([type="button"])').first());
  assert.match(await sender.text('main'), new RegExp(hash), 'the receipt names another hash');
  assert.ok(sent.length === 1 && !sent[0].includes('98000') && !sent[0].includes(Buffer.from(statement).toString('latin1')), 'plain text was sent');
  await sender.looksRight();
  await sender.leave();
  return hash;
}

// Everybody reads which envelope cannot be opened and why; its sender too, on a page of its own.
async function unopenable(house, path, hash) {
  const reader = await Person.arrive(house, { language: 'en', width: 'phone' });
  await reader.visit(path);
  const lines = await reader.texts('main table tbody tr');
  const told = lines.filter((line) => line.includes(hash.slice(0, 16)));
  assert.ok(told.length === 1 && /Cannot be opened/.test(told[0]) && /does not belong to its key/.test(told[0]), `the round says of it: ${told}`);
  assert.ok(lines.some((line) => /Opened/.test(line) && !line.includes(hash.slice(0, 16))), 'the other one is not said to be opened');
  await reader.looksRight();
  const sender = await Person.arrive(house, { dark: true });
  await sender.signIn('provider');
  await sender.visit(path);
  await press(sender, sender.page.locator(`main a[href^="${path}/envelopes/"]`).first());
  const page = await sender.text('main');
  assert.ok(page.includes('信封不能开启') && page.includes('密文与密钥不符') && page.includes(hash), `its page says: ${page}`);
  await sender.looksRight();
  const { list } = await (await reader.context.request.get(`/api/v1${path}`)).json();
  assert.deepEqual(list.map((line) => line.reason), [null, 'unopenable-cipher']);
}

export default [
  ...[
    ['on a desktop, in Chinese', {}],
    ['on a phone, in English, in the dark', { language: 'en', width: 'phone', dark: true }],
    ['on a phone, without scripts', { width: 'phone', scripts: false }],
  ].map(([how, options]) => ({
    title: `committees and sealed rounds are read ${how}`,
    async run(house) {
      const reader = await Person.arrive(house, options);
      for (const list of ['/rounds', '/committees']) {
        await reader.visit(list);
        await reader.looksRight();
        for (const place of ['first', 'last']) {
          await reader.visit(list);
          await press(reader, reader.page.locator('main .results h3 a')[place]());
          await reader.looksRight();
        }
      }
    },
  })),
  {
    title: 'an envelope sealed in the browser opens with the shares of two of three trustees, and not with one; one that nobody can open is told',
    async run(house) {
      const trustees = OFFICERS.map((officer) => new Trustee(house, officer));
      try {
        const committee = await setUp(house, `示例：浏览器故事里的委员会 ${Date.now()}`);
        for (const step of ['registration', 'deal', 'answer']) {
          for (const [place, trustee] of trustees.entries()) {
            const options = { language: place === 1 ? 'en' : 'zh-CN', width: place === 2 ? 'phone' : 'desktop', dark: step === 'deal' };
            await trustee.follow(committee, options);
          }
        }
        const closes = Date.now() + 90 * SECOND;
        const path = await begin(house, committee.split('/').pop(), `示例：浏览器故事里的密封报价 ${Date.now()}`, closes);
        await send(house, path, '示例：先交一份，之后再改。', { language: 'en' });
        const hash = await send(house, path, '示例：七个工作日内完成。', { width: 'phone' });
        const spoilt = await send(house, path, '示例：谁也读不到这一份。', { login: 'provider', spoilt: true });
        await wait(Math.max(0, closes - Date.now()) + 11 * SECOND);
        const visitor = await Person.arrive(house);
        const opening = `/api/v1${path}/opening`;
        for (let tries = 0; (await visitor.context.request.get(opening)).status() !== 200; tries += 1) {
          assert.ok(tries < 60, 'the closing does not get into a checkpoint');
          await wait(SECOND);
        }
        const listed = await (await visitor.context.request.get(`/api/v1${path}`)).json();
        assert.deepEqual(listed.list.map((line) => line.hash), [hash, spoilt], 'the list is not the last envelope of each sender');
        await trustees[0].follow(path, { width: 'phone', dark: true });
        await wait(2 * SECOND);
        const alone = await (await visitor.context.request.get(`/api/v1${path}`)).json();
        assert.equal(alone.phase, 'sharing', 'one trustee has opened the round');
        await trustees[2].follow(path, { language: 'en' });
        const office = await Person.arrive(house);
        await office.signIn('joint-office');
        for (let tries = 0; !(await office.visit(path)).page.url() || !(await office.text('main')).includes('本轮已开启'); tries += 1) {
          assert.ok(tries < 30, 'two trustees do not open the round');
          await wait(SECOND);
        }
        await office.looksRight();
        await press(office, office.page.locator(`main a[href^="${path}/envelopes/"]`).first());
        assert.match(await office.text('main'), /七个工作日内完成/);
        await office.looksRight();
        const opened = office.path();
        await unopenable(house, path, spoilt);
        const record = await visitor.context.request.get(`/api/v1${path}/bundle`);
        const folder = trustees[0].folder;
        writeFileSync(join(folder, 'round.json'), await record.body());
        const key = (await (await visitor.context.request.get('/api/v1/journal/checkpoint')).json()).keys[0];
        const verified = execFileSync(house.program, ['sealing', 'verify', 'round.json', '--vkey', typeof key === 'string' ? key : key.vkey], { cwd: folder }).toString();
        assert.match(verified, /\[1, 3\] \/ 2/);
        const sealed = await office.context.request.get(`${opened}/sealed`);
        writeFileSync(join(folder, 'envelope.ylse'), await sealed.body());
        const few = spawnSync(house.program, ['open', '--round', 'round.json', '--envelope', 'envelope.ylse', '--shares', 'shares-1.json'], { cwd: folder });
        assert.equal(few.status, 1, 'one share opened the envelope');
        writeFileSync(join(folder, 'shares-3.json'), readFileSync(trustees[2].file('shares-3.json')));
        const both = ['open', '--round', 'round.json', '--envelope', 'envelope.ylse', '--shares', 'shares-1.json', '--shares', 'shares-3.json'];
        assert.match(execFileSync(house.program, both, { cwd: folder }).toString(), /七个工作日内完成/);
      } finally {
        trustees.forEach((trustee) => trustee.leave());
      }
    },
  },
];
