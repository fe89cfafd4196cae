import type { Emulator } from '../../../emulator/emulator.ts';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { COMMIT, emulated } from '../job.ts';
import { deploy, NAME, OWN_TAGS, record } from './scene.ts';

/** The beginning of an endpoint file. */
export const ON = 'instance_type: ml.m5.large\ninstance_count: 2\n';
export const CANARY = `${ON}strategy: { type: canary, size: 1, wait: 600 }\n`;
export const ERRORS = 'alarms: { server_errors: { threshold: 1 } }\n';

interface Options {
  /** How many instances the endpoint has now; it is new without. */
  readonly before?: number;
  /** Further members of the version that is deployed. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Further files of the commit. */
  readonly files?: Readonly<Record<string, string>>;
}

/** An endpoint that serves version 1, and version 2, which its file brings in. */
export async function scene(file: string, { before = 2, more = {}, files = {} }: Options = {}) {
  const emulator = await emulated();
  const first = emulator.register();
  if (before > 0) emulator.deployed({ endpoint: NAME, package: first, instanceCount: before, tags: OWN_TAGS });
  const arn = emulator.register({ status: 'Approved', more });
  const root = record(emulator, arn);
  const gitlab = await gitlabWith(emulator, { ...files, 'endpoint.yml': file });
  const job = { ...jobOf(gitlab), env: { ...jobOf(gitlab).env, GIT_STRATEGY: 'empty' } };
  const run = (inputs: Readonly<Record<string, string>> = {}, options = {}) =>
    deploy({ emulator, root, ...job, inputs: { ...BY_FILE, ...inputs }, ...options });
  /** From now on, the file is another. */
  const rewrite = (text: string) => gitlab.commit(COMMIT, { ...files, 'endpoint.yml': text });
  return { emulator, root, arn, run, rewrite };
}

export const alarmsOf = ({ cloudwatch }: Emulator) => [...cloudwatch.alarms.all.keys()];
