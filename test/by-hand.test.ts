import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulator/emulator.ts';
import { namedScenes } from '../emulator/named-scenes.ts';
import { readPage } from './docs/pages.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

it('check-model, started by hand as the page says, shows the newest version that waits for approval', async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  namedScenes['resale-price'].set(emulator);
  onTestFinished(() => rmSync(`${root}sagemaker`, { recursive: true, force: true }));
  const [block] = readPage('docs/by-hand.md').blocks;
  const { PATH } = process.env;
  const env = { PATH, ...emulator.env, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euc', block?.text ?? ''], { cwd: root, env });
  expect(stdout).toContain('ResalePriceModelGroup version 3 can be promoted to dev.');
  expect(stdout).toMatch(/live +ResalePriceModelGroup version 2 on resale-price-dev \(InService\)/);
  expect(emulator.calls.filter(({ operation }) => /^(Create|Update|Delete)/.test(operation))).toEqual([]);
}, 60_000);
