import { arnOf } from '../../registry/package.ts';
import { commitLabelled, type LabelledChange, labelled, readsCommit } from '../labelled-commit.ts';
import type { Row } from '../row.ts';
import { ENDPOINT, live, REJECTED_MEANWHILE, rejectedMeanwhile, withChampion } from '../stage.ts';

const SECOND = `${ENDPOINT}-v2`;
const notCompared = { outcome: 'not compared', endpoint: ENDPOINT, config: SECOND, quality_file: 'quality.yml' };
const compared = (outcome: string) => ({ ...notCompared, outcome });
const CREATED = { CreateModel: 1, CreateEndpointConfig: 1, CreateEndpoint: 1 };
const DELETED = { DeleteEndpoint: 1, DeleteEndpointConfig: 1, DeleteModel: 1 };
/** 360 rows, five a request, to each of both; and what warms both up. */
const ASKED = { InvokeEndpoint: 150 };
const RECORDED = { UpdateModelPackage: 1 };

/** The commit has another quality file than the example. */
const withPlan =
  (change: (plan: string) => string): LabelledChange =>
  (files) => ({ 'quality.yml': change(files['quality.yml']) });

const usual = {
  component: 'compare-models',
  stage: withChampion,
  job: readsCommit,
} as const;

export const comparison: readonly Row[] = [
  {
    ...usual,
    when: 'the quality file does not say how versions are compared',
    shows: [],
    code: 'SMC-5201',
    seen: 'ERROR The quality file quality.yml has no section comparison: nothing says by which metric versions are compared.',
    next: 'add comparison with primary and margins to it (docs/evidence.md), then push.',
    cause:
      'evaluate-model needs no such section, compare-models does: how much worse a version may be is for you to say.',
    remedy: 'Write the section `comparison`, by [the table of its keys](evidence.md#the-quality-file).',
    act: labelled(withPlan((plan) => plan.replace(/\ncomparison:\n(.*\n)*/, '\n'))),
    exit: 64,
    writes: {},
    record: notCompared,
  },
  {
    ...usual,
    when: 'another comparison still runs and both would be over the budget',
    shows: [],
    code: 'SMC-5202',
    seen: 'ERROR Over budget: with the comparisons that run (cmp-42-99-0123456789) this one would need 4 instances, and max_instances is 2. Nothing was created.',
    next: 'wait until they end, or stop their environment in GitLab, then run this job again. If the budget is wrong, raise max_instances.',
    cause: 'A comparison of another pipeline of this environment runs, or was killed and its time is not over.',
    remedy: 'Let it end. Or stop the environment of the comparison in GitLab: its job deletes the endpoint.',
    act: async (place) => {
      await commitLabelled(place);
      const name = 'cmp-42-99-0123456789';
      const own = { project: '42', environment: 'dev', component: 'compare-models', expires: '2027-01-01T00:00:00Z' };
      const tags = Object.fromEntries(
        Object.entries(own).map(([key, value]) => [`sagemaker-components:${key}`, value]),
      );
      place.emulator.deployed({ endpoint: name, package: arnOf(1), name, tags });
    },
    exit: 1,
    writes: {},
    record: notCompared,
  },
  {
    ...usual,
    when: 'the latency is compared, and the budget is for two instances',
    shows: [],
    code: 'SMC-5210',
    seen: 'ERROR Over budget: the quality file has a margin for the latency, so that each version needs 2 instances, 4 together, and max_instances is 2.',
    next: 'set max_instances to 4, or remove latency from comparison in the quality file. Then push.',
    cause:
      'One instance differs from another by its machine. So each version is asked on two, on two endpoints in which the versions have each other’s place.',
    remedy:
      'Four instances cost twice as much, for as long. Without `latency` in the quality file, it is shown and not judged.',
    act: labelled(withPlan((plan) => `${plan}  latency: 0.1\n`)),
    exit: 64,
    writes: {},
    record: notCompared,
  },
  {
    ...usual,
    when: 'the latency is compared, and instances of one type differ as much as the margin',
    // A process would measure the machine that it runs on, too.
    long: true,
    shows: [],
    scenes: ['instances differ'],
    code: 'SMC-5206',
    seen: 'ERROR Inconclusive in dev: 360 rows do not tell whether it is worse than the champion:\n  a request takes at most 10 % longer: …; no number of requests would decide, because instances differ',
    next: 'add as many labelled rows as it says to the data, or allow a larger margin, then push. It is neither shown to be worse nor to be as good.',
    cause: 'Each version was asked on two instances, and two instances of one type differ by some per cent themselves.',
    remedy:
      'Allow a larger margin for the latency, or judge it by a load test, and remove `latency` from the quality file.',
    act: labelled(withPlan((plan) => `${plan}  latency: 0.1\n`)),
    job: (place) => ({ ...usual.job(place), inputs: { max_instances: '4' } }),
    exit: 1,
    writes: {
      ...{ CreateModel: 2, CreateEndpointConfig: 2, CreateEndpoint: 2, InvokeEndpoint: 156 },
      ...{ DeleteEndpoint: 2, DeleteEndpointConfig: 2, DeleteModel: 2, UpdateModelPackage: 1 },
    },
    record: compared('inconclusive'),
  },
  {
    ...usual,
    when: 'SageMaker cannot start the endpoint of the comparison',
    shows: [16],
    scenes: ['no capacity'],
    code: 'SMC-5203',
    seen: "ERROR The endpoint of the comparison, cmp-42-101-…, could not be started. SageMaker's reason: …",
    next: 'correct what the reason names: mostly the instance type, a quota, or a model that does not start. Then run this job again.',
    cause: 'AWS has no such instance free, the account may not run two more, or a container does not answer.',
    remedy: 'Choose another `instance_type` for the comparison. The endpoint is deleted; nothing is recorded.',
    act: labelled(),
    exit: 1,
    writes: { ...CREATED, ...DELETED },
    record: notCompared,
  },
  {
    ...usual,
    when: 'somebody changes the endpoint of the comparison meanwhile',
    shows: [36],
    code: 'SMC-5204',
    seen: 'ERROR Void: somebody changed the endpoint cmp-42-101-… during the comparison; it serves … (Updating). Nothing of it counts.',
    next: 'find out who changed it in CloudTrail (UpdateEndpoint, DeleteEndpoint), then run this job again.',
    cause: 'Nobody knows which version answered which row.',
    remedy: 'Nobody but the job may change an endpoint whose name begins with `cmp-`.',
    act: async (place) => {
      await commitLabelled(place);
      const { emulator } = place;
      emulator.faults.meanwhile(
        'InvokeEndpoint',
        ({ EndpointName }) =>
          void emulator.do('UpdateEndpoint', { EndpointName, EndpointConfigName: String(EndpointName) }),
        ASKED.InvokeEndpoint,
      );
    },
    exit: 1,
    writes: { ...CREATED, ...ASKED, ...DELETED },
    record: notCompared,
  },
  {
    ...usual,
    when: 'the version answers worse than the champion',
    shows: [],
    code: 'SMC-5205',
    seen: 'ERROR Worse than the champion in dev: the answers to 360 rows show it:\n  mape is not worse by more than 0.005 (primary): …',
    next: 'promote a better version. If a margin is wrong, correct the quality file and push.',
    cause:
      'On the same rows it answers worse than the newest version that is validated at the end of the promotion path: not by chance, and by more than the margin may be.',
    remedy: 'Train a better version. The log shows both values, the difference and its bound.',
    scenes: ['new version answers worse'],
    act: labelled(),
    exit: 1,
    writes: { ...CREATED, ...ASKED, ...DELETED, ...RECORDED },
    record: compared('bad'),
    keeps: ['report.json', 'metrics.txt'],
  },
  {
    ...usual,
    when: 'neither version answers labelled rows',
    shows: [],
    code: 'SMC-5211',
    seen: 'ERROR Not compared: neither version answered one of 72 requests. The first error: the … answered HTTP 500: Internal Server Error',
    next: 'compare the request with what the model takes: content_type, features and body in the quality file. evaluate-model shows the same for this version alone.',
    cause: 'The request is another one than the models take. Or both fail in the container.',
    remedy:
      'Correct `request` in the quality file. The log of the endpoint in CloudWatch says what the container says.',
    act: async (place) => {
      await commitLabelled(place);
      for (const version of [1, 2]) place.emulator.runtime.behaviours.set(arnOf(version), { errorRate: 1 });
    },
    exit: 1,
    writes: { ...CREATED, ...ASKED, ...DELETED },
    record: notCompared,
  },
  {
    ...usual,
    when: 'the rows are too few to tell which version is better',
    shows: [],
    code: 'SMC-5206',
    seen: 'ERROR Inconclusive in dev: 360 rows do not tell whether it is worse than the champion:\n  …; about … rows more would decide',
    next: 'add as many labelled rows as it says to the data, or allow a larger margin, then push. It is neither shown to be worse nor to be as good.',
    cause:
      'The difference may be zero, and may be more than the margin. Of the latency, more rows show nothing: each version has two instances, and instances differ.',
    remedy:
      'Label more rows, or allow a larger margin. Or set `allow_inconclusive: true`, which is recorded; an environment with `require_evidence` rejects the version then.',
    act: async (place) => {
      await commitLabelled(
        place,
        withPlan((plan) => plan.replace(/margins: .*/, 'margins: { mape: 0.0025 }')),
      );
    },
    exit: 1,
    writes: { ...CREATED, ...ASKED, ...DELETED, ...RECORDED },
    record: compared('inconclusive'),
  },
  {
    ...usual,
    when: 'the endpoint of the comparison is not started in time',
    shows: [],
    long: true,
    scenes: ['endpoint is stuck'],
    code: 'SMC-5207',
    seen: 'ERROR Stopped waiting for cmp-42-101-… after 1 h (max_wait_time). Pending: …',
    next: 'run this job again. If the models need longer to start, raise max_minutes.',
    cause: 'The containers need longer than the budget allows. SageMaker deletes no endpoint that it still creates.',
    remedy: 'Run the job again: it goes on with this endpoint, or deletes it first if its time is over.',
    act: labelled(),
    exit: 124,
    writes: CREATED,
    record: notCompared,
  },
  {
    ...usual,
    when: 'SageMaker does not delete the endpoint of the comparison',
    shows: [],
    long: true,
    code: 'SMC-5208',
    seen: 'ERROR The endpoint cmp-42-101-… is not deleted after 30 min (max_wait_time), and costs money. Pending: Deleting.',
    next: 'start the job that stops the environment of the comparison, or run this job again: it deletes what expired first.',
    cause: 'The endpoint stays in the status Deleting. What the comparison shows is not recorded.',
    remedy: 'Stop the environment of the comparison in GitLab. If it is still there, ask AWS.',
    act: async (place) => {
      await commitLabelled(place);
      place.emulator.faults.meanwhile('DeleteEndpoint', () => {
        Object.assign(place.emulator.endpoints, { pace: { describes: 100_000, milliseconds: 10 ** 9 } });
      });
    },
    exit: 1,
    writes: { ...CREATED, ...ASKED, DeleteEndpoint: 1 },
    record: notCompared,
  },
  {
    ...usual,
    when: 'more than a hundred approved versions are newer than what is validated at the end',
    shows: [],
    long: true,
    code: 'SMC-5209',
    seen: 'ERROR None of the 100 newest approved versions of arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/ResalePriceModelGroup is validated in main, and there are older ones: nobody knows the champion.',
    next: 'promote a version to main, or delete versions that nobody needs.',
    cause:
      'The job looks at the hundred newest approved versions. That none of them is validated does not mean that no version is.',
    remedy: 'Delete or reject versions that nobody will promote.',
    act: async (place) => {
      await commitLabelled(place);
      for (let count = 0; count < 101; count++) place.emulator.register({ status: 'Approved' });
    },
    exit: 1,
    writes: {},
    record: notCompared,
  },
  {
    ...usual,
    when: 'no version is validated at the end of the promotion path yet',
    stage: live,
    shows: [],
    seen: 'First in dev: no version is validated in main that it could be compared with.',
    cause:
      'The first version that is promoted has no champion. That is recorded (`verdict=first`), and no endpoint is created.',
    remedy: 'Nothing. `require_evidence` accepts it only while nothing is validated at the end.',
    act: labelled(),
    exit: 0,
    writes: RECORDED,
    record: compared('first'),
  },
  {
    ...usual,
    when: 'a comparison before was killed and its time is over',
    shows: [],
    seen: 'Deleted: endpoint cmp-42-99-0123456789.',
    cause: 'A runner died. Its endpoint cost money until this job, or the job that stops the environment, deleted it.',
    remedy: 'Nothing. Each comparison begins with this.',
    act: async (place) => {
      await commitLabelled(place);
      const name = 'cmp-42-99-0123456789';
      const own = { project: '42', environment: 'dev', component: 'compare-models', expires: '2026-11-22T07:00:00Z' };
      const tags = Object.fromEntries(
        Object.entries(own).map(([key, value]) => [`sagemaker-components:${key}`, value]),
      );
      place.emulator.deployed({ endpoint: name, package: arnOf(1), name, tags });
    },
    exit: 0,
    writes: { ...CREATED, ...ASKED, ...DELETED, DeleteEndpoint: 2, ...RECORDED },
    record: compared('good'),
  },
  {
    ...usual,
    when: 'somebody rejects the version just before the comparison is recorded',
    ...REJECTED_MEANWHILE,
    seen: 'ERROR The comparison evidence in dev was written, but ResalePriceModelGroup version 2 cannot be promoted: it is Rejected, but it is live.',
    act: async (place) => {
      await commitLabelled(place);
      rejectedMeanwhile(place);
    },
    exit: 1,
    writes: { ...CREATED, ...ASKED, ...DELETED, ...RECORDED },
    record: compared('good'),
  },
];
