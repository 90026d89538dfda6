// A person with a browser window: visits pages, signs in, fills forms, and notices what is wrong with a page.
import assert from 'node:assert/strict';

const PASSWORD = 'yilang-demo-2026';
const WIDTHS = { phone: { width: 320, height: 700 }, desktop: { width: 1280, height: 800 } };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export class Person {
  constructor(house, context, page, scripts) {
    Object.assign(this, { house, context, page, scripts });
  }

  // options: language (zh-CN, en), width (phone, desktop), scripts (true, false), dark (true, false), hosts (others that may be asked)
  static async arrive(house, { language = 'zh-CN', width = 'desktop', scripts = true, dark = false, hosts = [] } = {}) {
    const context = await house.browser.newContext({
      baseURL: house.url,
      locale: language,
      viewport: WIDTHS[width],
      javaScriptEnabled: scripts,
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const person = new Person(house, context, page, scripts);
    page.on('pageerror', (error) => house.complaints.push(`${page.url()}: script error: ${error.message}`));
    page.on('request', (request) => {
      const url = request.url();
      if (![house.url, 'data:', ...hosts].some((known) => url.startsWith(known))) house.complaints.push(`${page.url()} asks another host: ${url}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 500) house.complaints.push(`${response.url()} answered ${response.status()}`);
    });
    house.arrived.push(person);
    return person;
  }

  async leave() {
    await this.context.close();
  }

  async visit(path, expected = 200) {
    const response = await this.page.goto(path, { waitUntil: 'load' });
    assert.equal(response.status(), expected, `${path} answered ${response.status()}`);
    return this;
  }

  async signIn(login) {
    await this.visit('/sign-in');
    await this.page.fill('input[name="login"]', login);
    await this.page.fill('input[name="password"]', PASSWORD);
    await this.submit('form:has(input[name="password"])');
    assert.ok(!this.path().startsWith('/sign-in'), `${login} could not sign in`);
    return this;
  }

  // Presses the first button of a form and waits for the page that follows.
  async submit(form = 'main form') {
    const button = this.page.locator(form).first().locator('button:not([type="button"])').first();
    await Promise.all([this.page.waitForEvent('load'), button.click()]);
    return this;
  }

  async fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const field = this.page.locator(`main [name="${name}"]`).first();
      const kind = await field.evaluate((e) => (e.tagName === 'SELECT' ? 'select' : e.type));
      if (kind === 'select') await field.selectOption(value);
      else if (kind === 'radio' || kind === 'checkbox') await this.page.check(`main [name="${name}"][value="${value}"]`);
      else await field.fill(value);
    }
    return this;
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  text(selector = 'main') {
    return this.page.locator(selector).first().innerText();
  }

  texts(selector) {
    return this.page.locator(selector).allInnerTexts();
  }

  // Everything that must hold for any page, whatever it is about.
  async looksRight() {
    const found = [...(await this.accessibility()), ...(await this.tables()), ...(await this.overflow())];
    assert.deepEqual(found, [], `${this.page.url()} (${this.page.viewportSize().width} px)`);
    return this;
  }

  async accessibility() {
    // axe is a script itself; the same page is looked at with scripts elsewhere.
    if (!this.scripts) return [];
    // Evaluated rather than added as a script element, so that the page's own content policy stays in force.
    await this.page.evaluate(this.house.axe);
    const result = await this.page.evaluate((values) => window.axe.run({ runOnly: { type: 'tag', values } }), RULES);
    const where = (violation) => violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ');
    return result.violations.map((violation) => `axe ${violation.id}: ${violation.help} (${where(violation)})`);
  }

  // Neither axe nor any other checker minds a data table without headings.
  async tables() {
    return this.page.locator('table').evaluateAll((tables) =>
      tables.flatMap((table) => [
        ...(table.querySelector('caption') ? [] : [`table without caption: ${table.outerHTML.slice(0, 80)}`]),
        ...(table.querySelector('th[scope]') ? [] : [`table without th scope: ${table.outerHTML.slice(0, 80)}`]),
      ]),
    );
  }

  async overflow() {
    return this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth > clientWidth + 1 ? [`the page is ${scrollWidth - clientWidth} px wider than the window`] : [];
    });
  }
}
