import type { Look } from '../../endpoints/look.ts';
import { findMade } from '../../endpoints/made.ts';
import type { ModelAndConfig } from '../../endpoints/model-and-config.ts';
import { listReleaseConfigs, type ReleaseConfig } from '../../endpoints/releases.ts';
import { readEach } from '../../endpoints/stock.ts';
import { readConfigTags } from '../../endpoints/tags.ts';
import type { Context } from '../../program/context.ts';
import { timestamp } from '../../registry/entries.ts';
import { findPackage, groupArnIn, type ModelPackage, versionArnIn } from '../../registry/packages.ts';
import { judgeReturn, type ReturnPlace, validatedConfig } from '../../registry/returnable.ts';
import type { EarlierRelease } from './decision.ts';
import { lookForRemains } from './remains.ts';

/** How many versions are looked at, the newest releases first. */
const MOST_VERSIONS = 20;

/** Why a version cannot be brought back, as a clause about "it". */
export interface PassedBy {
  readonly version: number;
  readonly why: string;
  readonly next?: string | undefined;
}

/** The releases of an endpoint, and what cannot be brought back. */
export interface Releases {
  readonly found: readonly EarlierRelease[];
  readonly passedBy: readonly PassedBy[];
}

/** Of which endpoint the releases are. */
export interface ReleaseQuery {
  readonly endpoint: string;
  /** What the names of its models and endpoint configs begin with. */
  readonly prefix: string;
  readonly place: ReturnPlace;
  /** Versions that are looked at in any case: the one that the person named, and those that the endpoint's tags name. */
  readonly known: readonly number[];
}

/** The releases that may be brought back to an endpoint (AWS: ListEndpointConfigs, DescribeModelPackage). */
export async function findReleases(query: ReleaseQuery, { aws, clock }: Context): Promise<Releases> {
  const configs = await listReleaseConfigs(aws.sagemaker, {
    prefix: query.prefix,
    environment: query.place.environment,
  });
  const listed = [...new Set(configs.map(({ version }) => version))].slice(0, MOST_VERSIONS);
  const versions = [...new Set([...query.known, ...listed])];
  const group = groupArnIn(aws, query.place.group);
  const described = await readEach(versions, (version) => findPackage({ ...aws, clock }, versionArnIn(group, version)));
  const judged = described.map((version, index) =>
    version ? judge(version, configs, query) : { version: versions[index] ?? 0, why: 'it does not exist in the group' },
  );
  return {
    found: judged.filter((each) => 'configs' in each),
    passedBy: judged.filter((each) => 'why' in each),
  };
}

/** A validation names the config that was tested, and its endpoint; one of another endpoint says only that the version is good. */
function judge(
  version: ModelPackage,
  listed: readonly ReleaseConfig[],
  query: ReleaseQuery,
): EarlierRelease | PassedBy {
  const verdict = judgeReturn(version, query.place);
  if (verdict.is === 'unfit') return { version: version.version, why: verdict.why, next: verdict.next };
  const validated = validatedConfig(verdict, query.endpoint);
  if (validated !== undefined) return { version, configs: [validated], named: true, at: verdict.validation.at };
  const own = listed.filter((each) => each.version === version.version);
  const [newest] = own;
  if (!newest) return { version: version.version, why: `it was never deployed to ${query.endpoint}` };
  return { version, configs: own.map(({ name }) => name), named: false, at: timestamp(newest.createdAt) };
}

/** A release whose config and model still exist, and whose images and data were not seen to be gone. */
export interface Standing {
  readonly release: EarlierRelease;
  readonly serving: ModelAndConfig;
  /** What nobody looked at, a sentence each. */
  readonly notLookedAt: readonly string[];
}

/** The first release of which all still exists; and why each before it cannot be brought back. */
export async function firstStanding(
  candidates: readonly EarlierRelease[],
  { endpoint, look, context }: { readonly endpoint: string; readonly look: Look; readonly context: Context },
): Promise<{ readonly standing: Standing | undefined; readonly passedBy: readonly PassedBy[] }> {
  const passedBy: PassedBy[] = [];
  for (const release of candidates) {
    const found = await stands(release, { endpoint, look, context });
    if ('serving' in found) return { standing: found, passedBy };
    passedBy.push(found);
  }
  return { standing: undefined, passedBy };
}

async function stands(
  release: EarlierRelease,
  { endpoint, look, context }: { readonly endpoint: string; readonly look: Look; readonly context: Context },
): Promise<Standing | PassedBy> {
  const { version, configs } = release;
  let why = '';
  for (const name of configs) {
    const made = await findMade(name, version.arn, look);
    why = made.is === 'there' ? await whyNotOurs(name, { release, endpoint, look, context }) : made.why;
    if (made.is === 'there' && why === '') return withRemains({ release, serving: made.serving }, context);
  }
  return { version: version.version, why };
}

async function withRemains(
  found: Pick<Standing, 'release' | 'serving'>,
  context: Context,
): Promise<Standing | PassedBy> {
  const { version } = found.release;
  const { gone, notLookedAt } = await lookForRemains(version, context);
  return gone === undefined ? { ...found, notLookedAt } : { version: version.version, why: gone };
}

interface Claimed {
  readonly release: EarlierRelease;
  readonly endpoint: string;
  readonly look: Look;
  readonly context: Context;
}

/** Endpoints of one name_prefix may share a config, whose tags name the first of them: then the validation names another. */
async function whyNotOurs(name: string, { release, endpoint, look, context }: Claimed): Promise<string> {
  const { EndpointConfigArn: arn = '', CreationTime: created } = (await look.config(name))?.answer ?? {};
  if (isAfter(created, release.at)) return `the endpoint config ${name} was created again after it was validated`;
  const tags = await readConfigTags(context.aws.sagemaker, arn);
  const ours = tags.package?.toLowerCase() === release.version.arn.toLowerCase();
  if (ours && (release.named || tags.endpoint === endpoint)) return '';
  return `its tags do not say that deploy-model made the endpoint config ${name} for ${endpoint}`;
}

/** Whether a time is after the minute that an entry names. One that nobody tells counts as after. */
function isAfter(time: Date | undefined, minute: string): boolean {
  return !((time?.getTime() ?? Number.NaN) < Date.parse(minute) + 60_000);
}
