import { describe, expect, it } from 'vitest';
import { jobsOf } from '../../compiler/lint.ts';
import { EXECUTION_ROLE } from '../../emulator/scene.ts';
import checkModel from '../../src/components/check-model.ts';
import { deleteComparison } from '../../src/components/compare-models.ts';
import { entryValue } from '../../src/registry/entries.ts';
import { compileComponent } from '../catalog/compiled.ts';
import { compareIn, kept, PLAN, recordOf, type Scene, scene, TIMED } from './compared.ts';
import { contentIn, enter, leaveRecord, timeIn, validationValue, verdictValue } from './handover.ts';
import { type FinishedJob, type JobOptions, startJob } from './job.ts';

function stopIn({ emulator, root }: Scene, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(deleteComparison, { emulator, root, environment: 'uat', inputs: { poll_interval: '30' }, ...more });
}

/** Whatever is asked for, the champion answers. */
function misroute({ emulator: { runtime } }: Scene): void {
  const invoke = runtime.invoke.bind(runtime);
  runtime.invoke = (endpoint, request) => {
    const answer = invoke(endpoint, request);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-invoked-production-variant': 'champion' } };
  };
}

interface Left {
  readonly environment: string;
  readonly project: string;
  readonly expires: string;
}

/** What a comparison leaves that is killed. */
function leave({ emulator, before }: Scene, name: string, left: Left, status?: 'Creating'): void {
  emulator.deployed({ endpoint: name, package: before, name });
  const tags = Object.entries({ ...left, component: 'compare-models' }).map(([key, Value]) => ({
    Key: `sagemaker-components:${key}`,
    Value,
  }));
  const { endpoints, models } = emulator;
  for (const arn of [endpoints.arn(name), models.configArn(name), models.modelArn(name)]) emulator.tags.put(arn, tags);
  if (status) emulator.do('UpdateEndpoint', { EndpointName: name, EndpointConfigName: name });
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

const REQUIRED = { quality_file: 'quality.yml', instance_type: 'ml.m5.large' };

describe('compare-models', () => {
  it('asks both versions about the same rows on an endpoint of its own, deletes it, and records what they show', async () => {
    const here = await scene({ predict: (line) => 10 * Number(line) + 1 });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain(
      'Comparing ResalePriceModelGroup version 2 (challenger) with ResalePriceModelGroup version 1 (champion, validated in main).',
    );
    expect(job.log).toMatch(/Costs at most 2 instances of ml\.m5\.large for 60 minutes: cmp-42-101-[0-9a-f]{10}\./);
    expect(job.log).toMatch(
      / {2}not worse {4}rmse is not worse by more than 2 \(primary\): 6\.\d+, champion 6\.\d+ \(0\.\d+ higher, which is worse, 95 %: worse by at most 0\.\d+; p 0\.\d+; paired bootstrap of 400 rows\)/,
    );
    expect(job.log).toMatch(/ {2}not worse {4}at most 5 % more requests fail: 0 % failed, of the champion 0 %/);
    expect(job.log).toMatch(/Not judged: a request took .* Each has an instance of its own, and instances differ\./);
    expect(job.log).toMatch(/Not worse than the champion in uat, on 400 rows\.$/);
    expect(job.outputs).toEqual({ MODEL_COMPARISON: 'good' });
    expect(evidenceOf(here)).toMatch(
      /^verdict=good n=400 data=[0-9a-f]{32} report=[0-9a-f]{32} pipeline=101 job=1 at=\S+ content=v2-\w+$/,
    );
    expect(leftIn(here)).toEqual([]);
  });

  it('shows the same on a page, which is the first link of the job, in its metrics and its report', async () => {
    const here = await scene();
    const job = await compareIn(here);
    const page = kept(here.root, 'comparison.html');
    expect(page).toContain('<title>ResalePriceModelGroup version 2 compared with version 1 in uat</title>');
    expect(page).toContain('<h2>Difference of rmse</h2>');
    expect(page).toContain('<h2>Errors row by row</h2>');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(Object.keys(JSON.parse(job.links))[0]).toBe('Comparison');
    const { metrics, verdict, n } = JSON.parse(kept(here.root, 'report.json'));
    expect({ verdict, n, primary: metrics[0].metric }).toEqual({ verdict: 'good', n: 400, primary: 'rmse' });
    const told = kept(here.root, 'metrics.txt');
    expect(told).toContain(`rmse{version="challenger"} ${metrics[0].challenger}\n`);
    expect(told).toMatch(
      /^failed_requests_more 0\nfailed_requests_more_lower -0\.\d+\nfailed_requests_more_upper 0\.\d+$/m,
    );
    expect(told).toMatch(/^request_p50_ms\{version="champion"\} \d/m);
    expect(told).toMatch(/^request_p95_ms\{version="challenger"\} \d/m);
    const [, found = ''] = job.junit.split('more than 2 (primary)" time="0.000"><system-out>');
    expect(job.log).toContain(`primary): ${found.slice(0, found.indexOf('<'))}`);
  });

  it('runs both versions in models that differ in nothing but the version, on one instance each', async () => {
    const here = await scene();
    const { received } = await compareIn(here);
    const inputOf = (wanted: string) => received.find(({ operation }) => operation === wanted)?.input;
    expect(inputOf('CreateModel')).toMatchObject({
      PrimaryContainer: { ModelPackageName: here.before },
      ExecutionRoleArn: EXECUTION_ROLE,
    });
    const common = { InstanceType: 'ml.m5.large', InitialInstanceCount: 1, InitialVariantWeight: 1 };
    expect(inputOf('CreateEndpointConfig')).toMatchObject({
      ProductionVariants: [
        { VariantName: 'champion', ModelName: expect.stringMatching(/^cmp-42-101-/), ...common },
        { VariantName: 'challenger', ModelName: here.config, ...common },
      ],
    });
    expect(inputOf('CreateEndpoint')).toMatchObject({
      Tags: expect.arrayContaining([
        { Key: 'sagemaker-components:environment', Value: 'uat' },
        { Key: 'sagemaker-components:expires', Value: '2026-11-22T09:00:00.000Z' },
      ]),
    });
  });

  it('asks in a random order within each pair, after requests to both that do not count', async () => {
    const here = await scene();
    const seen: string[] = [];
    here.emulator.runtime.onInvoked = ({ variant }) => void seen.push(variant);
    const job = await compareIn(here);
    expect(seen.slice(0, 6)).toEqual(['champion', 'challenger', 'champion', 'challenger', 'champion', 'challenger']);
    expect(seen).toHaveLength(6 + 2 * 80);
    expect(job.log).toContain('Both answered 400 of 400 rows, in 80 requests each; 0 were repeated.');
    expect(seen.slice(6).filter((each) => each === 'champion')).toHaveLength(80);
    // Pairs run side by side, and a random order leaves neither always before the other.
    const swaps = seen.slice(6).filter((each, at, all) => at % 2 === 0 && each === 'champion' && all[at + 1] !== each);
    expect(swaps.length).toBeGreaterThan(10);
    expect(swaps.length).toBeLessThan(70);
  });

  it('says that the version is better where the same rows show it', async () => {
    const here = await scene({ predict: (line) => 10 * Number(line) + ((Number(line) * 37) % 21) - 10 });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toMatch(
      / {2}better {7}rmse .* lower, which is better, 95 %: better by at least 5\.\d+; p below 0\.001/,
    );
    expect(job.log).toMatch(/Better than the champion in uat, on 400 rows\.$/);
  });

  it('fails where the version answers worse, deletes the endpoint all the same, and records that', async () => {
    const here = await scene({ predict: (line) => 10 * Number(line) + 20 });
    const job = await compareIn(here);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('ERROR SMC-5205: Worse than the champion in uat');
    expect(job.junit).toMatch(/name="rmse is not worse by more than 2 \(primary\) \(worse\)".*<failure message="2\d/);
    expect(evidenceOf(here)).toMatch(/^verdict=bad n=400 /);
    expect(leftIn(here)).toEqual([]);
  });

  it('says how many rows more would decide, and ends well then only where a commit allows that', async () => {
    const files = { 'quality.yml': PLAN.replace('rmse: 2', 'rmse: 0.12').replace('mae: 2', 'mae: 1') };
    const predict = (line: unknown) => 10 * Number(line) + 1;
    const refused = await compareIn(await scene({ files, predict }));
    expect(refused.exit).toBe(1);
    expect(refused.log).toMatch(/SMC-5206: Inconclusive in uat: .*\n {2}rmse .*; about [\d,]+ rows more would decide/);
    const here = await scene({ files, predict });
    const allowed = await compareIn(here, { inputs: { allow_inconclusive: 'true' } });
    expect(allowed.exit, allowed.log).toBe(0);
    expect(evidenceOf(here)).toMatch(/^verdict=inconclusive .* open=inconclusive$/);
  });

  it('finds that a version fails more often, by the requests, and compares only rows that both answered', async () => {
    const here = await scene();
    here.emulator.runtime.behaviours.set(here.arn, { predict: (line) => 10 * Number(line), errorRate: 0.3 });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toMatch(/Both answered \d{3} of 400 rows/);
    expect(job.log).toContain('The first error: the challenger answered HTTP 500: Internal Server Error');
    expect(job.log).toMatch(
      /SMC-5205: .*\n {2}at most 5 % more requests fail: [23]\d(\.\d+)? % failed, of the champion 0 %/,
    );
  });

  it('shows no latency where the version answers nothing, and finds that by the requests', async () => {
    const here = await scene();
    here.emulator.runtime.behaviours.set(here.arn, { errorRate: 1 });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toContain('No request was answered by both.');
    expect(job.log).toMatch(/SMC-5205: .*\n {2}at most 5 % more requests fail: 100 % failed, of the champion 0 %/);
    expect(job.log + kept(here.root, 'metrics.txt') + kept(here.root, 'comparison.html')).not.toContain('NaN');
  });

  it('creates nothing while no version is validated at the end of the path, and says that this is the first', async () => {
    const here = await scene({ champion: false });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.outputs).toEqual({ MODEL_COMPARISON: 'first' });
    expect(evidenceOf(here)).toMatch(/^verdict=first n=0 /);
    expect(job.calls).not.toContain('CreateEndpoint');
    expect(job.calls).not.toContain('InvokeEndpoint');
  });

  it('has nothing to compare where the version itself is the newest that is validated at the end', async () => {
    const here = await scene();
    const content = contentIn(here.emulator, here.arn);
    enter(here.emulator, here.arn, {
      'approved.main': verdictValue(content),
      'validated.main': validationValue(content),
    });
    leaveRecord(here.root, 'deploy-model', { ...recordOf(here), environment: 'uat' });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('Nothing to compare: this version is the newest one that is validated in main.');
    expect(evidenceOf(here)).toBeUndefined();
  });

  it('takes no version for the champion that a rollback withdrew', async () => {
    const here = await scene();
    const content = contentIn(here.emulator, here.before);
    enter(here.emulator, here.before, { 'withdrawn.main': `${verdictValue(content)} to=1` });
    const job = await compareIn(here);
    expect(job.outputs, job.log).toEqual({ MODEL_COMPARISON: 'first' });
  });

  it('deletes first what an earlier comparison left beyond its time, and nothing of another environment or project', async () => {
    const here = await scene();
    for (const [name, environment, project] of [
      ['cmp-42-90-0000000001', 'uat', '42'],
      ['cmp-42-90-0000000002', 'dev', '42'],
      ['cmp-42-90-0000000003', 'uat', '43'],
      ['cmp-421-90-0000000004', 'uat', '421'],
    ] as const)
      leave(here, name, { environment, project, expires: '2026-11-22T07:59:00Z' });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.calls.indexOf('DeleteEndpoint')).toBeLessThan(job.calls.indexOf('CreateEndpoint'));
    expect(new Set(leftIn(here))).toEqual(
      new Set(['cmp-42-90-0000000002', 'cmp-42-90-0000000003', 'cmp-421-90-0000000004']),
    );
  });

  it('deletes first also where this pipeline has nothing to compare', async () => {
    const here = await scene();
    leave(here, 'cmp-42-90-0000000001', { environment: 'uat', project: '42', expires: '2026-11-22T07:59:00Z' });
    leaveRecord(here.root, 'deploy-model', { outcome: 'nothing', why: 'nothing was approved', environment: 'uat' });
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('Nothing to compare: nothing was approved.');
    expect(leftIn(here)).toEqual([]);
  });

  it('takes no answer of another variant for one of this', async () => {
    const here = await scene();
    misroute(here);
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toContain('ERROR SMC-5204: Void: a request to the variant challenger was answered by champion.');
    expect(evidenceOf(here)).toBeUndefined();
    expect(leftIn(here)).toEqual([]);
  });

  it('counts nothing where somebody deletes the endpoint meanwhile, and says so', async () => {
    const here = await scene();
    here.emulator.faults.meanwhile(
      'InvokeEndpoint',
      ({ EndpointName }) => void here.emulator.do('DeleteEndpoint', { EndpointName }),
      20,
    );
    const job = await compareIn(here);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toMatch(/ERROR SMC-5204: Void: somebody changed the endpoint cmp-42-101-\w+ during the comparison/);
    expect(leftIn(here)).toEqual([]);
  });

  it.each([
    ['challenger', () => 'NaN', (line: unknown) => line],
    ['champion', (line: unknown) => line, () => 'NaN'],
  ])(
    'deletes its endpoint also where an answer is no prediction, and says that it was the %s',
    async (side, own, other) => {
      const here = await scene({ predict: own });
      here.emulator.runtime.behaviours.set(here.before, { predict: other });
      const job = await compareIn(here);
      expect(job.exit).toBe(1);
      expect(job.log).toMatch(
        new RegExp(
          `SMC-5106: The answer of the ${side} to row \\d+ \\(r\\d+\\) is no prediction: its prediction "NaN" is no number`,
        ),
      );
      expect(leftIn(here)).toEqual([]);
    },
  );

  it('says beforehand what the rows can show, where the primary metric is the accuracy', async () => {
    const rows = Array.from({ length: 400 }, (_, row) => `r${row},${row},${row % 2 === 0 ? 'yes' : 'no'}`);
    const plan = `
data: { file: rows.csv }
id: id
label: y
task: binary
positive: "yes"
negative: "no"
request: { accept: text/csv }
prediction: { gives: class }
metrics: { accuracy: { min: 0.5 } }
comparison: { primary: accuracy, margins: { accuracy: 0.05 } }
`;
    const files = { 'quality.yml': plan, 'rows.csv': `id,x,y\n${rows.join('\n')}\n` };
    const here = await scene({ files, predict: (line) => (Number(line) % 2 === 0 ? 'yes' : 'no') });
    here.emulator.runtime.behaviours.set(here.before, { predict: (line) => (Number(line) % 2 === 0 ? 'yes' : 'yes') });
    const job = await compareIn(here);
    expect(job.log).toContain(
      'If only one of the two answers 10 % of the 400 rows rightly: a model that is as good is shown to be within the margin of 0.05 in 93.542 % of the cases, and a difference of 4.4297 % is found in four of five.',
    );
    expect(job.log).toMatch(
      / {2}better {7}accuracy .*: 1, champion 0\.5 \(0\.5 higher, which is better, .*; McNemar and Tango of 400 rows\)/,
    );
    expect(job.exit).toBe(0);
  });

  it('refuses a quality file whose primary metric has no margin, by its line', async () => {
    const files = { 'quality.yml': PLAN.replace('primary: rmse', 'primary: r2') };
    const job = await compareIn(await scene({ files }));
    expect(job.exit).toBe(64);
    expect(job.log).toContain('comparison.primary is r2, which has no margin: give it one in margins');
  });
});

