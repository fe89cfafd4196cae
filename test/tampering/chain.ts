import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { ownerTags } from '../../src/endpoints/owner.ts';
import { groupArnOf } from '../../src/registry/packages.ts';
import { stages } from '../catalog/compiled.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { type ProgramName, programNamed, programs, programsOfRoles } from '../catalog/programs.ts';
import { inputsOf } from '../components/example.ts';
import { contentIn, enter, recordPath, timeIn, validationValue, verdictValue } from '../components/handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from '../components/job.ts';
import { QUICK_LOAD, QUICK_LOAD_OF_WORKERS } from '../components/load.ts';
import { leaveFiles, leftByWorkers } from '../components/load-workers.ts';
import { configOf } from '../components/rollback-endpoint/scene.ts';
import { arnOf } from '../registry/package.ts';

const GROUP = resalePrice.group;
export const ACCOUNT = resalePrice.account;
export const PIPELINE = '201';
/** Of every job of the pipeline: their components' folders differ. */
export const JOB = '7001';
export const example = new URL('../../examples/resale-price/', import.meta.url).pathname;

export type Environment = 'dev' | 'uat';
export type Name = ProgramName;
type Forgery = Pick<JobOptions, 'env' | 'inputs' | 'committed' | 'claims' | 'manual' | 'job' | 'user' | 'pipeline'>;

/** What the example leaves to the records of the jobs before, said aloud: then nothing but a forgery is in doubt. */
function saidAloud(name: Name, environment: Environment): Readonly<Record<string, string>> {
  const words = { model_package_group_name: GROUP, endpoint_name: `resale-price-${environment}` };
  const left = inputsOf(name, environment);
  const aloud = Object.fromEntries(Object.entries(words).filter(([input]) => left[input] === ''));
  return {
    ...aloud,
    ...(name === 'load-test' && QUICK_LOAD),
    ...(name === 'load-test-workers' && QUICK_LOAD_OF_WORKERS),
  };
}

/** The role of one duty, which has the generated policies and no more. */
export function roleFor(name: Name, environment: Environment): string {
  const duty = OF_ANOTHER_DUTY[name] ?? programNamed(name).duty;
  return `arn:aws:iam::${ACCOUNT}:role/resale-price-${duty}-${environment}`;
}

/** The checks of a setup have no duty: they look at the role of another. */
const OF_ANOTHER_DUTY: Readonly<Partial<Record<Name, string>>> = {
  'check-setup': 'deploy',
  'check-setup-approval': 'approve',
};

/** One GitLab pipeline of the example project: its folder with the true records so far, and its jobs under their true roles. */
export interface Chain {
  readonly emulator: Emulator;
  readonly root: string;
  readonly environment: Environment;
  run(name: Name, forgery?: Forgery): Promise<FinishedJob>;
}

/** The jobs that have ended when a job starts: those of earlier stages, but for what is only offered. */
function jobsBefore(name: Name, environment: Environment): Name[] {
  const stage = stages.indexOf(programNamed(name).gitlab.stage);
  return (
    programs
      .filter(({ gitlab }) => gitlab.branches === 'every' || (environment === 'dev' && gitlab.branches === 'first'))
      .filter(({ gitlab }) => stages.indexOf(gitlab.stage) < stage && gitlab.manual !== 'optional')
      // The example sends a high load only when somebody wishes it.
      .filter((program) => program.name !== 'load-test-workers')
      .map((program) => program.name)
  );
}

/**
 * A pipeline whose jobs before `name` have ended well. In uat, three versions tempt: 1 was promoted before and is live, 2 is the
 * one to promote, and 3 is Approved but nobody validated it. No runner has rights in AWS of its own.
 */
