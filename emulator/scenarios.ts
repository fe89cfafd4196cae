import type { Emulator } from './emulator.ts';
import type { Fault } from './faults.ts';
import { NO_CAPACITY } from './sagemaker/endpoints.ts';
import { EXECUTION_ROLE, GROUP } from './scene.ts';
import { identityProviderTrouble } from './sts.ts';

/** What a scene is about; a test that has several endpoints or groups names the one it means. */
export interface Target {
  readonly endpoint: string;
  readonly group: string;
  readonly step: string;
}

export const usualTarget: Target = { endpoint: 'resale-price-dev', group: GROUP, step: 'Train' };

interface Scenario {
  /** What a person would say has happened. */
  readonly about: string;
  readonly set: (emulator: Emulator, target: Target) => void;
}

const PING =
  'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.';
const IMAGE =
  'Please make sure all images included in the model for the production variant AllTraffic exist, and that the execution role used to create the model has permissions to access them.';
const DOWNLOAD =
  'Failed to download model data for container "container_1" from URL: "s3://resale-price-models/model.tar.gz". Please ensure that there is an object located at the URL.';
const UNREADABLE =
  'Could not access model data at s3://resale-price-models/model.tar.gz. Please ensure that the role ' +
  `"${EXECUTION_ROLE}" exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service principal ` +
  '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object is located in ap-southeast-1.';
const AUTOSCALING =
  'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity does not have ' +
  'application-autoscaling:DeregisterScalableTarget permission.';

const outcome =
  (ends: 'failed' | 'rolled back' | 'rollback failed', reason?: string, trouble?: readonly string[]): Scenario['set'] =>
  ({ endpoints }) => {
    endpoints.outcomes.push({ ends, ...(reason !== undefined && { reason }), ...(trouble && { trouble }) });
  };

const fault =
  (...faults: readonly Fault[]): Scenario['set'] =>
  (emulator) => {
    for (const one of faults) emulator.fault(one);
  };

const refused = (operation: string, code: string, message: string): Scenario['set'] =>
  fault({ operation, kind: 'error', error: { code, message } });

/** Somebody else does the same a moment before. */
const beaten =
  (operation: string, change: (input: Readonly<Record<string, unknown>>) => Record<string, unknown>): Scenario['set'] =>
  (emulator) =>
    emulator.faults.meanwhile(operation, (input) => {
      emulator.do(operation, change(input));
    });

const lost = (operation: string): Scenario => ({
  about: `The connection breaks after ${operation} has taken effect: nobody knows.`,
  set: fault({ operation, kind: 'reset after' }),
});