describe('compare-models with a margin for the latency', () => {
  const four = { inputs: { max_instances: '4' } };
  /** How long the challenger takes, where the champion takes 200 ms; and how much the instances differ. */
  const timed = async (latency: number, { differ = 0, seed = 1 } = {}) => {
    const here = await scene({ files: { 'quality.yml': TIMED } });
    const { runtime } = here.emulator;
    const predict = (line: unknown) => 10 * Number(line);
    runtime.behaviours.set(here.before, { predict, latency: 200 });
    runtime.behaviours.set(here.arn, { predict, latency });
    runtime.machines.habits = { seed, differ, waver: 0.02, stalls: { share: 0.02, milliseconds: 1000 } };
    return here;
  };

  it('asks on two endpoints, in which the versions have each other’s place, and deletes both', async () => {
    const here = await timed(200);
    const asked: string[] = [];
    here.emulator.runtime.onInvoked = ({ endpoint, variant }) => void asked.push(`${endpoint} ${variant}`);
    const job = await compareIn(here, four);
    expect(job.exit, job.log).toBe(0);
    const [first = '', second = ''] =
      /Costs at most 4 instances of ml\.m5\.large for 60 minutes: (\S+) and (\S+)\./.exec(job.log)?.slice(1) ?? [];
    const orders = job.received.filter(({ operation }) => operation === 'CreateEndpointConfig');
    const one = { VariantName: 'champion', ModelName: first, InitialInstanceCount: 1 };
    const other = { VariantName: 'challenger', ModelName: here.config, InitialInstanceCount: 1 };
    expect(orders.map(({ input }) => input)).toMatchObject([
      { EndpointConfigName: first, ProductionVariants: [one, other] },
      { EndpointConfigName: second, ProductionVariants: [other, { ...one, ModelName: second }] },
    ]);
    for (const who of [first, second].flatMap((name) => [`${name} champion`, `${name} challenger`]))
      expect(asked.filter((each) => each === who)).toHaveLength(3 + 40);
    expect(leftIn(here)).toEqual([]);
  });

  it('says beforehand what four instances can show, and afterwards what they show', async () => {
    const here = await timed(200);
    const job = await compareIn(here, four);
    expect(job.log).toContain(
      'Where instances differ by 5 %, a version that takes as long is shown to be within the margin of 10 % in 51 of 100 cases, and one that takes 17 % longer is found in four of five. More rows do not change that.',
    );
    expect(job.log).toMatch(
      / {2}not worse {4}a request takes at most 10 % longer: \d\.\d+ % (longer|shorter) \(95 %: at most [89]\.\d+ % longer; p \d\.\d{3} by Holm; trimmed mean of 80 requests each, on 2 instances each that differ by 5 %\); the smallest/,
    );
    expect(job.log).toMatch(
      /A request took \d+ and \d+ ms \(median and 95th percentile\), of the champion \d+ and \d+ ms\./,
    );
    expect(job.log).not.toContain('Not judged');
    const page = kept(here.root, 'comparison.html');
    expect(page).toContain('as two variants of each of two endpoints.');
    expect(page).toContain('<h2>Latency</h2>');
    expect(kept(here.root, 'metrics.txt')).toMatch(/latency_ratio (0\.9|1\.0)\d+\n/);
    expect(JSON.parse(kept(here.root, 'report.json')).latency).toMatchObject({ finding: 'not worse', instances: 2 });
  });

  it('fails where the version takes longer than instances differ, whatever one request in fifty is held up by', async () => {
    const here = await timed(280, { differ: 0.05 });
    const job = await compareIn(here, four);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toMatch(/SMC-5205: Worse than the champion in uat: .*\n {2}a request takes at most 10 % longer: /);
    expect(evidenceOf(here)).toMatch(/^verdict=bad /);
  });

  it('tells nothing where the instances differ by more than the versions could', async () => {
    const here = await timed(200, { differ: 0.4, seed: 2 });
    const job = await compareIn(here, four);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).toMatch(
      /SMC-5206: Inconclusive in uat: .*\n {2}a request takes at most 10 % longer: .* on 2 instances each that differ by \d\d(\.\d+)? %\).*; no number of requests would decide, because instances differ/,
    );
  });

  it('counts nothing where somebody deletes one of its endpoints meanwhile, and leaves none', async () => {
    const here = await timed(200);
    const { faults } = here.emulator;
    const remove = ({ EndpointName }: Readonly<Record<string, unknown>>) =>
      void here.emulator.do('DeleteEndpoint', { EndpointName });
    faults.meanwhile('InvokeEndpoint', remove, 40);
    const job = await compareIn(here, four);
    expect(job.log).toContain('ERROR SMC-5204: Void: somebody changed the endpoint');
    expect(leftIn(here)).toEqual([]);
  });

  it('leaves neither endpoint where one of them cannot be started', async () => {
    const here = await timed(200);
    here.emulator.endpoints.outcomes.push({ ends: 'failed', reason: 'CapacityError: none is free.' });
    const job = await compareIn(here, four);
    expect(job.log).toMatch(/ERROR SMC-5203: The endpoint of the comparison, cmp-42-101-\w+, could not be started/);
    expect(job.calls).not.toContain('InvokeEndpoint');
    expect(leftIn(here)).toEqual([]);
  });

  it('deletes the other endpoint also where one cannot be deleted, and says which stays', async () => {
    const here = await timed(200);
    here.emulator.faults.plan({ operation: 'DeleteEndpoint', kind: 'access denied' });
    const job = await compareIn(here, four);
    expect(job.exit).toBe(77);
    const [, stays = ''] = /Not deleted: (cmp-42-101-\w+) \(/.exec(job.log) ?? [];
    expect(new Set(leftIn(here))).toEqual(new Set([stays]));
    expect(evidenceOf(here)).toBeUndefined();
  });

  it.each([
    ['0.05', 'comparison.latency must be from 0.1: instances of one type differ by about as much'],
    ['fast', 'comparison.latency must be a number'],
  ])('refuses the margin %s', async (margin, why) => {
    const files = { 'quality.yml': TIMED.replace('latency: 0.1', `latency: ${margin}`) };
    const job = await compareIn(await scene({ files }), four);
    expect(job.exit).toBe(64);
    expect(job.log).toContain(why);
  });
});

