import type { FinishedJob } from '../components/job.ts';
import type { JobName } from './project.ts';

/** The jobs of one pipeline after a merge, as far as they came, with nobody else in their way. */
type Jobs = ReadonlyMap<JobName, FinishedJob>;

/**
 * A plan, and what the pipeline after the merge did: both decide by the same facts, so they must agree. Returns what was held
 * against what; throws where they disagree.
 */
export function agree(plan: FinishedJob, jobs: Jobs): string[] {
  const writes = plan.calls.filter((call) => !/^(Describe|List|Get|Assume)/.test(call));
  must(writes.length === 0, `a plan wrote: ${writes.join(', ')}`, plan);
  const [check, deploy] = [jobs.get('check-model'), jobs.get('deploy-model')];
  if (!check) return [];
  const { outcome, refused, act } = plan.record ?? {};
  must(plan.exit === 0, `a plan ended with ${plan.exit}`, plan, check);
  if (outcome === 'nothing') {
    must(check.exit === 80 && check.record?.why === plan.record?.why, 'a plan promised nothing', plan, check);
    return ['plan: nothing'];
  }
  if (refused !== undefined) return [foreseenRefusal(plan, check, deploy)];
  // What waited for another's change meets what that change left.
  if (act === 'wait' && isAboutTheEndpoint(check)) return ['plan: wait'];
  if (outcome === 'version')
    must(check.exit === 0 && check.record?.package === plan.record?.package, 'another version came', plan, check);
  if (!deploy || !CERTAIN.has(String(act))) return [`plan: ${outcome}`];
  must(did(deploy) === act || isAboutTheVersion(deploy), `deploy-model did not ${act}`, plan, deploy);
  return [`plan: ${outcome}`, `plan: ${act}`];
}

/** The same code, in the job that refuses it first. What a plan says before a training holds for the version that comes. */
function foreseenRefusal(plan: FinishedJob, check: FinishedJob, deploy: FinishedJob | undefined): string {
  const { outcome, refused } = plan.record ?? {};
  const told = [check, deploy].some((job) => job?.log.includes(`ERROR ${refused}: `));
  // A training that registered nothing leaves nothing to be refused.
  const came = outcome === 'version' || check.exit !== 80;
  must(told || !came, `${refused} was foreseen, and not told`, plan, check);
  return 'plan: refused';
}

/** What of a plan is certain: whatever waits for another deployment is decided when that has ended. */
const CERTAIN = new Set(['create', 'update', 'nothing', 'follow']);

function did({ calls }: FinishedJob): string {
  if (calls.includes('CreateEndpoint')) return 'create';
  if (calls.includes('UpdateEndpoint')) return 'update';
  return calls.includes('CreateModel') ? 'less' : 'nothing';
}

/** Whether a job refused what the endpoint is now. */
function isAboutTheEndpoint({ log }: FinishedJob): boolean {
  return /ERROR SMC-40(0\d|1[0-2]): /.test(log);
}

/** Whether deploy-model refused the version itself, which no plan of a version to come can know. */
function isAboutTheVersion({ log }: FinishedJob): boolean {
  return /ERROR SMC-401[345]: /.test(log);
}

function must(holds: boolean, sentence: string, ...jobs: readonly FinishedJob[]): void {
  if (!holds) throw new Error([sentence, ...jobs.map(({ log }) => log)].join('\n\n'));
}
