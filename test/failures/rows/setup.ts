import { resalePrice, rolesOf } from '../../catalog/policies.ts';
import { programsOfRoles } from '../../catalog/programs.ts';
import type { Row } from '../row.ts';
import { nothing, nothingForUat, type Place } from '../stage.ts';

const roleOf = (duty: string) => `arn:aws:iam::${resalePrice.account}:role/resale-price-${duty}`;

/** The roles that the policies command writes, and the group. */
function setUp({ emulator }: Place): void {
  for (const role of rolesOf(resalePrice, programsOfRoles)) emulator.roles.set(role.arn, role);
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: resalePrice.group });
}

/** A process of a test has keys of an administrator, which no job of GitLab should see. */
const WITHOUT_KEYS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

/** What AWS is asked to be sure that it denies or refuses it. */
const ASKED_BY_DEPLOYER = {
  CreateModel: 1,
  CreateEndpointConfig: 1,
  CreateEndpoint: 2,
  UpdateEndpoint: 3,
  InvokeEndpoint: 1,
  UpdateModelPackage: 7,
  DeleteAlarms: 1,
  DeleteScalingPolicy: 1,
  DeleteScheduledAction: 1,
  DeregisterScalableTarget: 1,
  DeleteEndpoint: 1,
};

const ASKED_BY_APPROVER = { UpdateModelPackage: 9, UpdateEndpoint: 2, DeleteEndpoint: 1 };

/** A setup is checked by requests that cannot change anything. What is wrong is told with what to do, and all at once. */
export const setup: readonly Row[] = [
  {
    when: 'the role has not all permissions',
    shows: [],
    component: 'check-setup',
    code: 'SMC-9001',
    seen: 'ERROR The setup is wrong: …sagemaker:CreateModel on model…',
    next: 'do what stands after each Next: above, the first of them first: add the policy of deploy-model to …',
    cause:
      'The role in `AWS_ROLE_ARN` is that of another duty or environment, or lacks a policy of docs/permissions.md.',
    remedy: 'Deploy the stack of `setup.yml` again, or attach the policies that the log names.',
    stage: nothing,
    act: setUp,
    job: { inputs: { role_arn: roleOf('validate-dev') }, env: WITHOUT_KEYS },
    exit: 1,
    writes: ASKED_BY_DEPLOYER,
    record: { outcome: 'wrong' },
  },
  {
    when: 'nobody protected the environment of the approval',
    shows: [],
    component: 'check-setup-approval',
    code: 'SMC-9001',
    seen: 'ERROR The setup is wrong: approval environment. Nothing was changed.…',
    next: 'protect it and add the approvers: npm run -s setup -- gitlab apply does it (docs/setup.md), or docs/setup-by-hand.md, "5. Name the approvers". Then run this job again.',
    cause:
      'GitLab does not restrict who may start a job in `uat/approval`: approve-model refuses every approval there.',
    remedy: 'Protect the environment, and add the approvers.',
    stage: nothingForUat,
    act: setUp,
    job: {
      inputs: { role_arn: roleOf('approve-uat') },
      claims: { environment_protected: 'false' },
      env: WITHOUT_KEYS,
    },
    exit: 1,
    writes: ASKED_BY_APPROVER,
    record: { outcome: 'wrong' },
  },
];
