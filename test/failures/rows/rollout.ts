import { describedByFile, hostOf } from '../../components/gitlab-file.ts';
import type { Row } from '../row.ts';
import { approved, approvedOverAnother, BEFORE, ENDPOINT, type Place } from '../stage.ts';

const made = { CreateModel: 1, CreateEndpointConfig: 1 };

const CANARY = 'strategy: { type: canary, size: 1, wait: 600 }';
const ERRORS = 'alarms: { server_errors: { threshold: 1 } }';

const SENDING =
  'strategy: { type: canary, size: 1, wait: 360, min_bake_requests: 10, bake_traffic: { payload_file: payload.json, requests_per_minute: 6 } }';

/** The endpoint file of the commit, two instances and these sections, and the commit's other files. */
const fileWith =
  (others: Readonly<Record<string, string>>, ...sections: readonly string[]) =>
  async ({ emulator }: Pick<Place, 'emulator'>): Promise<void> => {
    const lines = ['instance_type: ml.m5.large', 'instance_count: 2', ...sections];
    await hostOf(emulator, { ...others, 'endpoint.yml': `${lines.join('\n')}\n` });
  };
const file = (...sections: readonly string[]) => fileWith({}, ...sections);

const NAMED = 'alarms: { named: [{ name: resale-price-latency }] }';

/** An alarm of the project. */
function alarm({ emulator }: Place, state: 'OK' | 'ALARM'): void {
  const metric = { Namespace: 'AWS/SageMaker', MetricName: 'ModelLatency', Statistic: 'Average' } as const;
  const AlarmName = 'resale-price-latency';
  const { alarms } = emulator.cloudwatch;
  const now = emulator.clock.now();
  // It needs data to leave ALARM, and there are none.
  alarms.put({ AlarmName, ...metric, Period: 60, TreatMissingData: 'ignore' }, emulator.cloudwatch.arn(AlarmName), now);
  alarms.set(AlarmName, state, 'Threshold Crossed: 1 datapoint was greater than the threshold.', now);
}

