import { QUICK_LOAD } from '../../components/load.ts';
import type { Row } from '../row.ts';
import { amendRecord, ENDPOINT, live, liveLater, REJECTED_MEANWHILE, rejectedMeanwhile } from '../stage.ts';

/** Just as many requests as tell that 99 of 100 are in time, one second in which the first is sent apart. */
const LOAD = { rate: '20', duration: '16', warm_up: '0', max_p99_ms: '45', max_errors: 'any=2' };
const SENT = { InvokeEndpoint: 321 };
const RECORDED = { ...SENT, UpdateModelPackage: 1 };

/** It sends a load: a process would send it in real time, on a machine that has other work. */
const sent = { component: 'load-test', shows: [], stage: live, long: true } as const;
const of = (outcome: string) => ({ outcome, endpoint: ENDPOINT, config: `${ENDPOINT}-v2` });

export const load: readonly Row[] = [
  {
    when: 'the endpoint answers the first request with an error',
    shows: [],
    component: 'load-test',
    code: 'SMC-5301',
    seen: 'ERROR No load was sent: resale-price-dev answered the first request with HTTP 500: Internal Server Error',
    next: 'correct payload_file, content_type, accept and custom_attributes, or the model. Then run this job again or start a new pipeline.',
    cause: 'One request is sent before the load, and its answer was not 200: every request of the load would fail.',
    remedy: 'Read the message, and the log of the endpoint (link on the job page). Correct the payload or the model.',
    stage: live,
    act: ({ emulator }) => void emulator.runtime.behaviours.set(ENDPOINT, { errorRate: 1 }),
    exit: 1,
    writes: { InvokeEndpoint: 1 },
    record: of('not tested'),
  },
  {
    when: 'it is the last environment of the promotion path',
    shows: [],
    component: 'load-test',
    code: 'SMC-5302',
    seen: 'ERROR resale-price-dev is in dev, the end of the promotion path, where users are. No load was sent.',
    next: 'test in the environment before. If users can bear it, set allow_last_environment: true under "inputs:" of the include.',
    cause: 'A load takes the endpoint from its users, and costs instances where it is scaled.',
    remedy:
      'Include load-test for the environment before. Or set `allow_last_environment: true`, at a time when few users are there.',
    stage: live,
    act: (place) => amendRecord(place, 'deploy-model', { promotion_path: ['dev'] }),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint is asynchronous',
    shows: [],
    component: 'load-test',
    code: 'SMC-5307',
    seen: 'ERROR No load was sent: resale-price-dev is asynchronous, and an asynchronous endpoint queues requests, so that no answer tells how long it takes under load.',
    next: 'test the version in an environment whose endpoint answers at once, or remove load-test here.',
    cause: 'The endpoint file of this environment has `async_inference_config`.',
    remedy: 'Test in an environment without it.',
    stage: liveLater,
    exit: 1,
    writes: {},
    record: of('not tested'),
  },
  {
    when: 'the timeout of the job is shorter than the load',
    shows: [32],
    component: 'load-test',
    code: 'SMC-5303',
    seen: "ERROR No load was sent: it takes 185 s with its last answers, and the job's timeout leaves less.",
    next: 'raise timeout, or lower duration and warm_up. Then start a new pipeline.',
    cause: 'The load takes `warm_up` and `duration`, and two minutes more. GitLab would stop the job before that.',
    remedy: 'Raise `timeout`, or lower `duration` and `warm_up`.',
    stage: live,
    job: ({ emulator }) => ({
      inputs: { duration: '60', warm_up: '5' },
      env: { CI_JOB_STARTED_AT: emulator.clock.now().toISOString(), CI_JOB_TIMEOUT: '200' },
    }),
    exit: 124,
    writes: { InvokeEndpoint: 1 },
    record: of('not tested'),
  },
  {
    ...sent,
    when: 'the runner has no processor free to send the requests in time',
    code: 'SMC-5304',
    seen: 'ERROR This load test is invalid: this job sent 1 in 100 requests more than … ms late (at most 5 ms are allowed). It says nothing about the endpoint, and nothing was recorded.',
    next: 'run this job again on a runner with a free processor. If it is invalid again, lower rate.',
    cause:
      'The requests have to leave the runner when they are meant to. Otherwise the job would measure the runner, and not the endpoint.',
    remedy:
      'Run the job again on a runner that has a processor free. Lower `rate`, or use a runner that is larger. No latency of such a run is told.',
    // The time of this clock passes with each answer, so that the requests behind it leave late.
    act: ({ emulator }) => void emulator.runtime.behaviours.set(ENDPOINT, { latency: 51 }),
    job: { inputs: LOAD },
    exit: 1,
    writes: SENT,
    record: of('invalid'),
  },
  {
    ...sent,
    when: 'answers take longer than a limit',
    code: 'SMC-5305',
    seen: 'ERROR ResalePriceModelGroup version 2 does not hold the limits on resale-price-dev under 20/s for 16 s (320 requests):\n  20/s for 16 s: bad: p99 at most 45 ms: 320 of 320 requests are beyond it (100 %; the true share is from … % to 100 %, and 1 % may be)',
    next: 'give the endpoint more or larger instances, correct the model, or lower what is asked. Then start a new pipeline.',
    cause:
      'So many requests took longer than the limit that it is no chance. The latency counts from when a request was meant to be sent.',
    remedy:
      'See `report.json` and the metrics of the endpoint. Give it more or larger instances, or make the model faster. The entry `load.<environment>` says `bad`.',
    act: ({ emulator }) => void emulator.runtime.behaviours.set(ENDPOINT, { latency: 46 }),
    job: { inputs: LOAD },
    exit: 1,
    writes: RECORDED,
    record: of('bad'),
    keeps: ['report.json'],
  },
  {
    ...sent,
    when: 'the endpoint can no more, and most requests fail',
    code: 'SMC-5305',
    seen: 'ERROR ResalePriceModelGroup version 2 does not hold the limits on resale-price-dev under 20/s for 16 s (100 requests):\n  20/s for 16 s ended early: 75 of the latest 100 requests had failed\n',
    next: 'give the endpoint more or larger instances, correct the model, or lower what is asked. Then start a new pipeline.',
    cause: 'More than `stop_at_error_percent` of the latest 100 requests failed. The job then ends the load.',
    remedy:
      'The log says with which status they failed, and shows the first answer of each. 503 and 429 mean that instances are missing; 424 is an error of the model.',
    scenes: ['most requests fail'],
    job: { inputs: LOAD },
    exit: 1,
    writes: { InvokeEndpoint: 101, UpdateModelPackage: 1 },
    record: of('bad'),
    keeps: ['report.json'],
  },
  {
    ...sent,
    when: 'too few requests were sent to tell',
    code: 'SMC-5306',
    seen: 'ERROR Too few requests to tell whether ResalePriceModelGroup version 2 holds the limits on resale-price-dev under 20/s for 5 s (100 requests):\n  20/s for 5 s: inconclusive: p99 at most 45 ms: 0 of 100 requests are beyond it (0 %; the true share is from 0 % to 2.95 %, and 1 % may be); about … more requests would decide',
    next: 'raise duration or rate, so that as many more requests are sent. Then start a new pipeline.',
    cause:
      'With so few requests, a share as large as the limit allows cannot be told from a larger one. That nothing was seen shows nothing.',
    remedy:
      'Raise `duration` or `rate`, so that as many more requests are sent. Or set `allow_inconclusive: true`: then the job succeeds, and the entry says `inconclusive`.',
    job: { inputs: { ...LOAD, duration: '5' } },
    exit: 1,
    writes: { InvokeEndpoint: 101, UpdateModelPackage: 1 },
    record: of('inconclusive'),
    keeps: ['report.json'],
  },
  {
    ...sent,
    when: 'somebody rejects the version just before the load test is recorded',
    ...REJECTED_MEANWHILE,
    seen: 'ERROR The load evidence in dev was written, but ResalePriceModelGroup version 2 cannot be promoted: it is Rejected, but it is live.',
    act: rejectedMeanwhile,
    job: { inputs: QUICK_LOAD },
    exit: 1,
    writes: { InvokeEndpoint: 6, UpdateModelPackage: 1 },
    record: of('good'),
  },
];
