// Starts the program with its demo on a free port and an empty data folder, and stops it again.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS_MAX = 120_000;

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

// options: port (a free one), host (the name people reach it by), flags (further words of the command)
export async function startServer(program, { port, host = '127.0.0.1', flags = [] } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'yilang-browser-'));
  const number = port ?? (await freePort());
  const address = `127.0.0.1:${number}`;
  const url = `http://${host}:${number}`;
  const said = [];
  const named = host === '127.0.0.1' ? [] : ['--public-url', url];
  const words = ['serve', '--demo', '--data', data, '--listen', address, ...named, ...flags];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk.toString()));
  const until = Date.now() + START_MS_MAX;
  while (!(await answers(`${url}/`))) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
      throw new Error(`the server did not start:\n${said.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    data,
    output: () => said.join(''),
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(killer);
      rmSync(data, { recursive: true, force: true });
    },
  };
}
