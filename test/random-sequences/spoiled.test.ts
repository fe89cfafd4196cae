import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { virtualClock } from '../../emulator/clock.ts';
import { Emulator, startEmulator } from '../../emulator/emulator.ts';
import { optionFor } from '../../src/gitlab/inputs.ts';
import { inputsOf } from '../components/example.ts';
import { type FinishedJob, startJob } from '../components/job.ts';
import { type Scene, scenes } from '../interruption/scenes.ts';
import { chosen } from './chosen.ts';
import { answerNearby, callingFrom } from './nearby.ts';
import { ROOM } from './project.ts';
import { fileLike, textLike } from './spoiled.ts';

const settings = chosen({ runs: 40, seed: 20261122 });

let restore = () => {};
beforeAll(() => {
  restore = answerNearby();
});
afterAll(() => restore());

interface Spoiled {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  readonly words?: readonly string[];
}

async function play(scene: Scene, { inputs = {}, files = {}, words = [] }: Spoiled = {}): Promise<FinishedJob> {
  // What is not asked by a client, which is answered nearby, is asked by HTTP.
  const emulator = await startEmulator({ clock: virtualClock() });
  const root = mkdtempSync(join(ROOM, 'spoiled-'));
  try {
    for (const [path, content] of Object.entries({ ...scene.set(emulator), ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const caller = { emulator, before: async () => {}, done: () => {}, answered: async () => {} };
    const { component, environment } = scene;
    const options = { emulator, root, environment, words, inputs: { ...scene.inputs, ...inputs } };
    return await callingFrom(caller, () => startJob(component, options));
  } finally {
    await emulator.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** What changed AWS, but for the minute at which it did. */
function writes({ received }: FinishedJob): unknown[] {
  const changing = received.filter(
    ({ operation, answer }) => answer === 'ok' && /^(Create|Update|Delete|Start|Stop|Add)/.test(operation),
  );
  return changing.map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`);
}

/** Whatever it was given, a job ends by itself and in words; and it has changed nothing when it was given something wrong. */
function endsInWords(job: FinishedJob): void {
  const { exit, log } = job;
  expect([0, 1, 64, 77, 80, 124]).toContain(exit);
  expect(log).not.toMatch(/\n\s+at .*[(:]/);
  expect(log).not.toMatch(/Unexpected error|EmulatorMistake|ZodError|TypeError|RangeError/);
  if (exit !== 0) expect(log).toMatch(/\nNext: .+$/);
  if (exit === 64) expect(writes(job)).toEqual([]);
}

/** Its load goes over the network, and not by a client that is answered nearby. */
const OVER_THE_NETWORK = 'load-test';

const answered = scenes.filter(({ component }) => component.name !== OVER_THE_NETWORK);
const byComponent = [...Map.groupBy(answered, ({ component }) => component.name)].flatMap(([name, [scene]]) =>
  scene ? [{ name, scene }] : [],
);

describe.each(byComponent)('$name', ({ scene }) => {
  const files = Object.entries(scene.set(new Emulator(virtualClock())));

  it('answers any input in words, and changes nothing for a wrong one', async () => {
    const own = { ...inputsOf(scene.component.name, scene.environment), ...scene.inputs };
    const shared = {
      environment: scene.environment,
      aws_region: 'ap-southeast-1',
      expected_account_id: '111122223333',
    };
    const anInput = fc
      .constantFrom(...Object.entries({ ...own, ...shared }))
      .chain(([name, right]) => textLike(right).map((value) => ({ [name]: value })));
    const property = fc.asyncProperty(anInput, async (inputs) => endsInWords(await play(scene, { inputs })));
    await fc.assert(property, settings);
  }, 600_000);

  it('answers any word of the script in words, and knows none but its own', async () => {
    const property = fc.asyncProperty(textLike('--require-validation=false'), async (word) => {
      const job = await play(scene, { words: [word] });
      endsInWords(job);
      const { safetyInputs, jobInputs = [] } = scene.component;
      const isKnown = [...safetyInputs, ...jobInputs].some((input) => word.startsWith(`${optionFor(input)}=`));
      expect(isKnown ? [0, 64] : [64]).toContain(job.exit);
    });
    await fc.assert(property, { ...settings, numRuns: Math.ceil(settings.numRuns / 4) });
  }, 600_000);

  it('reads no dotenv file', async () => {
    const expected = await play(scene);
    const forged =
      'MODEL_FOUND=true\nMODEL_PACKAGE_ARN=arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/x/9\n';
    const property = fc.asyncProperty(fileLike(JSON.stringify({ forged })), async (content) => {
      const where = files.map(([path]) => join(dirname(path), 'sagemaker.env'));
      const job = await play(scene, { files: Object.fromEntries([...where, '.env'].map((path) => [path, content])) });
      expect([job.exit, job.calls, writes(job)]).toEqual([expected.exit, expected.calls, writes(expected)]);
    });
    await fc.assert(property, { ...settings, numRuns: Math.ceil(settings.numRuns / 4) });
  }, 600_000);

  if (files.length === 0) return;
  it('answers any file in words, and changes nothing that the right one would not', async () => {
    const usual = writes(await play(scene));
    const aFile = fc
      .constantFrom(...files)
      .chain(([path, right]) => fileLike(right).map((content) => ({ [path]: content })));
    const property = fc.asyncProperty(aFile, async (spoiled) => {
      const job = await play(scene, { files: spoiled });
      endsInWords(job);
      const more = writes(job).filter((one) => !usual.includes(one));
      if (Object.keys(spoiled).some((path) => path.endsWith('record.json'))) expect(more).toEqual([]);
    });
    await fc.assert(property, settings);
  }, 600_000);
});
