// Runs the browser stories against a freshly started demo.
//
//   node tests-browser/run.mjs --program target/debug/yilang --modules target/browser [--only TEXT] [--url URL]
//
// A story is { title, run(house) } in stories/*.mjs. The stories of a file run one after the other; files are taken by several
// lanes, each with a house of its own. The closing line is "stories: N passed, N failed".
import { readFileSync, readdirSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './lib/server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    program: { type: 'string', default: 'target/debug/yilang' },
    modules: { type: 'string', default: 'target/browser' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    only: { type: 'string', default: '' },
    url: { type: 'string', default: '' },
    lanes: { type: 'string', default: '2' },
  },
});

// Chromium's own errands are switched off: a closed network refuses them one by one.
const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function stories() {
  const folder = join(here, 'stories');
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs')).sort();
  const modules = await Promise.all(files.map((name) => import(pathToFileURL(join(folder, name)))));
  const chosen = modules.map((module) => module.default.filter((story) => story.title.includes(options.only)));
  return chosen.filter((file) => file.length > 0);
}

async function tell(house, story) {
  house.complaints.length = 0;
  const started = Date.now();
  try {
    await story.run(house);
    if (house.complaints.length > 0) throw new Error(house.complaints.join('\n'));
    console.log(`ok      ${story.title} (${Date.now() - started} ms)`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${story.title}\n${error.stack ?? error}`);
    await photograph(house, story);
    return false;
  } finally {
    await Promise.all(house.arrived.splice(0).map((person) => person.leave().catch(() => {})));
  }
}

async function photograph(house, story) {
  const name = story.title.replaceAll(/[^a-z0-9]+/gi, '-');
  const folder = join(house.modules, 'failed');
  mkdirSync(folder, { recursive: true });
  for (const [index, person] of house.arrived.entries()) {
    const path = join(folder, `${name}-${index}.png`);
    await person.page.screenshot({ path, fullPage: true }).then(() => console.log(`        picture: ${path}`), () => {});
  }
}

// Runs files as long as there are any, in a house of its own.
async function lane(files, { chromium, axe, modules }) {
  const server = options.url ? { url: options.url, output: () => '', stop: async () => {} } : await startServer(resolve(options.program));
  const browser = await chromium.launch({ executablePath: options.chromium, args: CHROMIUM_ARGUMENTS });
  const house = { url: server.url, data: server.data, program: resolve(options.program), browser, axe, modules, output: server.output, complaints: [], arrived: [] };
  let [passed, failed] = [0, 0];
  try {
    for (let file = files.shift(); file; file = files.shift()) {
      for (const story of file) {
        if (await tell(house, story)) passed += 1;
        else failed += 1;
      }
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  return { passed, failed };
}

async function main() {
  const modules = resolve(options.modules);
  const require = createRequire(join(modules, 'package.json'));
  const { chromium } = require('playwright-core');
  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  const files = await stories();
  const lanes = Array.from({ length: options.url ? 1 : Math.min(Number(options.lanes), files.length) }, () => lane(files, { chromium, axe, modules }));
  const ended = await Promise.all(lanes);
  const sum = (which) => ended.reduce((all, each) => all + each[which], 0);
  console.log(`stories: ${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}

process.exitCode = await main().catch((error) => {
  console.error(error.stack ?? error);
  console.log('stories: 0 passed, 1 failed');
  return 1;
});
