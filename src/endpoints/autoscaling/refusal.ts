import { onceInTheInclude } from '../../gitlab/safety-inputs.ts';
import { Failure } from '../../ground/failure.ts';
import type { FailureCode } from '../../ground/failure-codes.ts';
import type { EndingChange, Lost } from './decision.ts';
import type { ScaledVariant } from './wanted.ts';

interface LosingChange {
  readonly endpoint: string;
  readonly change: EndingChange;
  readonly lost: readonly Lost[];
  readonly of: ScaledVariant;
  readonly region: string;
}

/** Why an endpoint is not changed whose autoscaling would be lost: each thing by its name, with the command that takes it away. */
export function refusalOfLost({ endpoint, change, lost, of, region }: LosingChange): {
  code: FailureCode;
  why: string;
  next: string;
} {
  const why = {
    'instance type': 'SageMaker changes no instance type under a scalable target',
    deletion: 'a deletion takes them with it',
  }[change];
  const about = `--service-namespace ${of.ServiceNamespace} --resource-id ${of.ResourceId} --scalable-dimension ${of.ScalableDimension} --region ${region}`;
  const lines = lost.map((each) => `  ${nameOf(each)}: aws application-autoscaling ${commandFor(each)} ${about}`);
  return {
    code: 'SMC-4301',
    why: `${endpoint} is scaled by what no endpoint file describes, and ${why}. Nothing was changed. What it is, and what takes it away:\n${lines.join('\n')}`,
    next: 'describe it in the section autoscaling of the endpoint file and push, or take it away with the commands above and run this job again.',
  };
}

/** Why an endpoint that is scaled gets no other instance type by a job that reads no endpoint file. */
export function refusalToTakeAway(endpoint: string): Failure {
  return new Failure(
    'SMC-4303',
    `${endpoint} is scaled, and the release to go back to ran on another instance type. SageMaker changes no instance type under a scalable target, and this job does not read the endpoint file, by which it could give the autoscaling back. Nothing was changed.`,
    `deploy the version with deploy-model, which takes the autoscaling away and gives it back: ${onceInTheInclude('allow_downgrade')}.`,
  );
}

function nameOf(lost: Lost): string {
  switch (lost.is) {
    case 'target':
      return `the scalable target (from ${lost.minimum} to ${lost.maximum} instances)`;
    case 'suspension':
      return `a suspension (${lost.what})`;
    case 'policy':
      return `the scaling policy "${lost.name}"`;
    case 'schedule':
      return `the scheduled action "${lost.name}"`;
  }
}

function commandFor(lost: Lost): string {
  switch (lost.is) {
    case 'target':
      return 'deregister-scalable-target';
    case 'suspension':
      return `register-scalable-target --suspended-state ${lost.what}=false`;
    case 'policy':
      return `delete-scaling-policy --policy-name ${quoted(lost.name)}`;
    case 'schedule':
      return `delete-scheduled-action --scheduled-action-name ${quoted(lost.name)}`;
  }
}

/** A name as one word of a shell: somebody else chose it. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
