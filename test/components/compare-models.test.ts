import { describe, expect, it } from 'vitest';
import compareModels from '../../src/components/compare-models.ts';
import { gitlabWith, jobOf } from './gitlab-file.ts';
import { aboutVersion, contentIn, enter, leaveRecord, validationValue, verdictValue } from './handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from './job.ts';
import { ROWS_PLAN, rowsOf } from './labelled.ts';

const ENDPOINT = 'resale-price-uat';

const PLAN = `${ROWS_PLAN}comparison:
  primary: rmse
  margins: { rmse: 2, mae: 2 }
`;

interface Wanted {
  readonly files?: Readonly<Record<string, string>>;
  /** What the challenger says of a line; the champion says ten times as much. */
  readonly predict?: (instance: unknown) => unknown;
  readonly champion?: boolean;
}

async function scene({ files = {}, predict = (line) => 10 * Number(line), champion = true }: Wanted = {}) {
  const emulator = await emulated();
  const root = projectFolder();
  const before = emulator.register({ status: 'Approved' });
  if (champion) {
    const content = contentIn(emulator, before);
    enter(emulator, before, { 'approved.main': verdictValue(content), 'validated.main': validationValue(content) });
  }
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  emulator.runtime.behaviours.set(before, { predict: (line) => 10 * Number(line) });
  emulator.runtime.behaviours.set(arn, { predict });
  const record = { outcome: 'deployed', ...aboutVersion(emulator, arn), endpoint: ENDPOINT, config, model: config };
  leaveRecord(root, 'deploy-model', { ...record, environment: 'uat' });
  const gitlab = await gitlabWith(emulator, { 'quality.yml': PLAN, 'rows.csv': rowsOf(400), ...files });
  return { emulator, root, before, arn, config, gitlab };
}

type Scene = Awaited<ReturnType<typeof scene>>;

function compareIn({ emulator, root, gitlab }: Scene, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(compareModels, { emulator, root, environment: 'uat', ...jobOf(gitlab), ...more });
}

const evidenceOf = ({ emulator, arn }: Pick<Scene, 'emulator' | 'arn'>) =>
  emulator.package(arn)?.metadata['comparison.uat'];

/** What a comparison left in AWS. */
function leftIn({ emulator }: Pick<Scene, 'emulator'>): string[] {
  emulator.endpoints.advance();
  const { endpoints, models } = emulator;
  return [...endpoints.all.keys(), ...models.configs.keys(), ...models.models.keys()].filter((name) =>
    name.startsWith('cmp-'),
  );
}

describe('compare-models', () => {
  it('asks both versions about the same rows on an endpoint of its own, deletes it, and records what they show', async () => {
    const here = await scene({ predict: (line) => 10 * Number(line) + 1 });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(evidenceOf(here)).toMatch(/^verdict=good n=400 /);
    expect(leftIn(here)).toEqual([]);
  });
});
