import type { EndpointDescription } from '../endpoints/description/description.ts';
import { expectedArn } from '../endpoints/endpoint.ts';
import { missingOf } from '../endpoints/ensure.ts';
import { Look } from '../endpoints/look.ts';
import type { DeploymentPlan } from '../endpoints/plan.ts';
import { refusedFallBack } from '../endpoints/rollout/fall-backs.ts';
import type { PolicyInputs } from '../policy/inputs.ts';
import type { Context } from '../program/context.ts';
import { environmentBefore, type PromotionCriteria, validatedHere } from '../registry/eligibility.ts';
import { groupArnIn, groupArnOf, type ModelPackage, sameGroup } from '../registry/packages.ts';
import { RegistryLook } from '../registry/registry-look.ts';
import {
  type CandidateQuery,
  type CandidateSearch,
  type FoundCandidate,
  findCandidate,
  refusalOfNothing,
  type Searching,
} from './candidate.ts';
import { asFailure, type Met, meet, refusalThere, refusalToServe } from './foreseen.ts';
import {
  type Destination,
  type LiveNow,
  liveNow,
  lookAt,
  nothingLive,
  servedThere,
  whyNothingNew,
  withDecision,
} from './live.ts';
import { whyOverdue } from './overdue.ts';
import { plannedDeployment, type WantedServing } from './serving.ts';
import { liveUnwanted } from './unwanted.ts';

/** The inputs that say which version a pipeline would promote, and how it would deploy it. */
export interface PromotionInputs extends CandidateQuery, PolicyInputs, WantedServing {
  readonly endpoint_name: string | undefined;
}

interface DescribedPromotion {
  readonly given: PromotionInputs;
  /** How it is to be served; `undefined` where the include does not say. */
  readonly description: EndpointDescription | undefined;
}

/** A version that a pipeline would promote, and what that would meet. */
export interface ForeseenVersion extends FoundCandidate {
  readonly is: 'version';
  /** Whether it may be promoted: not every version that model_package_arn names. */
  readonly fit: boolean;
  /** How deploy-model would deploy it; `undefined` where the include does not say how, or where. */
  readonly plan: DeploymentPlan | undefined;
  /** Where it would go; `undefined` where no endpoint is known, or none exists yet. */
  readonly destination: Destination | undefined;
  readonly live: LiveNow;
  /** What deploy-model would take from somebody else, where it may: a sentence. */
  readonly taken: string | undefined;
  /** The model and the endpoint config that it would create: those of the plan that do not exist yet. */
  readonly missing: readonly string[];
}

/** Nothing would be promoted; with what the endpoint is now, where its name is given and it exists. */
export type NothingForeseen = Extract<CandidateSearch, { is: 'nothing' }> & {
  readonly destination: Destination | undefined;
};

const NOTHING_NEW = 'nothing to do. When the previous environment has validated a newer version, push again.';

/**
 * What a pipeline of an environment would promote now, and what would refuse it, by the functions that refuse it later (AWS:
 * ListModelPackages, DescribeModelPackage, DescribeEndpoint and what is behind it).
 */
export async function foresee(
  { given, description }: DescribedPromotion,
  criteria: PromotionCriteria,
  context: Context,
): Promise<ForeseenVersion | NothingForeseen> {
  const looking = firstLook(given, context);
  const searching = searchingOf(context);
  const { endpoint_name: name } = given;
  const found = await looking.look.beside(findCandidate(given, criteria, searching));
  if (found.is === 'nothing') {
    const destination = name === undefined ? undefined : await looking.destinationAt(name);
    const group = groupArnIn(context.aws, given.model_package_group_name);
    const unwanted = destination && (await liveUnwanted(destination, group, criteria, searching.registry));
    return { ...found, why: unwanted === undefined ? found.why : `${found.why}. ${unwanted}`, destination };
  }
  const foreseen = await foreseeVersion(found, { given, description, criteria, looking }, searching);
  if (foreseen.is === 'nothing' || foreseen.refused) return foreseen;
  const overdue = await whyOverdue(foreseen.candidate, given, searching);
  const { passedOver, destination } = foreseen;
  return overdue ? { is: 'nothing', ...overdue, passedOver, destination } : foreseen;
}

interface Foreseeing extends DescribedPromotion {
  readonly criteria: PromotionCriteria;
  readonly looking: ReturnType<typeof firstLook>;
}

/** What a version that was found would meet; or that it is live already, as it would be. */
async function foreseeVersion(
  found: FoundCandidate,
  { given, description, criteria, looking: { look, destinationAt } }: Foreseeing,
  context: Searching,
): Promise<ForeseenVersion | NothingForeseen> {
  const { candidate, passedOver } = found;
  const { endpoint_name: named, take_over_endpoint: takeOver } = given;
  const unfit = found.refused ?? refusalToServe(candidate, description, context);
  const name = named ?? validatedHere(candidate, criteria)?.endpoint;
  const wanted = plannedDeployment({ version: candidate, description }, name, given, context.job);
  // Where deploy-model goes is known only by endpoint_name.
  const plan = named === undefined ? undefined : wanted;
  const there = name === undefined ? undefined : await destinationAt(name);
  const why = unfit ? undefined : whyNothingNew(candidate, there, wanted?.serving, criteria);
  if (why !== undefined) return { is: 'nothing', why, next: NOTHING_NEW, passedOver, destination: there };
  const destination = there && plan ? await withDecision(there, plan, look) : there;
  const [met, live] = await bothInOrder(
    unfit ? NOT_ASKED : meet(candidate, { plan, destination, look, takeOver, isNamed: named !== undefined }, context),
    destination ? liveNow(candidate, destination, wanted?.serving, context) : nothingLive(named, wanted?.serving),
  );
  const refused = unfit ?? met.refused;
  const missing = plan && !refused ? await missingOf(look, plan.serving) : [];
  const known = { candidate, passedOver, fit: found.refused === undefined, plan, destination, live, missing };
  return { is: 'version', ...known, ...met, refused };
}

