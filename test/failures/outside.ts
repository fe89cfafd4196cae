import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { vi } from 'vitest';
import { type DesiredEndpoint, decideChange } from '../../src/endpoints/decision.ts';
import { Failure } from '../../src/ground/failure.ts';
import { judgePolicy, refuseUnlessPermitted } from '../../src/policy/judge.ts';
import type { Facts } from '../../src/policy/rule.ts';
import { explain } from '../../src/program/explain.ts';
import { spooled } from '../../src/quality/spool.ts';
import { describePackage } from '../../src/registry/packages.ts';
import { programNamed } from '../catalog/programs.ts';
import { RUNNER_SHELLS } from '../catalog/runner-shells.ts';
import { OWNER } from '../components/deploy-model/scene.ts';
import { emulated, projectFolder } from '../components/job.ts';
import { runProgram } from '../components/process.ts';
import { folder, render, write } from '../components/rendering.ts';
import { endpoint } from '../endpoints/endpoint.ts';
import { factsOf, policyOfUat } from '../policy/facts.ts';
import type { Row } from './row.ts';
import { ENDPOINT } from './stage.ts';

/** How a job ended. */
export interface Ended {
  readonly exit: number | null;
  readonly log: string;
}

/** Something that goes wrong where no job against the emulator gets to: what a row says of it, and what provokes it. */
export interface OutsideRow
  extends Pick<Row, 'when' | 'seen' | 'cause' | 'remedy' | 'exit' | 'everywhere'>,
    Required<Pick<Row, 'code' | 'next'>> {
  readonly component: string;
  /** `bundle` is the folder of the programs. */
  provoke(bundle: string): Ended | Promise<Ended>;
}

/** A program as a process that has only these variables; `preload` is what its runner does to it. */
function start(bundle: string, program: string, { env = {}, preload = '', root = projectFolder() } = {}): Ended {
  const preloaded = join(root, 'preload.mjs');
  writeFileSync(preloaded, preload);
  const args = [`--import=${preloaded}`, join(bundle, 'main.js'), program];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return { exit: status, log: stripVTControlCharacters(stdout) };
}

function told({ exitCode, coded, next }: Failure): Ended {
  return { exit: exitCode, log: `ERROR ${coded}\nNext: ${next}` };
}

