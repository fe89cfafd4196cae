import { describe, expect, it } from 'vitest';
import evaluateModel from '../../../src/components/evaluate-model.ts';
import { gitlabWith, jobOf } from '../gitlab-file.ts';
import { aboutVersion, contentIn, enter, leaveRecord, validationValue, verdictValue } from '../handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from '../job.ts';
import { ROWS_PLAN, rowsOf } from '../labelled.ts';

const ENDPOINT = 'resale-price-uat';
const FOLDER = 's3://resale-price-data/predictions';
const KEEPING = `${ROWS_PLAN}predictions_uri: ${FOLDER}\n`;
const PLAN = KEEPING.replace('{ max: 12 }', '{ max: 12, max_drop_from_live: 0.5 }');
const FILES = { 'quality.yml': PLAN, 'rows.csv': rowsOf(200) };

/** Off by so much in every second row, to and fro. */
const off = (by: number) => (line: unknown) => 10 * Number(line) + (Number(line) % 4 < 2 ? by : -by);

interface Wanted {
  readonly keeping?: string;
  /** What version 2 says of a line; version 1 says ten times as much. */
  readonly predict?: (line: unknown) => unknown;
  /** Whether version 1, which was evaluated, is live in main. */
  readonly isLive?: boolean;
}

/** Version 1 was evaluated in uat and is live in main; version 2 serves in uat. */
async function scene({ keeping = KEEPING, predict = off(0), isLive = true }: Wanted = {}) {
  const emulator = await emulated();
  const root = projectFolder();
  const gitlab = await gitlabWith(emulator, { ...FILES, 'quality.yml': keeping });
  const served = (predicts: (line: unknown) => unknown) => {
    const arn = emulator.register({ status: 'Approved' });
    const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
    emulator.runtime.behaviours.set(ENDPOINT, { predict: predicts });
    const record = { outcome: 'deployed', ...aboutVersion(emulator, arn), endpoint: ENDPOINT, config, model: config };
    leaveRecord(root, 'deploy-model', { ...record, environment: 'uat' });
    return arn;
  };
  const before = served(off(0));
  const first = await startJob(evaluateModel, { emulator, root, environment: 'uat', ...jobOf(gitlab), job: '7' });
  expect(first.exit, first.log).toBe(0);
  const content = contentIn(emulator, before);
  if (isLive)
    enter(emulator, before, {
      ...emulator.package(before)?.metadata,
      'approved.main': verdictValue(content),
      'validated.main': validationValue(content),
    });
  const arn = served(predict);
  return { emulator, root, before, arn, content, first };
}

type Scene = Awaited<ReturnType<typeof scene>>;

async function evaluateIn(
  { emulator, root }: Scene,
  files: Readonly<Record<string, string>> = FILES,
  more: Partial<JobOptions> = {},
): Promise<FinishedJob> {
  const gitlab = await gitlabWith(emulator, files);
  return startJob(evaluateModel, { emulator, root, environment: 'uat', ...jobOf(gitlab), job: '8', ...more });
}

const kept = ({ emulator }: Scene) => emulator.objects.keys('resale-price-data', 'predictions/');
const entryOf = ({ emulator, arn }: Scene) => emulator.package(arn)?.metadata['quality.uat'];

