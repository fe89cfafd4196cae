import type { Job } from '../gitlab/job.ts';
import { readBuild } from '../registry/entries.ts';
import type { ModelPackage } from '../registry/packages.ts';

/** What the approver compares: the commit that the version was built from with that of what is live. */
export interface Comparison {
  readonly commit: string;
  readonly url: string;
  /** `8b1a9953c461, compared with 1c2d3e4f5a6b, which is live`. */
  readonly words: string;
  /** What this pipeline's own commit has beside the version's; `undefined` where it is the same. */
  readonly elsewhere: Elsewhere | undefined;
}

interface Elsewhere {
  readonly url: string;
  readonly words: string;
}

/** A hash, or its first digits: the name of a branch is another commit tomorrow, and `..` another page. */
const COMMIT = /^[0-9a-f]{7,64}$/i;

/** The commit that the version was built from: as deploy-pipeline recorded it, else as the training named it. */
function commitOf(version: ModelPackage): string | undefined {
  const built = readBuild(version);
  const named = built.is === 'read' ? built.value.commit : version.commit;
  return named !== undefined && COMMIT.test(named) ? named : undefined;
}

/** Compares a version with what is live, and with the pipeline; `undefined` when nobody knows the version's commit. */
export function comparisonOf(
  version: ModelPackage,
  live: ModelPackage | undefined,
  job: Pick<Job, 'projectUrl' | 'commit' | 'ref'>,
): Comparison | undefined {
  const [commit, before] = [commitOf(version), live && commitOf(live)];
  if (commit === undefined) return undefined;
  const elsewhere = elsewhereOf(commit, job);
  if (before === undefined || before === commit)
    return {
      commit,
      url: `${job.projectUrl}/-/commit/${commit}`,
      words: `${short(commit)}${before === commit ? ', also the commit of the live version' : ''}`,
      elsewhere,
    };
  return {
    commit,
    url: compareUrl(job, before, commit),
    words: `${short(commit)}, compared with ${short(before)}, which is live`,
    elsewhere,
  };
}

/** A merge commit, a squash, a tag or a pipeline that runs again leads to another commit than the version's. */
function elsewhereOf(commit: string, job: Pick<Job, 'projectUrl' | 'commit' | 'ref'>): Elsewhere | undefined {
  if (commit === job.commit) return undefined;
  const words = `runs on ${short(job.commit)} of ${job.ref}; the version was built from ${short(commit)}`;
  return { url: compareUrl(job, commit, job.commit), words };
}

/** Straight: also where the version is older than what is live. */
function compareUrl({ projectUrl }: Pick<Job, 'projectUrl'>, from: string, to: string): string {
  return `${projectUrl}/-/compare/${from}...${encodeURIComponent(to)}?straight=true`;
}

const short = (commit: string) => commit.slice(0, 12);
