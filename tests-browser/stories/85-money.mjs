// Money by two people of one firm: a payment made by one and checked by the other, sent in a file, settled by the bank's
// statement; money that came in entered by two; the books looked at in both languages; a month closed.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

const HEAD = 'kind,date,serial,debit,credit,balance,counterparty,counterparty_account,reference,summary';

async function press(person, locator) {
  await Promise.all([person.page.waitForEvent('load'), locator.click()]);
}

// The firm's second person: invited with the mandate to pay, and joined.
async function colleague(house, member) {
  await member.visit('/my/organisation');
  const organisation = member.path().replace('/my/organisation', '') || (await member.page.locator('main a[href^="/organisations/"]').first().getAttribute('href'));
  const id = organisation.match(/\/organisations\/([^/]+)/)[1];
  const second = await Person.arrive(house, { language: 'en', width: 'phone', dark: true });
  await second.signIn('provider');
  await second.visit('/accounts');
  if ((await second.page.locator('main .results h3 a').count()) > 0) return second;
  await member.visit(`/organisations/${id}/members`);
  await member.page.fill('main form[action$="/members"] [name="login"]', 'provider');
  await member.page.check('main form[action$="/members"] [name="mandates"][value="pay"]');
  await member.submit('main form[action$="/members"]');
  await second.visit('/my/organisation');
  await second.submit('main form[action$="/acceptances"]');
  return second;
}

// The day on which the house believes itself to be, as the number of a payment tells it.
function dayOf(number) {
  const [, year, month, day] = number.match(/^YLD(\d{4})(\d{2})(\d{2})/);
  return `${year}-${month}-${day}`;
}

function statement(from, opening, moves, day) {
  let balance = opening;
  const rows = moves.map(([serial, fen, reference]) => {
    balance += fen;
    const side = (Math.abs(fen) / 100).toFixed(2);
    const sides = fen < 0 ? `${side},` : `,${side}`;
    return `line,${day},${serial},${sides},${(balance / 100).toFixed(2)},示例对方,,${reference},示例：浏览器故事`;
  });
  const bound = (kind, date, fen) => `${kind},${date},,,,${(fen / 100).toFixed(2)},,,,`;
  return [HEAD, bound('opening', from, opening), ...rows, bound('closing', day, balance), ''].join('\n');
}

