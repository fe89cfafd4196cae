import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import compareModels from '../../src/components/compare-models.ts';
import { gitlabWith, jobOf } from './gitlab-file.ts';
import { aboutVersion, contentIn, enter, leaveRecord, validationValue, verdictValue } from './handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from './job.ts';
import { ROWS_PLAN, rowsOf } from './labelled.ts';

const ENDPOINT = 'resale-price-uat';

export const PLAN = `${ROWS_PLAN}comparison:
  primary: rmse
  margins: { rmse: 2, mae: 2 }
`;

interface Wanted {
  readonly files?: Readonly<Record<string, string>>;
  /** What the challenger says of a line; the champion says ten times as much. */
  readonly predict?: (instance: unknown) => unknown;
  readonly champion?: boolean;
}

export async function scene({ files = {}, predict = (line) => 10 * Number(line), champion = true }: Wanted = {}) {
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

export type Scene = Awaited<ReturnType<typeof scene>>;

export function compareIn({ emulator, root, gitlab }: Scene, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(compareModels, { emulator, root, environment: 'uat', ...jobOf(gitlab), ...more });
}

export const recordOf = ({ emulator, arn, config }: Pick<Scene, 'emulator' | 'arn' | 'config'>) => ({
  outcome: 'deployed',
  ...aboutVersion(emulator, arn),
  endpoint: ENDPOINT,
  config,
  model: config,
});

/** A file that a comparison left. */
export const kept = (root: string, name: string, job = '1') =>
  readFileSync(join(root, 'sagemaker', 'compare-models', job, name), 'utf8');

/** The latency counts, and one request is under way at a time, so that the emulator's clock measures it alone. */
export const TIMED = PLAN.replace('accept: text/csv', 'accept: text/csv, at_once: 1').concat('  latency: 0.1\n');
