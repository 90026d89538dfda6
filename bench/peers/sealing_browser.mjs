// Sealing in Chromium on a core made six times slower, and what the curve alone costs another BigInt library.
//
//   npm install --prefix DIR playwright-core @noble/curves && node bench/peers/sealing_browser.mjs DIR [/usr/bin/chromium]
//
// Prints the rows of bench/README.md. The peer (@noble/curves, MIT) makes the five multiples of an envelope and encodes them, once
// its tables are made; ours seals whole envelopes: multiples, proof, key, AES-GCM, hashes.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const SLOWER = 6;
const ROUNDS = 15;
const assets = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'crates', 'platform', 'assets');
const IMPORTS = '<!doctype html><title>sealing</title><script type="importmap">{"imports":{"@noble/hashes/":"/@noble/hashes/"}}</script>';

const server = createServer((request, response) => {
  const path = request.url === '/' ? '' : request.url.startsWith('/@noble/') ? join(modules, 'node_modules', request.url) : join(assets, request.url);
  response.setHeader('content-type', path ? 'text/javascript' : 'text/html');
  try {
    response.end(path ? readFileSync(path) : IMPORTS);
  } catch {
    response.writeHead(404).end();
  }
});

// Runs in the page.
async function rounds(count) {
  const { Base, Point, scalarFromUniform } = await import('/ristretto.js');
  const sealing = await import('/sealing.js');
  const { ristretto255 } = await import('/@noble/curves/ed25519.js');
  const generator = ristretto255.Point.BASE;
  const uniform = () => crypto.getRandomValues(new Uint8Array(64));
  const key = sealing.hex(new Base(Point.fromUniform(uniform())).times(scalarFromUniform(uniform())).encode());
  const about = { origin: 'example.org/log', round: 'r1', committee: 'c1', key, rules: '00'.repeat(32), closes: 1800000000000, sender: 's' };
  const bundle = (bytes) => ({ fields: { amount_fen: '1' }, files: bytes ? [{ name: 'a', type: 'text/plain', bytes: new Uint8Array(bytes) }] : [] });
  const timed = async (work) => {
    const from = performance.now();
    await work();
    return performance.now() - from;
  };
  const tables = await timed(() => sealing.prepare(key));
  const [first, second, third] = [1, 2, 3].map(() => generator.multiply(scalarFromUniform(uniform())).precompute(8, false));
  const peer = () => [first, first, second, second, third].map((point) => point.multiply(scalarFromUniform(uniform())).toBytes());
  peer();
  const figures = { tables: [tables], small: [], peer: [], check: [], large: [] };
  for (let round = 0; round < count; round += 1) {
    let envelope;
    figures.small.push(await timed(async () => { envelope = await sealing.seal(about, bundle(0)); }));
    figures.peer.push(await timed(peer));
    figures.check.push(await timed(() => sealing.check(envelope)));
    if (round < 3) figures.large.push(await timed(() => sealing.seal(about, bundle(3_900_000))));
  }
  return figures;
}

function spread(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map((index) => sorted[index].toFixed(1));
  return { text: `${least} / **${median}** / ${most}`, median: Number(median) };
}

await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { chromium } = createRequire(join(modules, 'package.json'))('playwright-core');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext()).newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const devtools = await page.context().newCDPSession(page);
await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
const figures = await page.evaluate(rounds, ROUNDS);
await browser.close();
server.close();
const told = Object.fromEntries(Object.entries(figures).map(([name, list]) => [name, spread(list)]));
const ratio = (told.peer.median / told.small.median).toFixed(2);
console.log(`| a small envelope, ms | ${told.small.text} | @noble/curves, the five multiples alone | ${told.peer.text} | ${ratio}× | ≤ 300 ms |
| tables made while the form is filled in, ms | ${told.tables.text} |  | – |  |  |
| checking an envelope, ms | ${told.check.text} |  | – |  |  |
| an envelope of 4 MiB, ms | ${told.large.text} |  | – |  |  |`);