/** A config that is neither ours nor the one before ours. */
function foreignConfig(emulator: Emulator, { group }: Target): string {
  const name = 'somebody-elses';
  if (emulator.models.configs.has(name)) return name;
  const version = emulator.registry.findGroup(group)?.packages.at(-1)?.arn ?? emulator.register({ group });
  emulator.do('CreateModel', {
    ModelName: name,
    PrimaryContainer: { ModelPackageName: version },
    ExecutionRoleArn: EXECUTION_ROLE,
  });
  const variant = { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
  emulator.do('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants: [variant] });
  return name;
}

function foreignUpdate(emulator: Emulator, target: Target): void {
  const config = foreignConfig(emulator, target);
  emulator.do('UpdateEndpoint', { EndpointName: target.endpoint, EndpointConfigName: config });
}

function newest(emulator: Emulator, { group }: Target) {
  const found = emulator.registry.findGroup(group)?.packages.at(-1);
  if (!found) throw new Error(`The scene needs a version in ${group}: register one first.`);
  return found;
}

function steadyTraffic({ traffic }: Emulator, { endpoint }: Target): void {
  traffic.perMinute.set(endpoint, 100);
}

function setStatus(status: 'Failed' | 'OutOfService' | 'UpdateRollbackFailed', reason?: string): Scenario['set'] {
  return (emulator, target) => {
    const endpoint = emulator.endpoint(target.endpoint);
    if (!endpoint) throw new Error(`The scene needs the endpoint ${target.endpoint}: put a version behind it first.`);
    endpoint.status = status;
    endpoint.failureReason = reason;
  };
}

/** Name -> scene. Where nothing else is said, it is the next call, or the next deployment, that meets it. */
export const scenarios = {
  'model already there': {
    about: 'Somebody created the same model a moment before.',
    set: beaten('CreateModel', (input) => ({ ...input })),
  },
  'model name taken by other content': {
    about: 'A model of that name exists and is another.',
    set: beaten('CreateModel', ({ ModelName }) => ({
      ModelName,
      PrimaryContainer: { Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/other:1' },
      ExecutionRoleArn: EXECUTION_ROLE,
    })),
  },
  'endpoint config already there': {
    about: 'Somebody created the same endpoint config a moment before.',
    set: beaten('CreateEndpointConfig', (input) => ({ ...input })),
  },
  'conflict on create': {
    about: 'Somebody created the endpoint a moment before, with the same config.',
    set: beaten('CreateEndpoint', (input) => ({ ...input })),
  },
  'conflict on create to another config': {
    about: 'Somebody created the endpoint a moment before, with another config.',
    set: (emulator, target) =>
      emulator.faults.meanwhile('CreateEndpoint', ({ EndpointName }) => {
        emulator.do('CreateEndpoint', { EndpointName, EndpointConfigName: foreignConfig(emulator, target) });
      }),
  },
  'foreign update in progress': { about: 'Somebody else updates the endpoint right now.', set: foreignUpdate },
  'foreign update at the last moment': {
    about: 'Somebody else begins to update the endpoint just before our update.',
    set: (emulator, target) => emulator.faults.meanwhile('UpdateEndpoint', () => foreignUpdate(emulator, target)),
  },
  'pipeline name taken': {
    about: 'Somebody created the pipeline a moment before.',
    set: beaten('CreatePipeline', (input) => ({
      ...input,
      ClientRequestToken: 'somebody-elses-token-of-32-characters',
    })),
  },
  'endpoint is Failed': { about: 'The endpoint is there and Failed.', set: setStatus('Failed', PING) },
  'endpoint is OutOfService': { about: 'The endpoint is there and OutOfService.', set: setStatus('OutOfService') },
  'endpoint is UpdateRollbackFailed': {
    about: 'The endpoint serves a mix of two configs.',
    set: setStatus('UpdateRollbackFailed', 'The rollback of the update failed.'),
  },
  'endpoint rolls back with a reason': {
    about: 'The update is rolled back, and AWS says why.',
    set: outcome('rolled back', PING),
  },
  'endpoint rolls back without a reason': {
    about: 'The update is rolled back, and nothing says so.',
    set: outcome('rolled back'),
  },
  'endpoint rollback fails': {
    about: 'The update and its rollback both fail.',
    set: outcome('rollback failed', 'The rollback of the update failed.'),
  },
  'endpoint is stuck': {
    about: 'The endpoint stays Creating or Updating.',
    set: ({ endpoints }) => {
      endpoints.outcomes.push({ ends: 'never' });
    },
  },
  'steady traffic': {
    about: 'Other people send the endpoint 100 requests a minute.',
    set: steadyTraffic,
  },
  'new version answers with errors': {
    about: 'Other people send requests, and the newest version answers one in five with an error.',
    set: (emulator, target) => {
      steadyTraffic(emulator, target);
      const error = { status: 500, message: "KeyError: 'floor_area_sqm'" };
      emulator.runtime.behaviours.set(newest(emulator, target).arn, { errorRate: 0.2, error });
    },
  },
  'new version answers worse': {
    about: 'The newest version answers every request, and its prices are off by up to 8 %.',
    set: (emulator, target) => {
      emulator.runtime.behaviours.set(newest(emulator, target).arn, { spread: 0.08 });
    },
  },
  'most requests fail': {
    about: 'The endpoint can no more: it answers three of four requests with an error.',
    set: ({ runtime }, { endpoint }) => {
      runtime.behaviours.set(endpoint, { errorRate: 0.75 });
    },
  },
  'instances differ': {
    about: 'Instances of one type differ by 5 %, and one request in two hundred is held up for a second.',
    set: ({ runtime }) => {
      const stalls = { share: 0.005, milliseconds: 1000 };
      runtime.machines.habits = { seed: 1, differ: 0.05, waver: 0.1, stalls };
    },
  },
  'endpoint is being patched': {
    about: 'AWS itself updates the endpoint.',
    set: ({ endpoints }, { endpoint }) => endpoints.systemUpdate(endpoint),
  },
  superseded: {
    about: 'As soon as ours is live, another deployment takes its place.',
    set: (emulator, target) => {
      const { endpoints } = emulator;
      endpoints.onLive = ({ name }) => {
        if (name !== target.endpoint) return;
        endpoints.onLive = () => undefined;
        foreignUpdate(emulator, target);
        endpoints.settle(name);
      };
    },
  },
  throttled: { about: 'AWS throttles three calls.', set: fault({ operation: '*', kind: 'throttle', times: 3 }) },
  'throttled for good': {
    about: 'AWS throttles every call.',
    set: fault({ operation: '*', kind: 'throttle', times: Infinity }),
  },
  'server errors': {
    about: 'AWS has trouble of its own, twice.',
    set: fault({ operation: '*', kind: 'server error', times: 2 }),
  },
  'server errors for good': {
    about: 'AWS has trouble of its own at every call.',
    set: fault({ operation: '*', kind: 'server error', times: Infinity }),
  },
  'connections break': {
    about: 'Two connections break before anything happened.',
    set: fault({ operation: '*', kind: 'reset before', times: 2 }),
  },
  'connections break for good': {
    about: 'Every connection breaks.',
    set: fault({ operation: '*', kind: 'reset before', times: Infinity }),
  },
  'endpoint config not yet visible': {
    about: 'The endpoint config that was just created cannot be found yet, twice.',
    set: (emulator) => {
      const error = ({ EndpointConfigName }: Readonly<Record<string, unknown>>) => ({
        code: 'ValidationException',
        message: `Could not find endpoint configuration "${emulator.models.configArn(String(EndpointConfigName))}".`,
      });
      for (const operation of ['CreateEndpoint', 'UpdateEndpoint'])
        emulator.fault({ operation, kind: 'error', times: 2, error });
    },
  },
  'endpoint not yet visible': {
    about: 'The endpoint that was just created cannot be found yet, twice.',
    set: (emulator) =>
      emulator.faults.meanwhile('CreateEndpoint', () => {
        const error = ({ EndpointName }: Readonly<Record<string, unknown>>) => ({
          code: 'ValidationException',
          message: `Could not find endpoint "${emulator.endpoints.arn(String(EndpointName))}".`,
        });
        emulator.fault({ operation: 'DescribeEndpoint', kind: 'error', times: 2, error });
      }),
  },
  'quota reached': {
    about: 'The account may not run another instance of that type.',
    set: ({ endpoints }) => {
      endpoints.limits.set('*', 0);
    },
  },
  'no capacity': { about: 'AWS has no such instance free.', set: outcome('failed', NO_CAPACITY) },
  'model data missing': {
    about: 'The model data is not where the version says.',
    set: refused(
      'CreateModel',
      'ValidationException',
      'Could not find model data at s3://resale-price-models/model.tar.gz.',
    ),
  },
  'model data unreadable': {
    about: 'The execution role cannot read the model data.',
    set: refused('CreateModel', 'ValidationException', UNREADABLE),
  },
  'model data does not download': {
    about: 'The instance cannot fetch the model data.',
    set: outcome('failed', DOWNLOAD),
  },
  'image missing': { about: 'The image is not there, or may not be pulled.', set: outcome('failed', IMAGE) },
  'container does not answer ping': {
    about: 'The container starts and does not answer the health check.',
    set: outcome('failed', PING, [
      'Traceback (most recent call last):',
      '  File "/opt/ml/code/serve.py", line 12, in <module>',
      "ModuleNotFoundError: No module named 'xgboost'",
    ]),
  },
  'autoscaling in the way': {
    about: 'A scalable target is still registered for the endpoint.',
    set: fault(
      { operation: 'DeleteEndpoint', kind: 'error', error: { code: 'ValidationException', message: AUTOSCALING } },
      { operation: 'UpdateEndpoint', kind: 'error', error: { code: 'ValidationException', message: AUTOSCALING } },
    ),
  },
  'live config deleted': {
    about: 'Somebody deleted the endpoint config that the endpoint serves.',
    set: (emulator, { endpoint }) => {
      emulator.do('DeleteEndpointConfig', { EndpointConfigName: emulator.endpoint(endpoint)?.config.name ?? endpoint });
    },
  },
  'newest version failed': {
    about: 'The newest version did not pass its validation.',
    set: (emulator, { group }) => {
      emulator.register({ group, packageStatus: 'Failed' });
    },
  },
  'newest version has no specification': {
    about: 'The newest version says nothing about how to serve it.',
    set: (emulator, { group }) => {
      emulator.register({ group, more: { InferenceSpecification: undefined } });
    },
  },
  'rejected at the last moment': {
    about: 'Somebody rejects the version in Studio between our read and our write.',
    set: (emulator, target) =>
      emulator.faults.meanwhile('UpdateModelPackage', () => {
        newest(emulator, target).approval = 'Rejected';
      }),
  },
  'newer version at the last moment': {
    about: 'A newer version is registered between our read and our write.',
    set: (emulator, { group }) =>
      emulator.faults.meanwhile('UpdateModelPackage', () => {
        emulator.register({ group });
      }),
  },
  'content swapped': {
    about: 'Somebody changed the image of the newest version.',
    set: (emulator, target) => {
      const { content } = newest(emulator, target);
      const Image = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/swapped:1';
      emulator.do('UpdateModelPackage', {
        ModelPackageArn: newest(emulator, target).arn,
        InferenceSpecification: {
          ...content.InferenceSpecification,
          Containers: [{ Image, ModelDataUrl: 's3://swapped/model.tar.gz' }],
        },
      });
    },
  },
  'training fails': {
    about: 'The step fails, and its log says why.',
    set: ({ executions }, { step }) => {
      const reason =
        'AlgorithmError: ExecuteUserScriptError: ExitCode 1 ErrorMessage "KeyError: floor_area_sqm", exit code: 1';
      executions.troubles.push({
        step,
        reason,
        log: ['Reading 9 months of transactions', "KeyError: 'floor_area_sqm'"],
      });
    },
  },
  'step never ends': {
    about: 'The step goes on for ever.',
    set: ({ executions }, { step }) => {
      executions.troubles.push({ step });
    },
  },
  'quality gate fails': {
    about: 'The evaluation is worse than the definition allows.',
    set: (emulator) => {
      emulator.metrics = { Evaluate: { Report: { metrics: { rmse: 98_765, mae: 71_200, r2: 0.42 } } } };
    },
  },
  'execution is stopped': {
    about: 'Somebody stops the execution while it is watched.',
    set: (emulator) =>
      emulator.faults.meanwhile(
        'DescribePipelineExecution',
        ({ PipelineExecutionArn }) => {
          emulator.do('StopPipelineExecution', { PipelineExecutionArn });
        },
        2,
      ),
  },
  'identity provider unreachable': {
    about: 'STS cannot reach GitLab, twice.',
    set: fault({
      operation: 'AssumeRoleWithWebIdentity',
      kind: 'error',
      times: 2,
      error: identityProviderTrouble.unreachable,
    }),
  },
  'identity provider unreachable for good': {
    about: 'STS cannot reach GitLab.',
    set: fault({
      operation: 'AssumeRoleWithWebIdentity',
      kind: 'error',
      times: Infinity,
      error: identityProviderTrouble.unreachable,
    }),
  },
  'identity provider key unknown': {
    about: 'STS could not fetch the key of GitLab, twice.',
    set: fault({
      operation: 'AssumeRoleWithWebIdentity',
      kind: 'error',
      times: 2,
      error: identityProviderTrouble.noKey,
    }),
  },
  'audience missing': {
    about: 'STS finds no audience in the token.',
    set: refused('AssumeRoleWithWebIdentity', 'InvalidIdentityToken', 'Missing a required claim: aud'),
  },
  'role does not trust the token': {
    about: 'The trust policy of the role refuses the token.',
    set: fault({
      operation: 'AssumeRoleWithWebIdentity',
      kind: 'error',
      error: { code: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity', status: 403 },
    }),
  },
  'session expires': {
    about: 'The session of the role ends while the endpoint is watched.',
    set: (emulator) =>
      emulator.faults.meanwhile(
        'DescribeEndpoint',
        () => {
          for (const [key, principal] of emulator.sessions) {
            if (principal.expires) emulator.sessions.set(key, { ...principal, expires: emulator.clock.now() });
          }
        },
        2,
      ),
  },
  'ARNs in lower case': {
    about: 'ARNs of groups and versions carry the group name in lower case.',
    set: ({ registry }) => {
      registry.habits.lowerCaseArns = true;
    },
  },
  'empty filtered pages': {
    about: 'Pages of a filtered list may be empty and still have a token.',
    set: ({ registry }) => {
      registry.habits.emptyPages = true;
    },
  },
  'metadata merged': {
    about: 'UpdateModelPackage adds to the customer metadata.',
    set: ({ registry }) => {
      registry.habits.metadata = 'merged';
    },
  },
  'metadata replaced': {
    about: 'UpdateModelPackage puts what it was sent in the place of the customer metadata.',
    set: ({ registry }) => {
      registry.habits.metadata = 'replaced';
    },
  },
  'metadata is full': {
    about: 'The newest version has 50 customer metadata entries of the team already.',
    set: (emulator, target) => {
      newest(emulator, target).metadata = Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`team-${index + 1}`, 'x']),
      );
    },
  },
  'CreateModel unknown': lost('CreateModel'),
  'CreateEndpointConfig unknown': lost('CreateEndpointConfig'),
  'CreateEndpoint unknown': lost('CreateEndpoint'),
  'UpdateEndpoint unknown': lost('UpdateEndpoint'),
  'UpdateModelPackage unknown': lost('UpdateModelPackage'),
  'CreatePipeline unknown': lost('CreatePipeline'),
  'StartPipelineExecution unknown': lost('StartPipelineExecution'),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}