const FULL_DISK = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
fs.mkdirSync = () => { throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }); };
syncBuiltinESMExports();`;

const DEFECT = `const { write } = process.stdout;
process.stdout.write = (...given) => {
  process.stdout.write = write;
  queueMicrotask(() => { throw new Error('a defect'); });
  return process.stdout.write(...given);
};`;

/** Judges who may approve while GitLab does not answer. */
async function judgeWithoutGitLab(): Promise<void> {
  const changes: Facts['changes'] = async () => ({
    is: 'not told',
    because: 'later',
    why: 'GitLab answered with HTTP 503',
  });
  const rules = await judgePolicy(await policyOfUat('never: [merged]\n'), factsOf({ changes }));
  refuseUnlessPermitted(rules, { environment: 'uat', subject: 'jane to approve it', outcome: 'Nothing was written.' });
}

/** Describes a model package in no group. The steps of a pipeline make none: SageMaker refuses to register without one. */
async function describeUnversioned(): Promise<unknown> {
  const emulator = await emulated();
  const { InferenceSpecification } = emulator.do('DescribeModelPackage', { ModelPackageName: emulator.register() });
  emulator.do('CreateModelPackage', { ModelPackageName: 'resale-price', InferenceSpecification });
  const { clock, account, region } = emulator;
  const reader = {
    sagemaker: new SageMakerClient({ region }),
    clock: { now: () => clock.now(), sleep: async () => {}, random: () => 0 },
  };
  return describePackage(reader, `arn:aws:sagemaker:${region}:${account}:model-package/resale-price`);
}

async function failureOf(promise: Promise<unknown>): Promise<Ended> {
  return promise.then(
    () => ({ exit: 0, log: '' }),
    (failure: Failure) => told(failure),
  );
}

const WANTED: DesiredEndpoint = {
  endpoint: ENDPOINT,
  config: 'ours',
  kind: 'real_time',
  version: 2,
  owner: OWNER,
  take_over_endpoint: false,
  allow_downgrade: false,
  recreate_failed: false,
};

/** What deploy-model says of an endpoint that the emulator, which keeps to the API of today, cannot have. */
function decided(status: string): Ended {
  const seen = Object.assign(endpoint({ config: 'before' }), { status });
  const [owner, tags] = [undefined, { has: 0, added: 0 }];
  const decision = decideChange({ endpoint: seen, owner, tags, current: undefined }, WANTED);
  if (decision.do !== 'refuse') throw new Error(`It was to be refused: ${decision.do}.`);
  return { exit: 1, log: `ERROR ${decision.code}: ${decision.why}\nNext: ${decision.next}` };
}

const ANY = { component: 'check-model', everywhere: true } as const;

export const OUTSIDE: readonly OutsideRow[] = [
  {
    when: 'the script names no component',
    ...ANY,
    code: 'SMC-1005',
    seen: 'ERROR There is no component "deploy-modle".',
    next: 'name one of deploy-pipeline, …, check-inputs; its inputs are the variables INPUT_... (docs/inputs.md).',
    cause: 'The project overrides `script:` of a job, or starts the program by hand, with another word.',
    remedy: 'Remove the `script:` from the job. [Start a program by hand](by-hand.md) shows the words.',
    exit: 64,
    provoke: (bundle) => start(bundle, 'deploy-modle'),
  },
  {
    when: 'somebody overrides the ID of the job',
    ...ANY,
    code: 'SMC-1102',
    seen: 'ERROR Somebody overrode predefined variables of this job: CI_JOB_ID is "../../1". Nothing was written.',
    next: 'start a new pipeline without a variable named CI_JOB_ID.',
    cause:
      'A pipeline variable overrides `CI_JOB_ID`. The job writes its files into a folder of that name, so it wrote none.',
    remedy:
      'Start a new pipeline without it. [Disable pipeline variables](setup-by-hand.md#6-disable-pipeline-variables).',
    exit: 1,
    provoke: (bundle) => start(bundle, 'check-model', { env: { CI_JOB_ID: '../../1' } }),
  },
  {
    when: 'the certificate for AWS is not trusted',
    ...ANY,
    code: 'SMC-1205',
    seen: 'ERROR The runner does not trust the certificate that it received for AWS (…self-signed certificate in certificate chain). Nothing was sent.',
    next: 'add the certificates of your network to the runner in the variable NODE_EXTRA_CA_CERTS (docs/setup-details.md, "Give the runners access").',
    cause: 'A proxy of your network opens the encrypted connection and signs it with a certificate of its own.',
    remedy:
      'Give the runner the certificates of your network: [Setup](setup-details.md#give-the-runners-access). Never turn the check off.',
    exit: 77,
    provoke() {
      const refused = new Error('self-signed certificate in certificate chain');
      return told(explain(Object.assign(refused, { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), []));
    },
  },
  {
    when: 'the runner has no credentials, and role_arn is none',
    ...ANY,
    code: 'SMC-1206',
    seen: 'ERROR role_arn is none, but the runner has no AWS credentials (…',
    next: 'set role_arn to the role that this job assumes, or give the runner credentials.',
    cause:
      '`role_arn` is `none`: the job looks for credentials of the runner, such as an instance profile, and finds none.',
    remedy: 'Set `role_arn`. Or give the runner an instance profile, or the credentials of a container.',
    exit: 77,
    async provoke(bundle) {
      const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
      const options = { emulator: await emulated(), root: projectFolder(), inputs: { role_arn: 'none' }, env };
      return runProgram(bundle, programNamed('check-model'), options);
    },
  },
  {
    when: 'the disk of the runner is full',
    ...ANY,
    code: 'SMC-1301',
    seen: 'ERROR This job cannot write its reports: no space is left on the disk (ENOSPC).',
    next: 'free space on the runner, then run this job again. Nothing that was done is lost.',
    cause: 'The disk of the runner is full, or its quota is used up.',
    remedy: 'Free space: old images and build folders take most of it. Then run the job again.',
    exit: 1,
    provoke: (bundle) => start(bundle, 'check-model', { preload: FULL_DISK }),
  },
  {
    when: 'the disk of the runner has no room for a Parquet file',
    component: 'evaluate-model',
    code: 'SMC-5115',
    seen: 'ERROR The runner cannot hold the Parquet file on its disk, in /nowhere: it does not exist (ENOENT). Nothing was asked.',
    next: 'free space on the runner, or let TMPDIR name a folder with room. Then run this job again.',
    cause:
      'Parquet is read from its end, so that the file lies on the disk of the runner while it is read. That is full, or may not be written.',
    remedy: 'Free space, or set `TMPDIR` on the runner. CSV and JSON Lines need no disk.',
    exit: 1,
    async provoke() {
      vi.stubEnv('TMPDIR', '/nowhere');
      const failure = await spooled((async function* () {})()).catch((error: unknown) => error);
      vi.unstubAllEnvs();
      if (!(failure instanceof Failure)) throw failure;
      return told(failure);
    },
  },
  {
    when: 'something is in the way of the reports',
    ...ANY,
    code: 'SMC-1302',
    seen: 'ERROR This job cannot write its reports: sagemaker is a link.',
    next: "make the runner's build folder writable for the image's user, 10001, with no file or link named sagemaker. The runner makes it writable unless its umask is disabled.",
    cause:
      "The image's user may not write in the build folder, or the repository has a file or a link named `sagemaker`.",
    remedy:
      'Rename what is named `sagemaker` in the repository. If the umask of the runner is disabled, make its build folder writable for user 10001.',
    exit: 77,
    provoke(bundle) {
      const root = projectFolder();
      mkdirSync(join(root, 'elsewhere'));
      symlinkSync('elsewhere', join(root, 'sagemaker'));
      return start(bundle, 'check-model', { root });
    },
  },
  {
    when: 'there is a defect in it',
    ...ANY,
    code: 'SMC-1403',
    seen: 'ERROR Unexpected error in this component: a defect',
    next: 'run this job again. If it fails again, report the message to the maintainers of these components.',
    cause: 'The component has a defect. Running the job again is safe: it continues from what AWS has.',
    remedy: 'Run the job again. Report the message, with the log, to the team that releases these components.',
    exit: 1,
    provoke: (bundle) => start(bundle, 'check-model', { preload: DEFECT }),
  },
  {
    when: 'its token has no place',
    component: 'render-pipeline',
    code: 'SMC-2009',
    seen: 'ERROR This job cannot write its token to …/sagemaker-token-7.',
    next: "run this job again. If it fails again, check the runner's temporary folder.",
    cause:
      'The temporary folder is full or not writable, or something of that name is there: the shell runner keeps the files of a job that was killed.',
    remedy: 'Remove the folder that the log names from the runner, then run the job again.',
    exit: 77,
    provoke() {
      const temporary = folder();
      mkdirSync(join(temporary, 'sagemaker-token-7'));
      return render([write], { variables: { TMPDIR: temporary } });
    },
  },
  {
    when: 'the variable of its role is not visible',
    component: 'render-pipeline',
    code: 'SMC-2010',
    seen: 'ERROR role_arn: received "$AWS_ROLE_ARN"; must be the ARN of an IAM role, or none.',
    next: "define the CI/CD variable AWS_ROLE_ARN with a scope that covers this job's environment, or set role_arn.",
    cause:
      'The variable is not defined. Or it is protected and the branch is not. Or its scope is another environment.',
    remedy: 'Define it with a scope that covers the environment of the job, such as `dev*`.',
    exit: 64,
    provoke: () => render([write], { variables: { INPUT_ROLE_ARN: '$AWS_ROLE_ARN' } }),
  },
  {
    when: 'its script writes no definition',
    component: 'render-pipeline',
    code: 'SMC-2011',
    seen: 'ERROR The script succeeded, but there is no definition in out/definition.json.',
    next: 'change script to write the file that definition_file names.',
    cause: 'The script wrote another file, none, or an empty one.',
    remedy: 'Let the script write the file that `definition_file` names, below the folder of the project.',
    exit: 64,
    provoke: () => render(['true']),
  },
  {
    when: 'GitLab cancels it',
    component: 'render-pipeline',
    code: 'SMC-2012',
    seen: 'ERROR This job was stopped (SIGTERM).',
    next: 'run this job again.',
    cause: 'Somebody cancelled the job or the pipeline, the job took longer than `timeout`, or the runner was stopped.',
    remedy: 'Run the job again. It wrote nothing in AWS, unless your script does.',
    exit: 143,
    provoke() {
      const [, runner] = RUNNER_SHELLS;
      return render(["sh -c 'kill -TERM $$'", write], { ...(runner && { runner }) });
    },
  },
  {
    when: 'the training registers a model package without a group',
    component: 'deploy-pipeline',
    code: 'SMC-3205',
    seen: 'ERROR arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/resale-price cannot be promoted: it is not a version in a model package group.',
    next: 'register the model with a ModelPackageGroupName.',
    cause: 'A model package that was created without a group has no version, so nothing can be promoted.',
    remedy: 'Add `ModelPackageGroupName` to the RegisterModel step of the definition, then push.',
    exit: 1,
    provoke: () => failureOf(describeUnversioned()),
  },
  {
    when: 'GitLab does not answer for now who is behind the commits',
    component: 'approve-model',
    code: 'SMC-3305',
    seen: 'ERROR The policy of uat does not permit jane to approve it:…  unknown: never merged (policy.yml) asks for an approver who did not merge its commits; now unknown: GitLab answered with HTTP 503…Nothing was written.',
    next: 'run this job again when GitLab answers.',
    cause: 'A rule of the policy needs what only GitLab knows, and GitLab did not answer for about a minute.',
    remedy: 'Run the job again. check-model and deploy-model are run again by GitLab.',
    exit: 75,
    provoke: () => failureOf(judgeWithoutGitLab()),
  },
  {
    when: 'the endpoint has a status that nobody knew when this version was released',
    component: 'deploy-model',
    code: 'SMC-4005',
    seen: 'ERROR resale-price-dev has a status that this version does not know.',
    next: 'check the endpoint in the AWS console, and use a newer version of the components.',
    cause: 'SageMaker has a new status for endpoints. The job does not guess what it means.',
    remedy: '[Upgrade](upgrade.md), or report the status to the team that releases these components.',
    exit: 1,
    provoke: () => decided('Hibernating'),
  },
  {
    when: 'nothing is known of what the endpoint serves',
    component: 'deploy-model',
    code: 'SMC-4007',
    seen: 'ERROR Nothing is known of what resale-price-dev serves.',
    next: 'run this job again.',
    cause:
      'The status of the endpoint changed between two answers of SageMaker. The job does not replace what it did not see.',
    remedy: 'Run the job again.',
    exit: 1,
    provoke: () => decided('InService'),
  },
];
