import { isMapping, type Mapping } from './document.ts';
import { existsHolds } from './exists.ts';
import { holds } from './expression.ts';
import { matchesGlob } from './glob.ts';
import { PipelineError } from './problem.ts';
import { expandExisting } from './variables.ts';

/** What GitLab knows when it creates the pipeline. */
export interface Push {
  readonly variables: Readonly<Record<string, string>>;
  /** The paths that the push changed; `undefined` where none started the pipeline: GitLab then takes every path for changed. */
  readonly changed: readonly string[] | undefined;
  /** The paths of all the project's files, where a rule asks for them. */
  readonly files?: readonly string[];
}

/** How a job takes part in a pipeline. */
export interface Admission {
  readonly when: 'on_success' | 'manual';
  /** GitLab's `allow_failure`: a failure stops nothing, and neither does a job that waits to be pressed. */
  readonly allowFailure: boolean;
  /** With these, a failure stops nothing either. */
  readonly exitCodes: readonly number[];
}

/** How a job takes part in the pipeline of a push, if it does. The first rule that holds decides; the rest is the job's own. */
export function admissionOf(name: string, job: Mapping, push: Push): Admission | undefined {
  const own = ownAdmission(job);
  if ((job.rules ?? null) === null) return { ...own, when: supportedWhen(name, own.when) };
  const rule = rulesOf(job).find((each) => ruleHolds(name, each, push));
  const when = rule && (rule.when ?? own.when);
  if (when === undefined || when === 'never') return undefined;
  const admission =
    typeof rule?.allow_failure === 'boolean' ? { allowFailure: rule.allow_failure, exitCodes: [] } : own;
  return { ...admission, when: supportedWhen(name, when) };
}

/** A manual job may fail, and be left alone, unless it says otherwise: so does one that a rule of its own runs at once. */
function ownAdmission(job: Mapping): Omit<Admission, 'when'> & { readonly when: unknown } {
  const { when = 'on_success', allow_failure: allowFailure } = job;
  const codes: unknown[] = isMapping(allowFailure) ? [allowFailure.exit_codes ?? []].flat() : [];
  return {
    when,
    allowFailure: typeof allowFailure === 'boolean' ? allowFailure : !isMapping(allowFailure) && when === 'manual',
    exitCodes: codes.filter((code) => typeof code === 'number'),
  };
}

function supportedWhen(name: string, when: unknown): Admission['when'] {
  if (when === 'on_success' || when === 'manual') return when;
  throw new PipelineError(`${name} job: when: ${String(when)} is not supported here; use on_success or manual`);
}

/** A list within the list counts as its items. */
function rulesOf({ rules }: Mapping): Mapping[] {
  return [rules].flat(Number.POSITIVE_INFINITY).filter(isMapping);
}

const supported = ['if', 'changes', 'exists', 'when', 'allow_failure'];

function ruleHolds(name: string, rule: Mapping, push: Push): boolean {
  const [other] = Object.keys(rule).filter((key) => !supported.includes(key));
  if (other !== undefined) throw new PipelineError(`${name} job: rules:${other} is not supported here; leave it out`);
  return (
    (typeof rule.if !== 'string' || holds(rule.if, { variables: push.variables })) &&
    ((rule.changes ?? null) === null || changesHold(rule.changes, push)) &&
    ((rule.exists ?? null) === null || filesExist(rule.exists, push))
  );
}

function filesExist(written: unknown, { files, variables }: Push): boolean {
  if (!files) throw new PipelineError('rules:exists is not supported here; tell the files of the push');
  return existsHolds(written, { files, variables, read: (path) => (files.includes(path) ? path : undefined) });
}

function changesHold(written: unknown, { changed, variables }: Push): boolean {
  if (isMapping(written) && 'compare_to' in written)
    throw new PipelineError('rules:changes:compare_to is not supported here; use paths alone');
  if (changed === undefined) return true;
  const globs: unknown[] = [isMapping(written) ? written.paths : written].flat();
  const expanded = globs.map((glob) => expandExisting(String(glob), variables));
  return expanded.some((glob) => changed.some((path) => matchesGlob(path, glob)));
}