/** What a strategy and its alarms can come to. */
export const rollout: readonly Row[] = [
  {
    when: 'an alarm rolls the new version back while it bakes',
    shows: [10],
    component: 'deploy-model',
    code: 'SMC-4101',
    seen: 'ERROR SageMaker rolled back resale-price-dev: the deployment of resale-price-dev-v2-… failed, and resale-price-dev-v1 serves as before. The alarm sagemaker-components/resale-price-dev/resale-price-dev-v2-…/server_errors fired at … UTC: 20 % (…), 20 % (…), threshold 1 %.',
    next: "read the container's log lines above: the version answered worse than the alarm allows. Correct the model and register a new version; or, if the threshold is wrong, correct the section alarms of the endpoint file, then run this job again.",
    cause:
      'While the new version baked, more of its answers were errors, or slow, than the alarm of the endpoint file allows. The old version serves again.',
    remedy:
      'Read the last lines of the container in the log, and the data points of the alarm. Correct the model. The alarms of the release are deleted; CloudWatch keeps their history.',
    stage: approvedOverAnother,
    scenes: ['new version answers with errors'],
    act: file(CANARY, ERRORS),
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 1,
    writes: { ...made, AddTags: 2, PutMetricAlarm: 1, UpdateEndpoint: 1, DeleteAlarms: 1 },
    record: { outcome: 'progressing', previous_config: BEFORE },
    keeps: ['endpoint.json'],
  },
  {
    when: 'an alarm that only observes fires while the new version bakes',
    shows: [],
    component: 'deploy-model',
    seen: 'The alarm sagemaker-components/resale-price-dev/…/latency fired at … UTC: 40 ms (…), 40 ms (…), threshold 1 ms. It only observes (action: observe).',
    cause: 'The new version is slower than the alarm allows. With `action: observe`, an alarm does not roll back.',
    remedy: 'None, or correct the threshold. When the alarm says what you want, remove `action: observe`.',
    stage: approvedOverAnother,
    scenes: ['steady traffic'],
    act: file(CANARY, 'alarms: { latency: { threshold: 1, action: observe } }'),
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 0,
    writes: { ...made, AddTags: 2, PutMetricAlarm: 1, UpdateEndpoint: 1, DeleteAlarms: 1 },
    record: { outcome: 'deployed', bake: 'none' },
  },
  {
    when: 'too few requests of others reach the new version while it bakes',
    shows: [],
    component: 'deploy-model',
    seen: 'Bake: No request of others reached the new fleet. So the bake shows nothing: 0 of 300 requests of others.',
    cause:
      'An alarm that gets no requests cannot fire. The deployment is good, and its bake says nothing about the version.',
    remedy:
      'None, or a longer bake, a larger canary, or a lower `min_bake_requests` where the endpoint has little traffic.',
    stage: approvedOverAnother,
    act: file(CANARY, ERRORS),
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 0,
    writes: { ...made, AddTags: 2, PutMetricAlarm: 1, UpdateEndpoint: 1, DeleteAlarms: 1 },
    record: { outcome: 'deployed', bake: 'nothing' },
  },
  {
    when: 'only its latency is watched while the new version bakes',
    shows: [],
    component: 'deploy-model',
    seen: 'So the bake shows nothing: no alarm that rolls back is known to watch whether requests fail.',
    cause:
      'The version may have failed every request: an alarm on the latency, or one of yours whose name says nothing of what it measures, does not tell.',
    remedy: 'Add `server_errors` or `model_errors` to the alarms of the endpoint file, with `action: roll_back`.',
    stage: approvedOverAnother,
    scenes: ['steady traffic'],
    act: file(CANARY, 'alarms: { latency: { threshold: 60000 } }'),
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 0,
    writes: { ...made, AddTags: 2, PutMetricAlarm: 1, UpdateEndpoint: 1, DeleteAlarms: 1 },
    record: { outcome: 'deployed', bake: 'nothing' },
  },
  {
    when: 'only the job itself sends requests while the new version bakes',
    shows: [],
    component: 'deploy-model',
    seen: 'So the bake shows that the container answers, and no more: 0 of 10 requests of others.',
    cause:
      'Copies of one payload show that the container starts and answers. They do not show what it answers to the requests of others.',
    remedy:
      'None. `require_evidence: bake` takes such a bake only with `count_bake_traffic: true`; otherwise wait for the requests of others.',
    stage: approvedOverAnother,
    act: fileWith({ 'payload.json': '[{}]' }, SENDING, ERRORS),
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 0,
    writes: { ...made, AddTags: 3, PutMetricAlarm: 1, UpdateEndpoint: 1, InvokeEndpoint: 72, DeleteAlarms: 1 },
    record: { outcome: 'deployed', bake: 'payload' },
  },
  {
    when: 'AWS throttles the requests of the job itself',
    shows: [13],
    component: 'deploy-model',
    seen: 'AWS throttles the requests of this job: from now on, it sends 3 a minute.',
    cause: 'The account, or the endpoint, takes no more requests at the moment. The job sends half as many.',
    remedy: 'None, or a smaller `requests_per_minute`.',
    stage: approvedOverAnother,
    act: async (place) => {
      await fileWith({ 'payload.json': '[{}]' }, SENDING, ERRORS)(place);
      place.emulator.fault({ operation: 'InvokeEndpoint', kind: 'throttle' });
    },
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 0,
    writes: { ...made, AddTags: 3, PutMetricAlarm: 1, UpdateEndpoint: 1, InvokeEndpoint: 37, DeleteAlarms: 1 },
    record: { outcome: 'deployed' },
  },
  {
    when: 'its role may not send requests to the endpoint while the new version bakes',
    shows: [],
    component: 'deploy-model',
    seen: 'This job sends no more requests of its own: AccessDeniedException: ',
    cause: 'The role that deploys has no `sagemaker:InvokeEndpoint`. The deployment goes on, and its bake shows less.',
    remedy:
      'Give the role `sagemaker:InvokeEndpoint` on the endpoint, or remove `bake_traffic` from the endpoint file.',
    stage: approvedOverAnother,
    act: async (place) => {
      await fileWith({ 'payload.json': '[{}]' }, SENDING, ERRORS)(place);
      place.emulator.fault({ operation: 'InvokeEndpoint', kind: 'access denied' });
    },
    job: ({ emulator }) => describedByFile(emulator),
    long: true,
    exit: 0,
    writes: { ...made, AddTags: 3, PutMetricAlarm: 1, UpdateEndpoint: 1, InvokeEndpoint: 1, DeleteAlarms: 1 },
    record: { outcome: 'deployed', bake: 'nothing' },
  },
  {
    when: 'the commit does not have the payload that its strategy sends',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1009',
    seen: 'ERROR strategy.bake_traffic.payload_file: received "payload.json"; the commit … does not have this file.',
    next: 'commit the file, or correct strategy.bake_traffic.payload_file.',
    cause: 'The job sends the payload of the commit, and that has no such file. Nothing was changed.',
    remedy: 'Commit the file, or correct `payload_file` in the endpoint file.',
    stage: approvedOverAnother,
    act: file(SENDING, ERRORS),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'an alarm that its endpoint file names is in ALARM',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4019',
    seen: 'ERROR SageMaker would roll the update of resale-price-dev back at once, or refuse it. Nothing was changed.\n  resale-price-latency is in ALARM: Threshold Crossed: 1 datapoint was greater than the threshold.',
    next: 'look at the alarm in the AWS console. When it is OK, run this job again; if it watches something else, correct the section alarms of the endpoint file.',
    cause: 'SageMaker rolls an update back as soon as one of its alarms is in ALARM, whatever the new version does.',
    remedy: 'Find out why the alarm fired. Run the job again when the alarm is OK.',
    stage: approvedOverAnother,
    act: async (place) => {
      await file(CANARY, NAMED)(place);
      alarm(place, 'ALARM');
    },
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'an alarm that its endpoint file names does not exist',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4019',
    seen: 'ERROR SageMaker would roll the update of resale-price-dev back at once, or refuse it. Nothing was changed.\n  resale-price-latency does not exist',
    next: 'look at the alarm in the AWS console. When it is OK, run this job again; if it watches something else, correct the section alarms of the endpoint file.',
    cause: 'No alarm of this name is in this account and region.',
    remedy: 'Correct the name in the endpoint file, or create the alarm.',
    stage: approvedOverAnother,
    act: file(CANARY, NAMED),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint is new, and its strategy does not accept that',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4018',
    seen: 'ERROR resale-price-dev is new, and SageMaker creates an endpoint with all the traffic at once: the strategy canary would do nothing.',
    next: 'add first_deployment to strategy.all_at_once_for in the endpoint file if that is what you want, then push.',
    cause: 'SageMaker ignores the strategy when it creates an endpoint, and does not say so.',
    remedy: 'Add `first_deployment` to `all_at_once_for`. The next deployments then use the strategy.',
    stage: approved,
    act: file(CANARY),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'its strategy waits longer than the job',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4021',
    seen: 'ERROR max_wait_time is 3300 seconds, and the strategy alone waits 7200, beside 600 for the instances to start. Nothing was changed.',
    next: 'set max_wait_time to at least 7800, and timeout longer than that; or shorten the waits in the endpoint file.',
    cause: 'The job would end before the deployment does, and nobody would see how it ends.',
    remedy: 'Set `max_wait_time` and `timeout` to more than the strategy needs, or shorten its waits.',
    stage: approvedOverAnother,
    act: file('strategy: { type: canary, size: 1, wait: 3600 }'),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'its strategy does not fit the instances that the endpoint keeps',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4020',
    seen: 'ERROR The strategy does not fit resale-price-dev, which keeps its 30 instances. Nothing was changed.\n  strategy.size must be from 10% to 50% of the instances',
    next: 'give the size as a share, like "10%", or set instance_count to what the endpoint needs, then push.',
    cause: 'The endpoint was scaled out. A step of so few instances is less than SageMaker allows.',
    remedy: 'Give the size as a share of the instances.',
    stage: approvedOverAnother,
    act: async (place) => {
      await file('strategy: { type: linear, size: 1, wait: 300 }')(place);
      const wanted = [{ VariantName: 'AllTraffic', DesiredInstanceCount: 30 }];
      place.emulator.do('UpdateEndpointWeightsAndCapacities', {
        EndpointName: ENDPOINT,
        DesiredWeightsAndCapacities: wanted,
      });
      place.emulator.endpoints.settle(ENDPOINT);
    },
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: {},
    record: 'none',
  },
];
