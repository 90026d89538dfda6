// Everybody of the demo signs in, finds what waits for him, and leaves again.
import assert from 'node:assert/strict';
import { Person } from '../lib/people.mjs';

const LOGINS = ['enterprise', 'provider', 'expert', 'songjiang', 'jiaxing', 'joint-office', 'admin'];

export default [
  ...LOGINS.map((login) => ({
    title: `${login} signs in, sees the desk and signs out`,
    async run(house) {
      const person = await Person.arrive(house, { width: login === 'expert' ? 'phone' : 'desktop' });
      await person.signIn(login);
      await person.visit('/desk');
      await person.looksRight();
      await person.visit('/account');
      await person.looksRight();
      await person.submit('form[action="/sign-out"]');
      await person.visit('/desk');
      assert.equal(person.path(), '/sign-in', 'a closed desk leads to the sign-in');
      assert.equal(await person.page.inputValue('input[name="next"]'), '/desk', 'and back to the desk from there');
    },
  })),
  {
    title: 'somebody waits on the desk of an officer',
    async run(house) {
      const officer = await Person.arrive(house);
      await officer.signIn('songjiang');
      await officer.visit('/desk');
      assert.ok((await officer.page.locator('main a[href]').count()) > 2);
    },
  },
  {
    title: 'a wrong password is refused without saying which part was wrong',
    async run(house) {
      const said = [];
      for (const login of ['enterprise', 'nobody-of-that-name']) {
        const person = await Person.arrive(house);
        await person.visit('/sign-in');
        await person.page.fill('input[name="login"]', login);
        await person.page.fill('input[name="password"]', 'not the password');
        await person.submit('form:has(input[name="password"])');
        assert.equal(await person.page.inputValue('input[name="login"]'), login);
        await person.looksRight();
        said.push((await person.text('main')).replaceAll(login, ''));
      }
      assert.equal(said[0], said[1]);
    },
  },
  {
    title: 'the administration is clean for axe and closed to others',
    async run(house) {
      const admin = await Person.arrive(house);
      await admin.signIn('admin');
      for (const path of ['/admin', '/admin/accounts', '/admin/jobs', '/admin/journal', '/admin/pack']) {
        await admin.visit(path);
        await admin.looksRight();
      }
      const enterprise = await Person.arrive(house);
      await enterprise.signIn('enterprise');
      const response = await enterprise.page.goto('/admin/accounts');
      assert.ok([403, 404].includes(response.status()), `answered ${response.status()}`);
    },
  },
  {
    title: 'every page of the demo says that it is one',
    async run(house) {
      const visitor = await Person.arrive(house);
      for (const path of ['/', '/needs', '/offers', '/cities/310117']) {
        await visitor.visit(path);
        assert.match(await visitor.text('.demo-band'), /示例/, path);
      }
    },
  },
];
