import { cpSync } from 'node:fs';
import { vi } from 'vitest';
import type * as z from 'zod/mini';
import type { Emulator } from '../../emulator/emulator.ts';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { Component } from '../../src/program/component.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programs } from '../catalog/programs.ts';
import { contentIn, enter, validationValue, verdictValue } from '../components/handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from '../components/job.ts';
import { arnOf } from '../registry/package.ts';

const GROUP = resalePrice.group;
export const ACCOUNT = resalePrice.account;
export const PIPELINE = '201';
const example = new URL('../../examples/resale-price/', import.meta.url).pathname;

export type Environment = 'dev' | 'uat';
export type Name = keyof typeof RUN;
type Forgery = Pick<JobOptions, 'env' | 'inputs' | 'claims' | 'manual' | 'job' | 'user' | 'pipeline' | 'slug'>;

/** What the example leaves to the records of the jobs before, said aloud: then nothing but a forgery is in doubt. */
function saidAloud(name: Name, environment: Environment): Readonly<Record<string, string>> {
  if (name === 'validate-endpoint') return { endpoint_name: `resale-price-${environment}` };
  return ['approve-model', 'reject-model', 'deploy-model'].includes(name) ? { model_package_group_name: GROUP } : {};
}

const DUTIES: Readonly<Record<Name, string>> = {
  'deploy-pipeline': 'pipeline',
  'check-model': 'check',
  'approve-model': 'approve',
  'reject-model': 'approve',
  'deploy-model': 'deploy',
  'validate-endpoint': 'validate',
};

const RUN = {
  'deploy-pipeline': starting(deployPipeline),
  'check-model': starting(checkModel),
  'approve-model': starting(approveModel),
  'reject-model': starting(rejectModel),
  'deploy-model': starting(deployModel),
  'validate-endpoint': starting(validateEndpoint),
};

function starting<Inputs extends z.ZodMiniObject, Output extends string>(component: Component<Inputs, Output>) {
  return (options: JobOptions) => startJob(component, options);
}

/** The role of one duty, which has the generated policies and no more. */
export function roleFor(name: Name, environment: Environment): string {
  return `arn:aws:iam::${ACCOUNT}:role/resale-price-${DUTIES[name]}-${environment}`;
}

/** One GitLab pipeline of the example project: its folder with the true records so far, and its jobs under their true roles. */
export interface Chain {
  readonly emulator: Emulator;
  readonly root: string;
  readonly environment: Environment;
  run(name: Name, forgery?: Forgery): Promise<FinishedJob>;
}

const STEPS = ['deploy-pipeline', 'check-model', 'approve-model', 'deploy-model', 'validate-endpoint'] as const;

/**
 * A pipeline whose jobs before `name` have ended well. In uat, three versions tempt: 1 was promoted before and is live, 2 is the
 * one to promote, and 3 is Approved but nobody validated it. No runner has rights in AWS of its own.
 */
export async function chainBefore(name: Name, environment: Environment = 'uat'): Promise<Chain> {
  const emulator = await emulated();
  for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(key, undefined);
  for (const file of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(file, '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const role of rolesOf(resalePrice, programs)) emulator.roles.set(role.arn, role);
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
  if (environment === 'uat') setRegistry(emulator);

  const root = projectFolder();
  cpSync(example, root, { recursive: true });
  const chain = new LocalChain(emulator, root, environment);
  const before = STEPS.slice(
    environment === 'dev' ? 0 : 1,
    STEPS.indexOf(name === 'reject-model' ? 'approve-model' : name),
  );
  for (const step of before) {
    const job = await chain.run(step);
    if (job.exit !== 0) throw new Error(job.log);
  }
  emulator.calls.length = 0;
  return chain;
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
    const usual = { pipeline: PIPELINE, job: '7001', user: 'nurul.aisyah' };
    return RUN[name]({ ...usual, ...forgery, emulator, root, environment, inputs });
  }
}

function setRegistry(emulator: Emulator): void {
  for (const version of [1, 2, 3]) emulator.register({ status: 'Approved', environment: { VERSION: String(version) } });
  for (const version of [1, 2]) writeEntries(emulator, version, ['approved.dev', 'validated.dev']);
  writeEntries(emulator, 3, ['approved.dev']);
  writeEntries(emulator, 1, ['approved.uat']);
  emulator.deployed({ endpoint: 'resale-price-uat', package: arnOf(1) });
  emulator.deployed({ endpoint: 'resale-price-dev', package: arnOf(2) });
}

/** A true entry, as an earlier pipeline would have written it; `more` are words that are not. */
export function entryOf(emulator: Emulator, version: number, key: string, more: Readonly<Record<string, string>> = {}) {
  const content = contentIn(emulator, arnOf(version));
  const who = { pipeline: '190', job: '6001', at: '2026-11-20T08:00Z' };
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