describe('evaluate-model, where the quality file limits the drop from the live version', () => {
  it('keeps what each version says of the rows, and no id, label or feature, where the entry of the version names it', async () => {
    const here = await scene({ isLive: false });
    const [key = '', ...others] = kept(here);
    expect(others).toEqual([]);
    const [, data, report] =
      /data=(\w+) report=(\w+)/.exec(here.emulator.package(here.before)?.metadata['quality.uat'] ?? '') ?? [];
    expect(key).toBe(`predictions/uat/${here.content}/${data}/${report}`);
    expect(here.first.log).toContain(
      `Its predictions are kept for the versions after it: s3://resale-price-data/${key}.`,
    );
    const text = here.emulator.objects.find(`resale-price-data/${key}`)?.text ?? '';
    expect(text).not.toMatch(/r17|part/);
    expect(here.first.calls.indexOf('PutObject')).toBeLessThan(here.first.calls.indexOf('UpdateModelPackage'));
  });

  it('finds that a version is not worse than the live one by what that one said of the same rows', async () => {
    const here = await scene({ predict: off(1) });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('Compared with what version 1, which is live in main, answered to the same rows.');
    expect(job.log).toMatch(
      / {2}good {9}rmse is at most 0\.5 worse than that of version 1: 6\.\d+ instead of 6\.\d+ \(worse by at most 0\.\d+, 95 %; paired bootstrap of 200 rows\)/,
    );
    expect(entryOf(here)).toMatch(/^verdict=good n=200 /);
  });

  it('finds that a version that keeps its own limit is worse than the live one', async () => {
    const here = await scene({ predict: off(6) });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toMatch(/ {2}good {9}rmse is at most 12: 8\.\d+/);
    expect(job.log).toMatch(
      /SMC-5108: Bad in uat: .*\n {2}rmse is at most 0\.5 worse than that of version 1: 8\.\d+ instead of 6\.\d+ \(worse by at least \d\.\d+, 95 %/,
    );
    expect(entryOf(here)).toMatch(/^verdict=bad /);
  });

  it('tells nothing where the rows are too few, and says how many more would decide', async () => {
    const job = await evaluateIn(await scene({ predict: off(2.8) }));
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toMatch(
      /SMC-5109: .*\n {2}rmse is at most 0\.5 worse than that of version 1: .*; about [\d,]+ rows more would decide/,
    );
  });

  it('judges no drop while no version is live, and says so', async () => {
    const here = await scene({ isLive: false });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain(
      '  not judged   rmse is at most 0.5 worse than that of the live version: no version is validated in main',
    );
    expect(entryOf(here)).toMatch(/^verdict=good /);
  });

  it.each<[why: string, wanted: Wanted, files: object, change?: (here: Scene) => void]>([
    ['was evaluated on other data', {}, { 'rows.csv': rowsOf(201) }],
    [
      'was asked in another way: id, label, task, prediction or max_rows differ',
      {},
      { 'quality.yml': `${PLAN}max_rows: 100\n` },
    ],
    [
      'has no predictions at s3://resale-price-data/predictions/uat/v2-',
      { keeping: ROWS_PLAN },
      {},
      ({ emulator }) => emulator.objects.put('s3://resale-price-data/predictions/uat/another', ''),
    ],
    [
      'has an entry quality.uat that has an unknown format',
      {},
      {},
      ({ emulator, before }) => enter(emulator, before, { 'quality.uat': 'verdict=good' }),
    ],
  ])('knows nothing of a live version that %s: that is inconclusive', async (why, wanted, files, change) => {
    const here = await scene(wanted);
    change?.(here);
    const job = await evaluateIn(here, { ...FILES, ...files });
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toContain('ERROR SMC-5116: Inconclusive in uat: nobody knows what the live version answered');
    expect(job.log).toContain(`rmse is at most 0.5 worse than that of the live version: version 1 ${why}`);
  });

  it('keeps nothing and records nothing where S3 takes no predictions', async () => {
    const here = await scene();
    here.emulator.fault({
      operation: 'PutObject',
      kind: 'error',
      error: { code: 'NoSuchBucket', message: 'The specified bucket does not exist', status: 404 },
    });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).not.toBe(0);
    expect(job.log).toContain(
      'ERROR SMC-5112: S3 did not take the predictions at s3://resale-price-data/predictions/uat/',
    );
    expect(job.calls).not.toContain('UpdateModelPackage');
  });

  it('asks nothing where the predictions of the live version are not those that its entry names', async () => {
    const here = await scene({ predict: off(6) });
    const [key = ''] = kept(here);
    const address = `s3://resale-price-data/${key}`;
    const object = here.emulator.objects.find(address)?.text ?? '';
    const worse = Buffer.from(new Float64Array(200).fill(1000).buffer).toString('base64');
    for (const forged of [
      object.replace(/\n.*\n$/, `\n${worse}\n`),
      object.replace(/(sha256\\": \\")\w{10}/, '$10123456789'),
      object.slice(0, 300),
      '',
    ]) {
      here.emulator.objects.put(address, forged);
      const job = await evaluateIn(here);
      expect(job.exit, job.log).toBe(1);
      expect(job.log).toContain(`ERROR SMC-5114: The predictions at ${address} are not those that`);
      expect(job.calls).not.toContain('InvokeEndpoint');
    }
  });

  it('is run again with the same numbers, and leaves one object and one entry of them', async () => {
    const here = await scene({ predict: off(1) });
    await evaluateIn(here);
    const [objects, entry] = [kept(here), entryOf(here)];
    const again = await evaluateIn(here, FILES, { job: '9' });
    expect(again.calls).not.toContain('UpdateModelPackage');
    expect([kept(here), entryOf(here)]).toEqual([objects, entry]);
  });
});
