import { describe, expect, it } from 'vitest';
import type { FinishedJob } from '../components/job.ts';
import { changes, holdings, told } from './holdings.ts';
import { type Death, leavesItsOwn, type Stage, setStage, start, startAndKill } from './killing.ts';
import {
  approved,
  approving,
  creatingEndpoint,
  rejecting,
  type Scene,
  startingTraining,
  updatingEndpoint,
  validating,
} from './scenes.ts';
import { takeTurns } from './turns.ts';

const CHANGE = /^(Create|Update|Start|AddTags)/;

/** How many calls a job has made when it is about to change something, and when it just has, each time. */
function turningPoints(operations: readonly string[]): { before: number[]; around: number[] } {
  const before = operations.flatMap((operation, index) => (CHANGE.test(operation) ? [index] : []));
  return { before, around: [...new Set(before.flatMap((calls) => [calls, calls + 1])), operations.length] };
}

async function undisturbed(scene: Scene) {
  const stage = await setStage(scene);
  const job = await start(stage);
  const operations = stage.emulator.calls.map(({ operation }) => operation);
  return { operations, told: told(job), changes: changes(stage.emulator), aws: holdings(stage.emulator) };
}

/** A deployment takes minutes, and the pause between two calls of a job does not: nothing comes into service within one. */
const DEPLOYED_BY: Readonly<Record<string, string>> = {
  [creatingEndpoint.about]: 'CreateEndpoint',
  [updatingEndpoint.about]: 'UpdateEndpoint',
};

describe('two jobs of one pipeline at the same time', () => {
  const together = [startingTraining, approving, rejecting, creatingEndpoint, updatingEndpoint, validating];

  it.each(together)(
    'end as one does, in whatever order they call AWS, when $about',
    async (scene) => {
      const alone = await undisturbed(scene);
      const through = DEPLOYED_BY[scene.about];
      const points = turningPoints(alone.operations);
      for (const ofOne of [0, ...points.before]) {
        for (const ofOther of points.around) {
          const stage = await setStage(scene);
          const { emulator } = stage;
          const end = takeTurns(emulator, [
            { job: '1', calls: ofOne },
            { job: '2', calls: ofOther, ...(through && { through }) },
            { job: '1', ...(through && { through }) },
            { job: '2' },
          ]);
          const jobs = await Promise.all(['1', '2'].map((job) => end(job, start(stage, { job }))));
          const order = `${ofOne} calls of one, ${ofOther} of the other:\n${jobs.map(({ log }) => log).join('\n\n')}`;
          for (const job of jobs) expect(told(job), order).toEqual(alone.told);
          expect(holdings(emulator), order).toEqual(alone.aws);
          if (through) expect(changes(emulator)[through], order).toBe(1);
        }
      }
    },
    60_000,
  );
});

const ENDPOINT = 'resale-price-dev';

/** Version 1 is live; pipeline 101 is about to deploy version 2, and pipeline 102 version 3. */
async function twoPipelines() {
  const older = await setStage(updatingEndpoint);
  const { emulator } = older;
  const newer: Stage = { ...older, files: approved(emulator, '102') };
  const lived = [emulator.endpoint(ENDPOINT)?.config.name];
  emulator.endpoints.onLive = ({ config }) => lived.push(config.name);
  return {
    emulator,
    older,
    newer,
    ofOlder: (job: string) => ({ pipeline: '101', job }),
    ofNewer: (job: string) => ({ pipeline: '102', job }),
    /** The configs that were live, in order. */
    lived,
  };
}

type Pipelines = Awaited<ReturnType<typeof twoPipelines>>;

/** The newer version is live, nothing is on its way, and whoever asks is told what was live before it. */
function expectTheNewer({ emulator, lived }: Pipelines, newer: FinishedJob, why: string): void {
  expect(newer, why).toMatchObject({
    exit: 0,
    record: { outcome: 'deployed', version: 3, config: lived.at(-1), previous_config: lived.at(-2) },
    outputs: { ENDPOINT_CONFIG_NAME: lived.at(-1), PREVIOUS_ENDPOINT_CONFIG_NAME: lived.at(-2) },
  });
  const { config, status, pending, arn } = emulator.endpoint(ENDPOINT) ?? {};
  expect({ config: config?.name, status, pending }, why).toEqual({
    config: lived.at(-1),
    status: 'InService',
    pending: undefined,
  });
  expect(emulator.tags.of(String(arn)), why).toMatchObject({
    'sagemaker-components:wanted': lived.at(-1),
    'sagemaker-components:previous': lived.at(-2),
  });
  expect(new Set(lived).size, `${lived.join(', ')}: ${why}`).toBe(lived.length);
}

