import type { ProgramName } from './programs.ts';

/** What a program asks of AWS at the same time, once it has all answers to what it asked before. */
export interface Round {
  readonly asks: readonly string[];
  /** Why it has to be asked, and not sooner. */
  readonly why: string;
}

const SESSION: Round = {
  asks: ['AssumeRoleWithWebIdentity'],
  why: 'Every other request is signed with the credentials that it gives. The account is checked before anything is read.',
};

const LAST_READ: Round = {
  asks: ['DescribeModelPackage'],
  why: 'Reads the entry back: AWS does not document whether an update keeps the other entries.',
};

const LIVE = ['DescribeEndpoint', 'DescribeEndpointConfig', 'DescribeModel', 'DescribeModelPackage'];

/** Programs that ask as another does: reject-model as approve-model, plan-deployment as check-model, the workers as load-test (their own tests). */
type AsAnother = 'reject-model' | 'plan-deployment' | 'schedule-load' | 'send-load' | 'load-test-workers';

/** What each program asks in its usual case, which the bench measures; `test/catalog/rounds.test.ts` holds it. */
export const rounds: Readonly<
  Record<
    Exclude<
      ProgramName,
      | AsAnother
      | 'check-setup'
      | 'check-setup-approval'
      | 'evaluate-model'
      | 'compare-models'
      | 'rollback-endpoint'
      | 'delete-endpoint'
    >,
    readonly Round[]
  >
> = {
  'deploy-pipeline': [
    SESSION,
    {
      asks: ['DescribePipeline', 'ListPipelineExecutions'],
      why: 'Whether this GitLab pipeline has an execution already, and whether the definition or role differs. With promote, also `DescribeEndpoint` and `ListTags`: an endpoint of another costs no training.',
    },
    { asks: ['CreatePipeline'], why: 'A change stands alone. If nothing differs, this round is left out.' },
    { asks: ['StartPipelineExecution'], why: 'A change stands alone. It starts the version that was just uploaded.' },
    {
      asks: ['DescribePipelineDefinitionForExecution', 'DescribePipelineExecution', 'ListPipelineExecutionSteps'],
      why: 'Whether the execution runs what was uploaded, or another job was quicker; whether it has ended, and with which steps. If a step of the definition is not in the list, succeeded, when the execution has ended, the steps are listed once more: they may have been listed before its end.',
    },
    {
      asks: ['DescribeModelPackage'],
      why: 'The steps name the version. Whether it came with entries that its training wrote.',
    },
    { asks: ['UpdateModelPackage'], why: 'A change stands alone: the entry `built`.' },
    LAST_READ,
  ],
  'check-model': [
    SESSION,
    {
      asks: ['DescribeEndpoint', 'ListModelPackages', 'ListTags'],
      why: 'Which versions there are; what the endpoint is, and whose.',
    },
    {
      asks: ['DescribeEndpointConfig', 'DescribeModelPackage'],
      why: 'The list names the newest version, and the endpoint its config.',
    },
    { asks: ['DescribeModel'], why: 'The config names the model.' },
    {
      asks: ['DescribeEndpointConfig', 'DescribeModel', 'DescribeModelPackage'],
      why: 'The model names the version that is live, which the approver compares with; the version gives the names of what deploy-model would make.',
    },
  ],
  'approve-model': [
    SESSION,
    { asks: ['DescribeModelPackage'], why: 'The version must still be as check-model showed it.' },
    { asks: ['UpdateModelPackage'], why: 'A change stands alone: the approval.' },
    LAST_READ,
  ],
  'deploy-model': [
    SESSION,
    {
      asks: ['DescribeEndpoint', 'DescribeModelPackage', 'ListTags'],
      why: 'The version must still be as it was approved; what the endpoint is, and whose.',
    },
    {
      asks: ['DescribeEndpointConfig', 'DescribeEndpointConfig', 'DescribeModel', 'DescribeModel'],
      why: 'The endpoint names its config, and its tags the model; the version gives the names of what is to be made. If the tags name another model than the config, the model is asked for in one more round.',
    },
    { asks: ['CreateModel'], why: 'A change stands alone.' },
    {
      asks: ['CreateEndpointConfig'],
      why: 'A change stands alone. SageMaker refuses a config whose model it does not have.',
    },
    {
      asks: ['AddTags'],
      why: 'A change stands alone. The tags name the config that served before: a job that is killed and run again still finds it.',
    },
    {
      asks: [...LIVE, 'ListTags'],
      why: 'UpdateEndpoint has no condition. Right before it, everything that was decided upon is looked at again.',
    },
    { asks: ['UpdateEndpoint'], why: 'A change stands alone.' },
    {
      asks: ['DescribeEndpoint', 'ListEndpointConfigs', 'ListModels'],
      why: 'Whether the endpoint serves the new config: this is repeated until it has ended. What there is of earlier releases.',
    },
    {
      asks: ['DescribeModelPackage'],
      why: 'After the endpoint serves it: a version that was rejected meanwhile must not end green. If there are more earlier releases than keep_versions, they are deleted then, and the version is looked at once more.',
    },
  ],
  'validate-endpoint': [
    SESSION,
    { asks: LIVE, why: 'deploy-model handed over every name, so that all is asked at once.' },
    { asks: ['InvokeEndpoint'], why: 'Only an endpoint that serves the version is asked.' },
    {
      asks: ['InvokeEndpoint'],
      why: 'One after the other (input `requests`): side by side they would measure one another.',
    },
    { asks: LIVE, why: 'It must have been the version that answered: another deployment may have come between.' },
    { asks: ['UpdateModelPackage'], why: 'A change stands alone: the entry `validated`.' },
    LAST_READ,
  ],
  'load-test': [
    SESSION,
    { asks: LIVE, why: 'deploy-model handed over every name, so that all is asked at once.' },
    { asks: ['InvokeEndpoint'], why: 'What is wrong with the request itself is told before a load is sent.' },
    {
      asks: ['InvokeEndpoint'],
      why: 'The load: each request when it is meant to be sent, whatever became of those before.',
    },
    { asks: LIVE, why: 'It must have been the version that answered: another deployment may have come between.' },
    { asks: ['UpdateModelPackage'], why: 'A change stands alone: the entry `load`.' },
    LAST_READ,
  ],
};
