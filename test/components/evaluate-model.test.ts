import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import evaluateModel from '../../src/components/evaluate-model.ts';
import { gitlabWith, jobOf } from './gitlab-file.ts';
import { aboutVersion, leaveRecord } from './handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from './job.ts';
import { parquetOf, ROWS_PLAN, rowsOf } from './labelled.ts';

const ENDPOINT = 'resale-price-uat';
/** The rows of rowsOf(200). */
const PARQUET = parquetOf('snappy');

async function scene({ files = {}, predict = (line: unknown) => (10 * Number(line)) as unknown }: Wanted = {}) {
  const emulator = await emulated();
  const root = projectFolder();
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  emulator.runtime.behaviours.set(ENDPOINT, { predict });
  const record = { outcome: 'deployed', ...aboutVersion(emulator, arn), endpoint: ENDPOINT, config, model: config };
  leaveRecord(root, 'deploy-model', { ...record, environment: 'uat' });
  const gitlab = await gitlabWith(emulator, { 'quality.yml': ROWS_PLAN, 'rows.csv': rowsOf(200), ...files });
  return { emulator, root, arn, config, gitlab };
}

interface Wanted {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly predict?: (instance: unknown) => unknown;
}

type Scene = Awaited<ReturnType<typeof scene>>;

function evaluateIn({ emulator, root, gitlab }: Scene, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(evaluateModel, { emulator, root, environment: 'uat', ...jobOf(gitlab), ...more });
}

function kept(root: string, name: string): string {
  return readFileSync(join(root, 'sagemaker', 'evaluate-model', '1', name), 'utf8');
}

const evidenceOf = ({ emulator, arn }: Pick<Scene, 'emulator' | 'arn'>) =>
  emulator.package(arn)?.metadata['quality.uat'];

