import type { Served } from '../../endpoints/current.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { EndpointTags } from '../../endpoints/tags.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';

/** A version that may be brought back, with the endpoint configs by which it may have served: the likeliest first. */
export interface EarlierRelease {
  readonly version: ModelPackage;
  readonly configs: readonly string[];
  /** Whether its validation names the endpoint and the one config. */
  readonly named: boolean;
  /** When it was validated, or its config was created where another endpoint was validated. */
  readonly at: string;
}

/** What is known when a rollback is decided. */
export interface RollbackQuestion {
  readonly endpoint: Endpoint;
  readonly tags: EndpointTags;
  /** What serves now. */
  readonly served: Served;
  /** The releases that may be brought back, the one that is live among them. */
  readonly releases: readonly EarlierRelease[];
  /** The version that the person named. */
  readonly named: number | undefined;
}

export type RollbackDecision =
  | { do: 'nothing'; because: string; release: EarlierRelease }
  /** Nobody knows whether the release that is live is the one to leave: only a person can say where to go. */
  | { do: 'ask'; live: EarlierRelease; others: readonly EarlierRelease[] }
  /** `leaving` is the version that is to be withdrawn. */
  | { do: 'return'; candidates: readonly EarlierRelease[]; leaving: string | undefined };

/** What serves, or was to serve when an update and its rollback both failed. */
interface Left {
  readonly config: string | undefined;
  readonly package: string | undefined;
}

/**
 * Without a name, the release that the last deployment brought is left for the newest one before it. Where that release is no
 * longer live, because SageMaker or somebody else went back already, nothing is left to do. Where no tag names it, a person has to.
 */
export function decideRollback(question: RollbackQuestion): RollbackDecision {
  const { endpoint, tags, releases, named } = question;
  const left = leftBy(question);
  const live = endpoint.status === 'UpdateRollbackFailed' ? undefined : serving(question);
  if (live && named === live.version.version)
    return { do: 'nothing', because: `${displayName(live.version)} is live`, release: live };
  const others = releases.filter((each) => each !== live);
  if (live && named === undefined && tags.wanted === undefined && others.length > 0)
    return { do: 'ask', live, others: newestFirst(others) };
  if (live && named === undefined && tags.wanted !== undefined && !broughtByDeployment(question))
    return { do: 'nothing', because: whyBackAlready(question, live), release: live };
  const chosen = releases.filter(({ version }) =>
    named === undefined ? !isSame(version.arn, left.package) : version.version === named,
  );
  return { do: 'return', candidates: newestFirst(chosen), leaving: withdrawn(question, left) };
}

/** The release that serves now, where it may be brought back itself. */
function serving({ releases, served }: RollbackQuestion): EarlierRelease | undefined {
  return releases.find(({ version }) => isSame(version.arn, served.package));
}

/** Whether what serves is what the last deployment brought. One that nobody names was quicker than ours. */
function broughtByDeployment({ endpoint, tags }: RollbackQuestion): boolean {
  return tags.component !== 'rollback-endpoint' && tags.wanted === endpoint.config;
}

function whyBackAlready({ endpoint, tags }: RollbackQuestion, { version }: EarlierRelease): string {
  const back = tags.component === 'rollback-endpoint' && tags.wanted === endpoint.config;
  return back
    ? `a rollback brought ${displayName(version)} back, and it is live`
    : `${displayName(version)} is live, and not what the last deployment was to bring (${tags.wanted})`;
}

/** After a rollback that failed, the release that it was to leave is still the one to leave. */
function leftBy({ endpoint, tags, served }: RollbackQuestion): Left {
  if (endpoint.status !== 'UpdateRollbackFailed') return { config: endpoint.config, package: served.package };
  return tags.component === 'rollback-endpoint'
    ? { config: tags.previous, package: tags.previousPackage }
    : { config: tags.wanted, package: tags.package };
}

/** A person who names a newer version than the one that serves does not say that this one is bad. */
function withdrawn({ served, named }: RollbackQuestion, left: Left): string | undefined {
  const isOlder = named === undefined || served.is !== 'version' || named < served.version;
  return isOlder ? left.package : undefined;
}

function newestFirst(releases: readonly EarlierRelease[]): EarlierRelease[] {
  return releases.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.version.version - a.version.version);
}

function isSame(arn: string, other: string | undefined): boolean {
  return arn.toLowerCase() === other?.toLowerCase();
}