export async function chainBefore(name: Name, environment: Environment = 'uat'): Promise<Chain> {
  const emulator = await emulated();
  for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(key, undefined);
  for (const file of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(file, '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const role of rolesOf(resalePrice, programsOfRoles)) emulator.roles.set(role.arn, role);
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
  if (environment === 'uat') setRegistry(emulator);

  const root = projectFolder();
  cpSync(example, root, { recursive: true });
  const chain = new LocalChain(emulator, root, environment);
  for (const step of jobsBefore(name, environment)) {
    const job = await chain.run(step);
    if (job.exit !== 0) throw new Error(job.log);
  }
  if (name === 'load-test-workers') leaveLoad(chain);
  emulator.calls.length = 0;
  return chain;
}

/** Leaves what the workers of a load have measured. */
function leaveLoad({ emulator, root, environment }: Chain): void {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const deployed = JSON.parse(read(recordPath('deploy-model', JOB)));
  const inputs = { ...inputsOf('load-test-workers', environment), ...QUICK_LOAD_OF_WORKERS };
  const [payload, start] = [read('payload.json'), emulator.clock.now()];
  leaveFiles(root, leftByWorkers({ deployed, payload, start, inputs }));
}

class LocalChain implements Chain {
  readonly emulator: Emulator;
  readonly root: string;
  readonly environment: Environment;

  constructor(emulator: Emulator, root: string, environment: Environment) {
    this.emulator = emulator;
    this.root = root;
    this.environment = environment;
  }

  run(name: Name, forgery: Forgery = {}): Promise<FinishedJob> {
    const { emulator, root, environment } = this;
    const inputs = { ...saidAloud(name, environment), role_arn: roleFor(name, environment), ...forgery.inputs };
    const usual = { pipeline: PIPELINE, job: JOB, user: 'nurul.aisyah' };
    return startJob(programNamed(name), { ...usual, ...forgery, emulator, root, environment, inputs });
  }
}

function setRegistry(emulator: Emulator): void {
  for (const version of [1, 2, 3]) emulator.register({ status: 'Approved', environment: { VERSION: String(version) } });
  for (const version of [1, 2]) writeEntries(emulator, version, ['approved.dev', 'validated.dev']);
  writeEntries(emulator, 3, ['approved.dev']);
  const config = configOf(arnOf(1), 'uat');
  writeEntries(emulator, 1, ['approved.uat']);
  write(emulator, 1, { 'validated.uat': entryOf(emulator, 1, 'validated.uat', { config }) });
  for (const [environment, version, name] of [['uat', 1, config] as const, ['dev', 2, undefined] as const]) {
    const owner = { project: '42', environment, group: groupArnOf(arnOf(version)) };
    const owned = Object.fromEntries(ownerTags(owner).map(({ Key = '', Value = '' }) => [Key, Value]));
    const wanted = { endpoint: `resale-price-${environment}`, package: arnOf(version), tags: owned };
    emulator.deployed(name === undefined ? wanted : { ...wanted, name });
  }
  const tags = { 'sagemaker-components:package': arnOf(1), 'sagemaker-components:endpoint': 'resale-price-uat' };
  emulator.tags.put(
    emulator.models.configArn(config),
    Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  );
}

/** A true entry, as an earlier pipeline would have written it; `more` are words that are not. */
export function entryOf(emulator: Emulator, version: number, key: string, more: Readonly<Record<string, string>> = {}) {
  const content = contentIn(emulator, arnOf(version));
  const who = { pipeline: '190', job: '6001', at: timeIn(emulator) };
  if (key.startsWith('validated.'))
    return validationValue(content, {
      ...who,
      endpoint: `resale-price-${key.slice('validated.'.length)}`,
      config: 'resale-price-dev-v2',
      ...more,
    });
  return verdictValue(content, { by: 'lim.wei.jie', ...who, ...more });
}

function writeEntries(emulator: Emulator, version: number, keys: readonly string[]): void {
  write(emulator, version, Object.fromEntries(keys.map((key) => [key, entryOf(emulator, version, key)])));
}

/** Writes metadata as somebody who may write all of it. */
export function write(emulator: Emulator, version: number, metadata: Readonly<Record<string, string>>): void {
  enter(emulator, arnOf(version), metadata);
}

/** The requests by which a job changed something. */
export function changesIn({ received }: Pick<FinishedJob, 'received'>): string[] {
  const changing = received.filter(({ operation }) => /^(Create|Update|Delete|Add|Start|Stop)/.test(operation));
  return changing.filter(({ answer }) => answer === 'ok').map(({ operation }) => operation);
}