describe('evaluate-model', () => {
  it('asks the live endpoint about every row, and records that the answers are good', async () => {
    const here = await scene();
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('rows.csv of the commit 8b1a9953c461 has 200 rows (SHA-256 319e4a4e52ec');
    expect(job.log).toContain('200 rows were answered in 2 requests; 0 were repeated.');
    expect(job.log).toMatch(/ {2}good {9}rmse is at most 12: 6\.0\d+ \(95 %: at most 6\.\d+; bootstrap of 200 rows\)/);
    expect(job.log).toMatch(/ {2}good {9}better than a constant answer \(r2 above 0\): 0\.9\d+/);
    expect(job.log).toMatch(/Good in uat: every check of 200 rows holds\.$/);
    expect(job.outputs).toEqual({ MODEL_QUALITY: 'good' });
    expect(job.calls.filter((call) => call === 'InvokeEndpoint')).toHaveLength(2);
    expect(evidenceOf(here)).toMatch(
      /^verdict=good n=200 data=319e4a4e52ec638da0fd463823fa11d0 report=[0-9a-f]{32} pipeline=101 job=1 at=\S+ content=v2-\w+$/,
    );
  });

  it('finds that answers are bad, says which check shows it, and records that', async () => {
    const here = await scene({ predict: (line) => 10 * Number(line) + 20 });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toContain(
      'ERROR SMC-5108: Bad in uat: the answers to 200 rows show it:\n  rmse is at most 12: 20.9',
    );
    expect(job.junit).toMatch(/name="rmse is at most 12 \(bad\)".*<failure message="20\.9/);
    expect(job.outputs).toEqual({});
    expect(evidenceOf(here)).toMatch(/^verdict=bad n=200 /);
  });

  it('tells the same of each check in the log and as a test, also of one that holds, and of slices that decide nothing', async () => {
    const slices =
      'slices: [{ column: part, metrics: { mae: { max: 5.5 } } }, { column: x, metrics: { mae: { max: 9 } } }]';
    const odd = await evaluateIn(await scene({ files: { 'quality.yml': `${ROWS_PLAN}${slices}\n` } }));
    expect(odd.exit, odd.log).toBe(1);
    expect(odd.log).toContain('not judged: 1 rows, fewer than 30, and no other slice by x is judged');
    const here = await scene({ files: { 'quality.yml': `${ROWS_PLAN}${slices.replace(/, \{ column: x.*/, ']')}\n` } });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toMatch(
      /Good in uat: every check of 200 rows holds, and no slice is shown to break its limit \(2 undecided\)\.$/,
    );
    for (const name of ['rmse is at most 12', 'mae is at most 5.5 where part is a (undecided)']) {
      const [, found = ''] = job.junit.split(`name="${name}" time="0.000"><system-out>`);
      const what = found.slice(0, found.indexOf('<'));
      expect(what).toMatch(/^\d\.\d+ \(95 %: at most \d\.\d+; (bootstrap of 200|normal of 100) rows/);
      expect(job.log).toContain(`${name.replace(' (undecided)', '')}: ${what}`);
    }
  });

  it('says how many rows more would decide where they are too few, and ends well only where a commit allows that', async () => {
    const files = { 'quality.yml': ROWS_PLAN.replace('max: 12', 'max: 6.2') };
    const refused = await evaluateIn(await scene({ files }));
    expect(refused.exit).toBe(1);
    expect(refused.log).toMatch(
      /SMC-5109: Inconclusive in uat: .*\n {2}rmse is at most 6\.2: 6\.\d+ \(.*\); about [\d,]+ rows more would decide/,
    );
    const here = await scene({ files });
    const allowed = await evaluateIn(here, { inputs: { allow_inconclusive: 'true' } });
    expect(allowed.exit, allowed.log).toBe(0);
    expect(allowed.outputs).toEqual({ MODEL_QUALITY: 'inconclusive' });
    expect(evidenceOf(here)).toMatch(/^verdict=inconclusive .* open=inconclusive$/);
  });

  it('is run again without writing the same again', async () => {
    const here = await scene();
    await evaluateIn(here);
    const before = evidenceOf(here);
    const again = await evaluateIn(here, { job: '2' });
    expect(again.exit).toBe(0);
    expect(again.calls).not.toContain('UpdateModelPackage');
    expect(evidenceOf(here)).toBe(before);
  });

  it('shows the same numbers in its metrics and its report, and keeps no answer', async () => {
    const here = await scene();
    await evaluateIn(here);
    const metrics = Object.fromEntries(
      kept(here.root, 'metrics.txt')
        .split('\n')
        .map((line) => line.split(' ')),
    );
    const { metrics: told, verdict, n } = JSON.parse(kept(here.root, 'report.json'));
    expect({ verdict, n }).toEqual({ verdict: 'good', n: 200 });
    expect(Number(metrics.rmse)).toBe(told[0].estimate.value);
    expect(metrics.rows).toBe('200');
    expect(readdirSync(join(here.root, 'sagemaker', 'evaluate-model', '1'))).not.toContain('answers.csv');
  });

  it('keeps the answer to each row only where somebody asks for that, and lets GitLab delete it', async () => {
    const here = await scene();
    const refused = await evaluateIn(here, { inputs: { keep_answers: 'true' } });
    expect(refused.exit).toBe(64);
    expect(refused.log).toContain('keep_answers: received "true"; must be false while keep_records is never');
    const keeping = await evaluateIn(here, { inputs: { keep_answers: 'true', keep_records: '30 days' } });
    expect(keeping.exit, keeping.log).toBe(0);
    expect(keeping.log).toContain('The answer to each row is in answers.csv, for 30 days.');
    const lines = kept(here.root, 'answers.csv').split('\n');
    expect(lines.slice(0, 3)).toEqual(['row,id,label,prediction', '1,r1,-10,0', '2,r2,16,10']);
    expect(lines).toHaveLength(202);
  });

  it('asks a random sample of more rows than max_rows, the same each time, and says so', async () => {
    const here = await scene({ files: { 'quality.yml': `${ROWS_PLAN}max_rows: 50\n` } });
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('50 rows of 200, a random sample by the hash of the id, were answered in 1 requests');
    const again = await evaluateIn(here);
    expect(again.log.replace(/Recorded.*/, '')).toBe(job.log.replace(/Recorded.*/, ''));
  });

  it('reads an artifact by its hash, and refuses another file at its place', async () => {
    const data = rowsOf(100);
    const sha256 = createHash('sha256').update(data).digest('hex');
    const plan = ROWS_PLAN.replace('file: rows.csv', `artifact: made.csv, sha256: "${sha256}"`);
    const here = await scene({ files: { 'quality.yml': plan } });
    writeFileSync(join(here.root, 'made.csv'), data);
    const job = await evaluateIn(here);
    expect(job.log).toContain('made.csv has 100 rows');
    expect(job.exit).toBe(0);
    writeFileSync(join(here.root, 'made.csv'), rowsOf(101));
    const other = await evaluateIn(here);
    expect(other.exit).toBe(1);
    expect(other.log).toContain('ERROR SMC-5103');
    expect(other.calls).not.toContain('InvokeEndpoint');
  });

  it('reads an object of S3, and nothing counts of one that changes meanwhile', async () => {
    const here = await scene({
      files: { 'quality.yml': ROWS_PLAN.replace('file: rows.csv', 's3: s3://data/rows.csv') },
    });
    here.emulator.objects.put('s3://data/rows.csv', rowsOf(100));
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('s3://data/rows.csv has 100 rows');
    const change = () =>
      here.emulator.objects.put(
        's3://data/rows.csv',
        rowsOf(100, () => 1),
      );
    const { faults } = here.emulator;
    // The first look at all rows, then the second, which asks.
    faults.meanwhile('GetObject', () => faults.meanwhile('GetObject', change));
    const changed = await evaluateIn(here, { job: '2' });
    expect(changed.exit, changed.log).toBe(1);
    expect(changed.log).toContain(
      'ERROR SMC-5104: s3://data/rows.csv changed while it was read: nothing of it counts.',
    );
    expect(changed.calls).not.toContain('UpdateModelPackage');
  });

  it('reads Parquet from the commit, an artifact or S3, and answers as for the same rows in CSV', async () => {
    const sha256 = createHash('sha256').update(PARQUET).digest('hex');
    const places = ['file: rows.parquet', `artifact: rows.parquet, sha256: "${sha256}"`, 's3: s3://data/rows.parquet'];
    for (const place of places) {
      const plan = ROWS_PLAN.replace('file: rows.csv', place);
      const here = await scene({ files: { 'quality.yml': plan, 'rows.parquet': PARQUET } });
      writeFileSync(join(here.root, 'rows.parquet'), PARQUET);
      here.emulator.objects.put('s3://data/rows.parquet', PARQUET);
      const job = await evaluateIn(here);
      expect(job.exit, job.log).toBe(0);
      expect(job.log).toContain(`has 200 rows (SHA-256 ${sha256}).`);
      expect(job.log).toMatch(/rmse is at most 12: 6\.0\d+ \(95 %: at most 6\.\d+; bootstrap of 200 rows\)/);
    }
  });

  it('judges nothing of a Parquet file that changes in S3 while it is asked about', async () => {
    const plan = ROWS_PLAN.replace('file: rows.csv', 's3: s3://data/rows.parquet');
    const here = await scene({ files: { 'quality.yml': plan } });
    const { faults, objects } = here.emulator;
    objects.put('s3://data/rows.parquet', PARQUET);
    const cut = () => objects.put('s3://data/rows.parquet', PARQUET.subarray(0, 900));
    faults.meanwhile('GetObject', () => faults.meanwhile('GetObject', cut));
    const job = await evaluateIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toContain('ERROR SMC-5104: s3://data/rows.parquet changed while it was read');
    expect(job.calls).not.toContain('UpdateModelPackage');
  });

  it.each([
    ['has no label', ['r2,1,b,26', 'r2,1,b,'], 'row 2: it has no y, the label.'],
    ['has no id', ['r2,1,b,26', ',1,b,26'], 'row 2: it has no id, the id.'],
    ['is cut', ['r2,1,b,26', 'r2,1'], 'row 2: it has 2 cells, and the header has 4.'],
    ['has the id of another', ['r2,1,b,26', 'r1,1,b,26'], 'rows 1 and 2 have the same id "r1".'],
    ['has a label that is NaN', ['r2,1,b,26', 'r2,1,b,NaN'], 'row 2: the label "NaN" is no number.'],
    ['has a quote that never ends', ['r2,1,b,26', '"r2,1,b,26'], 'Quoted field unterminated'],
  ])('refuses the data when a row %s, and asks nothing', async (_, [from = '', to = ''], why) => {
    const data = rowsOf(60, (row) => ((row * 37) % 21) - 10)
      .replace(/^r2,.*$/m, from)
      .replace(from, to);
    const job = await evaluateIn(await scene({ files: { 'rows.csv': data } }));
    expect(job.exit, job.log).toBe(64);
    expect(job.log).toContain('ERROR SMC-5102');
    expect(job.log).toContain(why);
    expect(job.calls).not.toContain('InvokeEndpoint');
  });

  it('refuses ten rows: they show nothing', async () => {
    const job = await evaluateIn(await scene({ files: { 'rows.csv': rowsOf(10) } }));
    expect(job.exit).toBe(64);
    expect(job.log).toContain('it has 10 rows, and fewer than 30 show nothing.');
  });

  it('ends at an answer with too few predictions, or one that is NaN, by the rows', async () => {
    const few = await scene();
    few.emulator.runtime.behaviours.set(ENDPOINT, { contentType: 'text/csv', answer: '1\n2\n' });
    expect((await evaluateIn(few)).log).toContain(
      'SMC-5106: The answer to rows 1 to 100 is no prediction: it has 2 predictions for 100 rows',
    );
    const nan = await scene({ predict: (line) => (line === '3' ? 'NaN' : 1) });
    expect((await evaluateIn(nan)).log).toContain(
      'The answer to row 4 (r4) is no prediction: its prediction "NaN" is no number.',
    );
  });
});