describe('check-model with require_evidence: comparison', () => {
  const promoted = async (verdict: 'good' | 'first') => {
    const here = await scene({ champion: false });
    const { emulator, arn } = here;
    const content = contentIn(emulator, arn);
    const hash = '0'.repeat(32);
    const at = timeIn(emulator);
    const entry = { verdict, n: '0', data: hash, report: hash, pipeline: '90', job: '9', at, content } as const;
    enter(emulator, arn, {
      'approved.dev': verdictValue(content),
      'validated.dev': validationValue(content),
      'approved.uat': verdictValue(content),
      'validated.uat': validationValue(content),
      'comparison.uat': entryValue(entry),
    });
    return here;
  };
  const check = ({ emulator, root }: Scene) =>
    startJob(checkModel, { emulator, root, environment: 'main', inputs: { require_evidence: 'comparison' } });

  it('takes a version that was the first only while nothing is validated at the end of the path', async () => {
    const here = await promoted('first');
    expect((await check(here)).record).toMatchObject({ outcome: 'candidate', version: 2 });
    const content = contentIn(here.emulator, here.before);
    enter(here.emulator, here.before, {
      'approved.main': verdictValue(content),
      'validated.main': validationValue(content),
    });
    const refused = await check(here);
    expect(refused.exit).toBe(80);
    expect(refused.log).toContain(
      'its comparison evidence of uat says that it was the first, but another version is validated at the end of the path by now, and require_evidence names comparison',
    );
    expect(refused.log).toContain('run compare-models in uat until it is good');
  });

  it('takes a version that was compared, whatever is validated at the end', async () => {
    const here = await promoted('good');
    expect((await check(here)).record).toMatchObject({ outcome: 'candidate', version: 2 });
  });
});

