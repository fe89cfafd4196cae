import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { machineClock } from '../emulator/clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { namedScenes } from '../emulator/named-scenes.ts';
import { readPage } from './docs/pages.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Runs commands in the folder of this repository, against an emulator with the scene that the page names. */
async function typed(emulator: Emulator, commands: string): Promise<string> {
  namedScenes['resale-price'].set(emulator);
  const { PATH } = process.env;
  const env = { PATH, ...emulator.env, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euc', commands], { cwd: root, env });
  return stdout;
}

it('check-model, started by hand as the page says, shows the newest version that waits for approval', async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  onTestFinished(() => rmSync(`${root}sagemaker`, { recursive: true, force: true }));
  const [block] = readPage('docs/by-hand.md').blocks;
  const stdout = await typed(emulator, block?.text ?? '');
  expect(stdout).toContain('ResalePriceModelGroup version 3 can be promoted to dev.');
  expect(stdout).toMatch(/live +ResalePriceModelGroup version 2 on resale-price-dev \(InService\)/);
  expect(emulator.calls.filter(({ operation }) => /^(Create|Update|Delete)/.test(operation))).toEqual([]);
}, 60_000);

it('evaluate-model and load-test, started by hand as the page says, ask the endpoint of the scene', async () => {
  const emulator = await startEmulator({ clock: machineClock() });
  onTestFinished(() => emulator.close());
  const folder = `${root}examples/resale-price/sagemaker`;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [before, record = '', block] = readPage('docs/by-hand.md').blocks.map(({ text }) => text);
  mkdirSync(`${folder}/deploy-model/1`, { recursive: true });
  writeFileSync(`${folder}/deploy-model/1/record.json`, record);
  const exported = before?.split('\n').filter((line) => line.startsWith('export')) ?? [];
  // A second of load shows that it is sent. Whether that is enough, and in time, is no matter.
  const short = block?.replace('--duration=20', '--duration=1').replace('--warm-up=2', '--warm-up=0');
  const stdout = await typed(emulator, `${exported.join('\n')}\n${short?.trimEnd()} || true`);
  expect(stdout).toContain('Good in dev: every check of 360 rows holds.');
  expect(stdout).toContain('20/s for 1 s: 20 requests sent, none failed.');
}, 60_000);
