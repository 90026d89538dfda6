// The browser's modules, as Node.js takes them: it believes a file to be a module only in a folder that says so.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'yilang-modules-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
cpSync(join(root, 'crates', 'platform', 'assets'), folder, { recursive: true });
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');

export const asset = (name) => import(pathToFileURL(join(folder, name)));
export const file = (...path) => readFileSync(join(root, ...path));
export const json = (...path) => JSON.parse(file(...path).toString('utf8'));
export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));
