import type { Context } from '../program/context.ts';
import { readBuild } from '../registry/entries.ts';
import type { ModelPackage } from '../registry/packages.ts';
import type { Facts } from './rule.ts';
import { timeOf } from './time.ts';

/** From which commit on the changes count: that of the version that is live where this one would go. */
export type Since =
  | { readonly is: 'commit'; readonly commit: string }
  /** Nothing is live there: only the version's own commit counts. */
  | { readonly is: 'nothing' }
  | { readonly is: 'unknown'; readonly why: string };

/** What check-model found out for the rules, and hands on: no later job could. */
export interface FoundByCheck {
  readonly since: Since;
  /** Metrics of the reports of the training, by `model quality: rmse`. */
  readonly measured: Readonly<Record<string, string>>;
}

interface JudgedVersion {
  readonly version: ModelPackage;
  readonly path: readonly string[];
  readonly found: FoundByCheck;
  /** Whether the commit of the job counts, too: not before it is merged. */
  readonly isMerged?: boolean;
}

type CommonFacts = Pick<Facts, 'environment' | 'path' | 'version' | 'time' | 'measured' | 'changes'>;

/** The facts that are found in the same way at every moment. GitLab is asked once, and only where a rule wants to know. */
export function commonFacts(
  { version, path, found: { since, measured }, isMerged = true }: JudgedVersion,
  context: PolicyContext,
): CommonFacts {
  const { job, clock } = context;
  let asked: ReturnType<Facts['changes']> | undefined;
  return {
    environment: job.environment,
    path,
    version,
    time: timeOf(clock.now(), job),
    measured: new Map(Object.entries(measured)),
    changes: () => (asked ??= changesSince(since, { version, merged: isMerged ? [job.commit] : [] }, context)),
  };
}

type PolicyContext = Pick<Context, 'job' | 'clock' | 'peopleBehind'>;

async function changesSince(
  since: Since,
  { version, merged }: { readonly version: ModelPackage; readonly merged: readonly string[] },
  { peopleBehind }: PolicyContext,
): ReturnType<Facts['changes']> {
  const built = commitOfBuild(version);
  const unclear = (why: string) => ({ is: 'not told', because: 'nonsense', why }) as const;
  if (built === undefined) return unclear('nothing tells from which commit the version was built');
  if (since.is === 'unknown') return unclear(since.why);
  const from = since.is === 'commit' ? since.commit : undefined;
  return peopleBehind({ from, to: built }, merged);
}

/** The whole hash of the commit that a version was built from, as deploy-pipeline recorded it. */
export function commitOfBuild(version: ModelPackage): string | undefined {
  const built = readBuild(version);
  return built.is === 'read' && /^[0-9a-f]{40,64}$/.test(built.value.commit) ? built.value.commit : undefined;
}
