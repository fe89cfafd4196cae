import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordPath } from '../../components/handover.ts';
import { QUICK_LOAD_OF_WORKERS } from '../../components/load.ts';
import { leaveFiles, leftByWorkers } from '../../components/load-workers.ts';
import type { Row } from '../row.ts';
import { ENDPOINT, live, type Place, type Stage } from '../stage.ts';

const inputs = QUICK_LOAD_OF_WORKERS;

/** Three workers have sent a load that began so many seconds before now. */
function sentSince(seconds: number): Stage {
  return {
    environment: 'dev',
    set(place) {
      live.set(place);
      const { emulator, root } = place;
      const file = (path: string) => readFileSync(join(root, path), 'utf8');
      const deployed = JSON.parse(file(recordPath('deploy-model')));
      const start = new Date(emulator.clock.now().getTime() - seconds * 1000);
      const left = leftByWorkers({ deployed, payload: file('payload.json'), start, inputs });
      leaveFiles(root, left);
    },
  };
}

/** Lets the record of the second worker say something else. */
function amendSecond({ root }: Pick<Place, 'root'>, words: object): void {
  const path = join(root, recordPath('send-load', '12'));
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...words }));
}

const judging = {
  component: 'load-test-workers',
  shows: [],
  stage: sentSince(60),
  job: { inputs },
  exit: 1,
  writes: {},
} as const;
const invalid = { outcome: 'invalid', endpoint: ENDPOINT, config: `${ENDPOINT}-v2` };

/** One of the three workers, which begins as soon as it can. */
const second = { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '3' };
const sending = { component: 'send-load', shows: [], exit: 1, writes: {}, job: { job: '1', env: second } } as const;

const NOT_SENT = { outcome: 'not sent', worker: 2, workers: 3 };
const AGAIN =
  'start a new pipeline, with runners that have a free processor. If a worker was late, raise start_delay first; if it sent too late, raise workers or lower rate.';

export const loadWorkers: readonly Row[] = [
  {
    ...judging,
    when: 'a worker has left nothing',
    code: 'SMC-5308',
    seen: 'ERROR This load test is invalid, says nothing about the endpoint, and is not recorded:\n  worker 2 of 3 is lost: it left nothing. If its job has a log, that says why',
    next: AGAIN,
    cause:
      'A third of the load was not sent, or nobody knows what came of it. What the other workers measured is not the load that was asked for.',
    remedy: 'Read the log of that job, if it has one. A runner that was stopped leaves nothing. Start a new pipeline.',
    act: ({ root }) => rmSync(join(root, 'sagemaker/send-load/12'), { recursive: true }),
    record: invalid,
  },
  {
    ...judging,
    long: true,
    when: 'a worker was late, or was run again',
    code: 'SMC-5308',
    seen: 'ERROR This load test is invalid, says nothing about the endpoint, and is not recorded:\n  worker 2 of 3 sent nothing: its job was ready 9 s after the start',
    next: AGAIN,
    cause:
      'No runner was free for it in time, so that fewer requests were sent than were asked for. A worker that is run again is always late.',
    remedy: 'Raise `start_delay`, or have as many runners free as there are workers. Then start a new pipeline.',
    act: (place) => amendSecond(place, { outcome: 'not sent', why: 'its job was ready 9 s after the start' }),
    record: invalid,
  },
  {
    ...judging,
    long: true,
    when: 'the latencies of a worker are cut, or were changed',
    code: 'SMC-5308',
    seen: 'ERROR This load test is invalid, says nothing about the endpoint, and is not recorded:\n  worker 2 of 3 has a samples.gz that is cut, or not the one that its job wrote',
    next: AGAIN,
    cause:
      'The file is not the one whose SHA-256 the worker recorded, or holds another number of requests than it sent.',
    remedy: 'Let no other job write below `sagemaker/`. Start a new pipeline.',
    act: ({ root }) => {
      const path = join(root, 'sagemaker/send-load/12/samples.gz');
      writeFileSync(path, readFileSync(path).subarray(0, -1));
    },
    record: invalid,
  },
  {
    ...judging,
    when: 'the load that was scheduled is not the one that it is to judge',
    code: 'SMC-5309',
    seen: 'ERROR This job does not belong to the load that was scheduled: the payload, the rate or another input differs.',
    next: 'include load-test-workers once for an endpoint, write nothing else below sagemaker/, and set none of its CI/CD variables. Then start a new pipeline.',
    cause:
      'The schedule among the artifacts says another load than the include of this job: it is of another include, or somebody changed it.',
    remedy: 'Include `load-test-workers` once for each endpoint. Let no other job write below `sagemaker/`.',
    job: { inputs: { ...inputs, rate: '6' } },
    record: { outcome: 'not tested' },
  },
  {
    ...sending,
    stage: sentSince(-60),
    when: 'the clock of its runner is wrong',
    code: 'SMC-5310',
    seen: 'ERROR No load was sent: the clock of this runner is between … s behind that of STS (at most 1 s is allowed).',
    next: 'set the clock of the runner by NTP (the Amazon Time Sync Service, 169.254.169.123, say). Then start a new pipeline.',
    cause:
      'The workers begin at the same time, each by its own clock. That of STS tells the time to the second, so that several answers are compared.',
    remedy: 'Set the clock of the machine by NTP.',
    act: ({ emulator }) => {
      emulator.awsAhead = 3_000;
    },
    record: { ...NOT_SENT, why: 'its clock is not known to be within 1 s of that of STS' },
  },
  {
    ...sending,
    stage: sentSince(5),
    when: 'the load has begun without it',
    code: 'SMC-5311',
    seen: 'ERROR No load was sent: this worker was ready … s after the start, when the others had begun.',
    next: 'raise start_delay, so that a runner is free for each worker by then. Then start a new pipeline: a worker that is run again is always late.',
    cause: 'No runner was free for it in time, or it was run again.',
    remedy:
      'Raise `start_delay`, or have as many runners free as there are workers. Start a new pipeline: that the load is invalid, the job that judges says.',
    record: NOT_SENT,
  },
  {
    ...sending,
    stage: sentSince(-60),
    when: 'nobody knows which of the workers it is',
    code: 'SMC-5312',
    seen: 'ERROR No load was sent: 3 workers are scheduled, and this is job 2 of 4 (CI_NODE_INDEX, CI_NODE_TOTAL).',
    next: "remove any CI/CD variable of these names and any parallel: that overrides the template's. Then start a new pipeline.",
    cause:
      'GitLab numbers the jobs of `parallel`, and each sends the part of its number. Somebody set these variables, or changed `parallel`.',
    remedy: 'Remove the CI/CD variables, or what overrides the job.',
    job: { job: '1', env: { ...second, CI_NODE_TOTAL: '4' } },
    record: 'none',
  },
];