/** The older one was live for its time, and told what was live before it; or it was too late, and says so. */
function expectNoHarm({ lived }: Pipelines, older: FinishedJob, why: string): void {
  if (older.exit !== 0) {
    expect(older.exit, why).toBe(1);
    expect(older.log, why).toMatch(/serves version 3, and version 2 is older|\S+ on \S+ was superseded by \S+-v3-/);
    return;
  }
  // The newer one's note may stand over its own by now: it then tells no config, and never a wrong one.
  const { config, previous_config: previous } = older.record ?? {};
  expect([undefined, lived[lived.indexOf(String(config)) - 1]], why).toContain(previous);
}

describe('two deployments to one endpoint', () => {
  it('end in the newer, in whatever order they call AWS', async () => {
    const { operations } = await undisturbed(updatingEndpoint);
    const points = turningPoints(operations);
    for (const ofOlder of [0, ...points.before]) {
      for (const ofNewer of [...points.before, operations.length]) {
        const both = await twoPipelines();
        const end = takeTurns(both.emulator, [
          { job: '1', calls: ofOlder, through: 'UpdateEndpoint' },
          { job: '2', calls: ofNewer, through: 'UpdateEndpoint' },
          { job: '1', through: 'UpdateEndpoint' },
          // Refused, it puts the note right at once: nothing comes into service within that pause either.
          { job: '1', calls: 2 },
          { job: '2' },
        ]);
        const [older, newer] = await Promise.all([
          end('1', start(both.older, both.ofOlder('1'))),
          end('2', start(both.newer, both.ofNewer('2'))),
        ]);
        const why = `${ofOlder} calls of the older, ${ofNewer} of the newer:\n${older.log}\n\n${newer.log}`;
        expectTheNewer(both, newer, why);
        expectNoHarm(both, older, why);
      }
    }
  }, 60_000);

  it('end in the newer when it goes live while the older still makes its model and config', async () => {
    const { operations } = await undisturbed(updatingEndpoint);
    for (const making of ['CreateModel', 'CreateEndpointConfig']) {
      const both = await twoPipelines();
      const end = takeTurns(both.emulator, [{ job: '1', calls: operations.indexOf(making) }, { job: '2' }]);
      const [older, newer] = await Promise.all([
        end('1', start(both.older, both.ofOlder('1'))),
        end('2', start(both.newer, both.ofNewer('2'))),
      ]);
      expectTheNewer(both, newer, older.log);
      expect(older).toMatchObject({
        exit: 1,
        log: expect.stringContaining('version 2 is older. Nothing was changed.'),
      });
    }
  });

  it('end in the newer when the older is killed at any call, and run again after it', async () => {
    const { operations } = await undisturbed(updatingEndpoint);
    for (const [index, operation] of operations.entries()) {
      for (const answered of [true, false]) {
        if (!leavesItsOwn(operations, index, answered)) continue;
        const both = await twoPipelines();
        await startAndKill(both.older, { call: index + 1, answered }, both.ofOlder('1'));
        const newer = await start(both.newer, both.ofNewer('2'));
        const again = await start(both.older, both.ofOlder('3'));
        const why = `killed at call ${index + 1}, ${operation}, ${answered}:\n${newer.log}\n\n${again.log}`;
        expectTheNewer(both, newer, why);
        expect(again, why).toMatchObject({ exit: 1 });
        expect(again.log, why).toContain('serves version 3, and version 2 is older. Nothing was changed.');
      }
    }
  }, 60_000);

  const deaths: readonly Death[] = [
    { call: 'CreateEndpointConfig', answered: false },
    { call: 'AddTags', answered: true },
    { call: 'UpdateEndpoint', answered: false },
    { call: 'UpdateEndpoint', answered: true },
  ];

  it.each(deaths.flatMap((older) => deaths.map((newer) => ({ older, newer }))))(
    'end in the newer when both are killed, at $older.call ($older.answered) and $newer.call ($newer.answered), and run again',
    async (killed) => {
      for (const olderFirst of [true, false]) {
        const both = await twoPipelines();
        await startAndKill(both.older, killed.older, both.ofOlder('1'));
        await startAndKill(both.newer, killed.newer, both.ofNewer('2'));
        const again = {
          older: () => start(both.older, both.ofOlder('3')),
          newer: () => start(both.newer, both.ofNewer('4')),
        };
        const first = await (olderFirst ? again.older() : again.newer());
        const second = await (olderFirst ? again.newer() : again.older());
        const [older, newer] = olderFirst ? [first, second] : [second, first];
        const why = `${JSON.stringify(killed)}:\n${older.log}\n\n${newer.log}`;
        expectTheNewer(both, newer, why);
        expectNoHarm(both, older, why);
      }
    },
  );
});