/** What is met where nothing is asked any more. */
const NOT_ASKED: Met = { refused: undefined, taken: undefined };

/** A pipeline of the first environment trains the version: it does not exist yet. */
export interface TrainingForeseen extends Pick<ForeseenVersion, 'destination' | 'plan' | 'refused'> {
  readonly is: 'training';
  /** The name of the endpoint; `undefined` where the include does not say. */
  readonly endpoint: string | undefined;
  /** What serves now, in a few words. */
  readonly words: string;
  /** How serving would change beside the version, as far as the version that is live shows it. */
  readonly serving: LiveNow['serving'];
}

/** Whether the version of an environment is trained by the pipeline that promotes it. */
export function isTrainedFirst(
  { model_package_arn }: Pick<PromotionInputs, 'model_package_arn'>,
  criteria: PromotionCriteria,
): boolean {
  return model_package_arn === undefined && criteria.source === 'run' && environmentBefore(criteria) === undefined;
}

/** What a version that a pipeline trains first would meet; refused, too, while an emergency lets no other version be offered. */
export async function foreseeTraining(described: DescribedPromotion, context: Context): Promise<TrainingForeseen> {
  const searching = searchingOf(context);
  const foreseen = await metByTrained(described, searching);
  if (foreseen.refused) return foreseen;
  const overdue = await whyOverdue(undefined, described.given, searching);
  return overdue ? { ...foreseen, refused: refusalOfNothing(overdue, context.job) } : foreseen;
}

/**
 * What a version that a pipeline trains first would meet at its endpoint. In its place stands the version that is live, of the same group, under
 * the name of no config: deploy-model decides by the endpoint, and what the version itself is shows only when it exists.
 */
async function metByTrained({ given, description }: DescribedPromotion, context: Searching): Promise<TrainingForeseen> {
  const { look, destinationAt } = firstLook(given, context);
  const { endpoint_name: name } = given;
  const there = name === undefined ? undefined : await destinationAt(name);
  const known = { is: 'training', endpoint: name } as const;
  if (!there) {
    const refusal = name === undefined ? undefined : refusedFallBack(name, description?.strategy, 'first_deployment');
    const { words, serving } = nothingLive(name, undefined);
    return { ...known, destination: there, plan: undefined, words, serving, refused: refusal && asFailure(refusal) };
  }
  const live = await liveVersion(there, given, context);
  const like = live && plannedDeployment({ version: live, description }, name, given, context.job);
  if (!like)
    return {
      ...known,
      destination: there,
      plan: undefined,
      words: servedThere(there),
      serving: undefined,
      refused: undefined,
    };
  const plan = { ...like, desired: { ...like.desired, config: TO_COME } };
  const destination = await withDecision(there, plan, look);
  const { words, serving } = await liveNow(live, destination, plan.serving, context);
  const refused = await refusalThere(plan, destination, context.aws);
  return { ...known, destination, plan, words, serving, refused };
}

/** The config of a version to come: no endpoint serves it. */
const TO_COME = '';

/** The one version that serves somewhere, where it is of the group. */
async function liveVersion(
  { packages }: Destination,
  { model_package_group_name: group }: Pick<PromotionInputs, 'model_package_group_name'>,
  { aws, registry }: Searching,
): Promise<ModelPackage | undefined> {
  const [only, ...more] = packages;
  if (only === undefined || more.length > 0 || !sameGroup(groupArnOf(only), groupArnIn(aws, group))) return undefined;
  return registry.package(only);
}

/** Two answers, when both have arrived; or of two refusals the first, whichever arrived first. */
async function bothInOrder<One, Other>(
  one: One | Promise<One>,
  other: Other | Promise<Other>,
): Promise<[Awaited<One>, Awaited<Other>]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/** The same job, with one look at the registry. */
function searchingOf(context: Context): Searching {
  const { aws, clock } = context;
  return { ...context, registry: new RegistryLook({ ...aws, clock }) };
}

/** Looks at the endpoint, where its name is given, while the version is searched for. */
function firstLook({ endpoint_name: name }: Pick<PromotionInputs, 'endpoint_name'>, { aws, clock }: Context) {
  const look = new Look({ ...aws, clock });
  const destinationAt = look.once((endpoint) => lookAt(endpoint, look));
  if (name !== undefined) {
    destinationAt(name);
    look.tags(expectedArn(name, aws));
  }
  return { look, destinationAt };
}