describe('delete-comparison, which GitLab runs to stop the environment of a comparison', () => {
  it('deletes whatever comparisons of this environment left, also before their time is over', async () => {
    const here = await scene();
    leave(here, 'cmp-42-90-0000000001', { environment: 'uat', project: '42', expires: '2026-11-22T23:00:00Z' });
    leave(here, 'cmp-42-90-0000000002', { environment: 'dev', project: '42', expires: '2026-11-22T23:00:00Z' });
    const job = await stopIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toMatch(/Deleted what comparisons left: 3\.$/);
    expect(new Set(leftIn(here))).toEqual(new Set(['cmp-42-90-0000000002']));
    expect((await stopIn(here, { job: '2' })).log).toMatch(/Nothing of a comparison was left\.$/);
  });

  it('deletes the others where one cannot be deleted, fails with what went wrong, and finds the rest when run again', async () => {
    const here = await scene();
    const names = ['cmp-42-90-0000000001', 'cmp-42-90-0000000002'];
    for (const name of names) leave(here, name, { environment: 'uat', project: '42', expires: '2026-11-22T23:00:00Z' });
    here.emulator.faults.plan({ operation: 'DeleteEndpoint', kind: 'access denied' });
    const job = await stopIn(here);
    expect(job.exit).toBe(77);
    const [, stays = ''] = /Not deleted: endpoint (cmp-\S+) \(/.exec(job.log) ?? [];
    expect(leftIn(here)).toEqual([stays, stays, stays]);
    expect(await stopIn(here, { job: '2' })).toMatchObject({ exit: 0 });
    expect(leftIn(here)).toEqual([]);
  });

  it('waits for an endpoint that SageMaker still creates, which it would not delete', async () => {
    const here = await scene();
    const name = 'cmp-42-90-0000000001';
    leave(here, name, { environment: 'uat', project: '42', expires: '2026-11-22T23:00:00Z' }, 'Creating');
    const job = await stopIn(here);
    expect(job.exit, job.log).toBe(0);
    expect(leftIn(here)).toEqual([]);
  });

  it('is the second job of the template: in the same pipelines, a manual one that nothing waits for', () => {
    const [job, stop] = [...jobsOf(compileComponent('compare-models', { ...REQUIRED, environment: 'uat' })).values()];
    expect(job?.environment).toMatchObject({
      name: 'uat/comparison',
      action: 'start',
      on_stop: 'delete-comparison',
      auto_stop_in: '3 hours',
    });
    expect(stop).toMatchObject({
      environment: { name: 'uat/comparison', action: 'stop' },
      when: 'manual',
      allow_failure: true,
      interruptible: false,
      inherit: { default: false },
      rules: job?.rules,
      stage: job?.stage,
      image: job?.image,
      id_tokens: job?.id_tokens,
      script: ["delete-comparison '--gitlab-environment-suffix=' || exit $?"],
    });
    expect(stop?.variables).toMatchObject({ GIT_STRATEGY: 'empty', INPUT_POLL_INTERVAL: 30 });
  });
});