async function upload(person, text) {
  await person.visit('/statements/new');
  await person.looksRight();
  await person.page.setInputFiles('main [name="file"]', { name: 'bank.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await person.submit('main form[action="/statements/imports"]');
}

async function drafts(maker) {
  await maker.visit('/accounts');
  await maker.looksRight();
  await press(maker, maker.page.locator('main .results h3 a').first());
  await maker.looksRight();
  const account = maker.path();
  await press(maker, maker.page.locator('main a[href^="/payments/new"]').first());
  await maker.looksRight();
  await maker.fill({ payee_name: '示例测试仪器有限公司', payee_bank: '示例银行', payee_account: '12', amount_yuan: '1,234.50', purpose: '示例：仪器款' });
  await maker.submit('main form[action="/payments"]');
  assert.equal(await maker.page.locator('#payee_account-error').count(), 1, 'a wrong account number was taken');
  assert.equal(await maker.page.inputValue('main [name="amount_yuan"]'), '1,234.50', 'the refused form lost the amount');
  await maker.looksRight();
  await maker.fill({ payee_account: '6200 0000 0000 1234' });
  await maker.submit('main form[action="/payments"]');
  await maker.looksRight();
  assert.ok(!(await maker.text('main')).includes('6200000000001234'), 'the page shows the whole account number');
  await maker.submit('main form[action$="/submissions"]');
  await maker.looksRight();
  assert.equal(await maker.page.locator('main a[href$="/check"]').count(), 0, 'its maker may check it');
  return { account, payment: maker.path() };
}

async function checks(checker, payment) {
  await checker.visit('/desk');
  await press(checker, checker.page.locator(`main a[href="${payment}"]`).first());
  await checker.looksRight();
  await press(checker, checker.page.locator('main a[href$="/check"]').first());
  assert.ok((await checker.text('main')).includes('6200000000001234'), 'the checker does not see the whole number');
  await checker.looksRight();
  await checker.fill({ decision: 'reject' });
  await checker.submit('main form[action$="/decisions"]');
  assert.equal(await checker.page.locator('#reason-error').count(), 1, 'a rejection without a reason was taken');
  await checker.looksRight();
  await checker.fill({ decision: 'approve' });
  await checker.submit('main form[action$="/decisions"]');
  assert.ok((await checker.page.locator('main .receipt').count()) > 0, 'the decision has no receipt');
  await checker.looksRight();
}

async function sends(maker, payment) {
  await maker.visit('/payment-files/new');
  await maker.looksRight();
  await maker.submit('main form[action="/payment-files"]');
  await maker.looksRight();
  await press(maker, maker.page.locator('main a[href^="/payment-files/"]').first());
  await maker.looksRight();
  const content = await maker.page.locator('main a[href$="format=csv"]').first().getAttribute('href');
  const [first, again] = [await maker.page.request.get(content), await maker.page.request.get(content)];
  assert.equal(await first.text(), await again.text(), 'the file is another one the second time');
  const number = (await first.text()).split('\n').find((line) => line.includes('1234.50')).split(',')[0];
  await maker.visit(payment);
  await maker.looksRight();
  return number;
}

export default [
  {
    title: 'a payment is made, checked, sent and settled, and money that came in is entered by two',
    async run(house) {
      const maker = await Person.arrive(house);
      await maker.signIn('enterprise');
      const checker = await colleague(house, maker);
      const { account, payment } = await drafts(maker);
      await checks(checker, payment);
      const number = await sends(maker, payment);
      const day = dayOf(number);

      // The last statement ended with 315,000 yuan.
      await maker.visit('/statements');
      await maker.looksRight();
      const last = (await maker.texts('main #statements-title, main section[aria-labelledby="statements-title"] tbody th')).join(' ');
      const from = last.match(/\d{4}-\d{2}-\d{2}/g)[1];
      const moves = [[`BANK-${Date.now()}-1`, -123_450, number], [`BANK-${Date.now()}-2`, 8_800, '']];
      await upload(maker, statement(from, 31_500_000, moves, day).replace('1234.50', '1234.51'));
      assert.equal(await maker.page.locator('main [role="alert"] tbody tr').count(), 1, 'a wrong balance was taken');
      await maker.looksRight();
      await upload(maker, statement(from, 31_500_000, moves, day));
      assert.ok((await maker.page.locator('main .receipt').count()) > 0, 'the statement has no receipt');
      await maker.looksRight();
      await maker.visit(payment);
      assert.match(await maker.text('main'), /已结清/);
      await maker.looksRight();

      // What came in: proposed by one, entered by the other.
      await maker.visit('/statements');
      const open = maker.page.locator('main section[aria-labelledby="open-title"] tbody tr', { hasText: '+88.00' });
      await press(maker, open.locator('a').first());
      const line = maker.path();
      await maker.looksRight();
      await maker.fill({ account: account.replace('/accounts/', ''), purpose: '示例：利息' });
      await maker.submit('main form[action$="/entries"]');
      await maker.looksRight();
      await checker.visit(line);
      await checker.looksRight();
      await checker.fill({ decision: 'approve' });
      await checker.submit('main form[action$="/decisions"]');
      await checker.looksRight();
      await maker.visit(`${account}/statement`);
      await maker.looksRight();
      await maker.visit(`${account}/entries`);
      await maker.looksRight();
      assert.ok((await maker.page.locator('main tbody tr').count()) >= 3, 'entries are missing');
    },
  },
  ...[
    ['on a desktop, in Chinese', {}],
    ['on a phone, in English, in the dark', { language: 'en', width: 'phone', dark: true }],
    ['on a phone, without scripts', { width: 'phone', scripts: false }],
  ].map(([how, options]) => ({
    title: `a city's money is looked at ${how}`,
    async run(house) {
      const officer = await Person.arrive(house, options);
      await officer.signIn('songjiang');
      await officer.visit('/desk');
      await press(officer, officer.page.locator('main a[href="/accounts"]').first());
      await officer.looksRight();
      for (const path of ['/payments', '/payment-files/new', '/statements', '/periods', '/accounts/new', '/payments/new']) {
        await officer.visit(path);
        await officer.looksRight();
      }
      await officer.visit('/payments');
      await press(officer, officer.page.locator('main .results h3 a').first());
      await officer.looksRight();
      await officer.visit('/statements');
      await press(officer, officer.page.locator('main section[aria-labelledby="statements-title"] tbody a').first());
      await officer.looksRight();
      await press(officer, officer.page.locator('main tbody a').last());
      await officer.looksRight();
    },
  })),
  {
    title: 'a month is closed by the joint office, and what stands in the way is said',
    async run(house) {
      const office = await Person.arrive(house);
      await office.signIn('joint-office');
      await office.visit('/periods');
      await office.looksRight();
      // The first month that anybody closes may be any that is over; the next follows it.
      await office.fill({ period: '2020-01' });
      await office.submit('main form[action="/periods"]');
      assert.match(await office.text('main table'), /2020-01/);
      await office.looksRight();
      await office.fill({ period: '2020-03' });
      await office.submit('main form[action="/periods"]');
      assert.equal(await office.page.locator('#period-error').count(), 1, 'a month was left out');
      assert.match(await office.text('main'), /2020-02/);
      await office.looksRight();
    },
  },
];
