// Runs the tests of the browser's modules that need no browser: node tests-browser/units.mjs [--only FILE]
// The closing line is "modules: N passed, N failed".
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'units');
const only = process.argv[2] === '--only' ? process.argv[3] : '';
const files = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name.includes(only)).sort();
let [passed, failed] = [0, 0];

run({ files: files.map((name) => join(folder, name)), concurrency: true })
  .on('test:pass', ({ skip }) => { if (!skip) passed += 1; })
  .on('test:fail', ({ name, details }) => {
    failed += 1;
    console.log(`FAILED  ${name}\n${details.error?.cause?.stack ?? details.error?.stack ?? details.error}`);
  })
  .on('test:stderr', ({ message }) => process.stderr.write(message))
  .on('end', () => {
    console.log(`modules: ${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  })
  .resume();
