import { describedByFile, hostOf } from '../../components/gitlab-file.ts';
import { configOf, release } from '../../components/rollback-endpoint/scene.ts';
import { endpointFile, SECTION } from '../../components/scaling.ts';
import type { Row } from '../row.ts';
import { approved, approvedOverAnother, BEFORE, ENDPOINT, type Place, type Stage } from '../stage.ts';

const made = { CreateModel: 1, CreateEndpointConfig: 1 };
const LARGE = { instance_type: 'ml.m5.large', instance_count: 2, autoscaling: SECTION };
const XLARGE = { ...LARGE, instance_type: 'ml.m5.xlarge' };

const TARGET = {
  ServiceNamespace: 'sagemaker',
  ResourceId: `endpoint/${ENDPOINT}/variant/AllTraffic`,
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
};

/** The endpoint file of the commit. */
const file =
  (description: object) =>
  async (place: Pick<Place, 'emulator'>): Promise<void> =>
    void (await hostOf(place.emulator, { 'endpoint.yml': endpointFile(description) }));

/** A person scales the endpoint from one to four instances. */
function scaleByHand({ emulator }: Place): void {
  emulator.do('RegisterScalableTarget', { ...TARGET, MinCapacity: 1, MaxCapacity: 4 });
  const StepScalingPolicyConfiguration = { AdjustmentType: 'ChangeInCapacity', StepAdjustments: [] };
  emulator.do('PutScalingPolicy', {
    ...TARGET,
    PolicyName: 'by-hand',
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration,
  });
}

const OF = `--service-namespace sagemaker --resource-id ${TARGET.ResourceId} --scalable-dimension ${TARGET.ScalableDimension} --region ap-southeast-1`;

/** The endpoint of dev is scaled. It has served two versions, the one before on larger instances. */
const scaledAfterLarger: Stage = {
  environment: 'dev',
  set({ emulator }) {
    const before = configOf(release(emulator));
    release(emulator);
    emulator.do('RegisterScalableTarget', { ...TARGET, MinCapacity: 1, MaxCapacity: 4 });
    const [variant] = emulator.models.configs.get(before)?.request.ProductionVariants ?? [];
    Object.assign(variant ?? {}, { InstanceType: 'ml.m5.xlarge' });
  },
};

/** What the number of instances of an endpoint can come to. */
export const scaling: readonly Row[] = [
  {
    when: 'somebody scales the endpoint by hand, and its instance type is to change',
    shows: [20],
    component: 'deploy-model',
    code: 'SMC-4301',
    seen: `ERROR ${ENDPOINT} is scaled by what no endpoint file describes, and SageMaker changes no instance type under a scalable target. Nothing was changed. What it is, and what takes it away:…the scaling policy "by-hand": aws application-autoscaling delete-scaling-policy --policy-name by-hand ${OF}`,
    next: 'describe it in the section autoscaling of the endpoint file and push, or take it away with the commands above and run this job again.',
    cause:
      'SageMaker refuses an update that changes the instance type of a variant that Application Auto Scaling scales. deploy-model takes away only what the endpoint file describes, and gives it back after the update.',
    remedy:
      'Describe the autoscaling in the endpoint file. Then run the commands of the log, which take away what somebody else has made, and run the job again.',
    stage: approvedOverAnother,
    act: async (place) => {
      scaleByHand(place);
      await file(XLARGE)(place);
    },
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'somebody scales the endpoint while its instance type changes',
    shows: [20],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'ERROR SageMaker refused to change the endpoint. It was not changed. (ValidationException: The variant(s) "["AllTraffic"]" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed or have their instance type updated.)',
    next: 'run this job again: it looks at what scales the endpoint.',
    cause: 'The endpoint was registered with Application Auto Scaling after the job had looked for that.',
    remedy: 'Run the job again. It takes away what the endpoint file describes, and names anything else.',
    stage: approvedOverAnother,
    act: async (place) => {
      await file({ ...XLARGE, autoscaling: undefined })(place);
      place.emulator.faults.meanwhile('UpdateEndpoint', () => scaleByHand(place));
    },
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: { ...made, AddTags: 1, UpdateEndpoint: 1 },
    record: 'none',
  },
  {
    when: 'the instance type of an endpoint changes that its endpoint file scales',
    shows: [20],
    component: 'deploy-model',
    seen: 'Autoscaling: deregistering the scalable target, with its policies and scheduled actions.',
    cause: 'SageMaker refuses to change the instance type of a variant that is scaled.',
    remedy:
      'None. The job holds the number of instances, takes the autoscaling away, and gives it back when the new instances serve. If it is killed in between, the next job of this endpoint gives it back.',
    stage: approvedOverAnother,
    act: async (place) => {
      place.emulator.do('RegisterScalableTarget', { ...TARGET, MinCapacity: 1, MaxCapacity: 4 });
      await file(XLARGE)(place);
    },
    job: ({ emulator }) => describedByFile(emulator),
    exit: 0,
    writes: {
      ...made,
      AddTags: 2,
      DeregisterScalableTarget: 1,
      UpdateEndpoint: 1,
      RegisterScalableTarget: 1,
      PutScalingPolicy: 1,
      PutScheduledAction: 1,
    },
    record: { outcome: 'deployed', previous_config: BEFORE },
  },
  {
    when: 'Application Auto Scaling refuses what the endpoint file says',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4302',
    seen: 'ERROR Application Auto Scaling refused what the endpoint file says (setting sagemaker-components-night): ValidationException: …',
    next: 'correct the section autoscaling of the endpoint file and push; or if AWS is to be changed (a quota, what somebody else registers), change it and run this job again.',
    cause:
      'A limit of Application Auto Scaling that these components do not know. The endpoint serves the new version.',
    remedy: 'Correct the section `autoscaling`. The job that runs next does what is missing.',
    stage: approved,
    act: async (place) => {
      const error = { code: 'ValidationException', message: 'The schedule is not valid.' };
      place.emulator.fault({ operation: 'PutScheduledAction', kind: 'error', error });
      await file(LARGE)(place);
    },
    job: ({ emulator }) => describedByFile(emulator),
    exit: 1,
    writes: { ...made, CreateEndpoint: 1, RegisterScalableTarget: 1, PutScalingPolicy: 1, PutScheduledAction: 1 },
    record: { outcome: 'progressing' },
  },
  {
    when: 'the release before ran on another instance type, and the endpoint is scaled',
    shows: [20],
    component: 'rollback-endpoint',
    code: 'SMC-4303',
    seen: `ERROR ${ENDPOINT} is scaled, and the release to go back to ran on another instance type. SageMaker changes no instance type under a scalable target, and this job does not read the endpoint file, by which it could give the autoscaling back. Nothing was changed.`,
    next: 'deploy the version with deploy-model, which takes the autoscaling away and gives it back: commit allow_downgrade: true …',
    cause: 'SageMaker refuses to change the instance type of a variant that is scaled.',
    remedy:
      'Deploy the earlier version with deploy-model, by an endpoint file with the instance type and the autoscaling that you want.',
    stage: scaledAfterLarger,
    exit: 1,
    writes: {},
    record: 'none',
  },
];
