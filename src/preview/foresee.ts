import type { EndpointDescription } from '../endpoints/description/description.ts';
import { expectedArn } from '../endpoints/endpoint.ts';
import { Look } from '../endpoints/look.ts';
import type { DeploymentPlan } from '../endpoints/plan.ts';
import type { Context } from '../program/context.ts';
import { type PromotionCriteria, validatedHere } from '../registry/eligibility.ts';
import { type CandidateQuery, type CandidateSearch, type FoundCandidate, findCandidate } from './candidate.ts';
import { type Met, meet, refusalOfInstanceType } from './foreseen.ts';
import { type Destination, type LiveNow, liveNow, lookAt, nothingLive, whyNothingNew, withDecision } from './live.ts';
import { plannedDeployment, type WantedServing } from './serving.ts';

/** The inputs that say which version a pipeline would promote, and how it would deploy it. */
export interface PromotionInputs extends CandidateQuery, WantedServing {
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
  /** How deploy-model would deploy it; `undefined` where the include does not say how, or where. */
  readonly plan: DeploymentPlan | undefined;
  /** Where it would go; `undefined` where no endpoint is known, or none exists yet. */
  readonly destination: Destination | undefined;
  readonly live: LiveNow;
  /** What deploy-model would take from somebody else, where it may: a sentence. */
  readonly taken: string | undefined;
}

/** Nothing would be promoted; with what the endpoint is now, where its name is given and it exists. */
type NothingForeseen = Extract<CandidateSearch, { is: 'nothing' }> & { readonly destination: Destination | undefined };

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
  const { look, destinationAt } = firstLook(given, context);
  const { endpoint_name: named } = given;
  const found = await look.beside(findCandidate(given, criteria, context));
  if (found.is === 'nothing')
    return { ...found, destination: named === undefined ? undefined : await destinationAt(named) };

  const { candidate, passedOver } = found;
  const unfit = found.refused ?? refusalOfInstanceType(candidate, description, context);
  const name = named ?? validatedHere(candidate, criteria)?.endpoint;
  const plan = plannedDeployment({ version: candidate, description }, name, given, context.job);
  // Where deploy-model goes is known only by endpoint_name.
  const certain = named === undefined ? undefined : plan;
  const destination = name === undefined ? undefined : await destinationAt(name);
  const why = unfit ? undefined : whyNothingNew(candidate, destination, plan?.serving, criteria);
  if (why !== undefined) return { is: 'nothing', why, next: NOTHING_NEW, passedOver, destination };
  const seen = destination && certain ? await withDecision(destination, certain, look) : destination;
  const going = {
    plan: certain,
    destination: seen,
    look,
    takeOver: given.take_over_endpoint,
    isNamed: named !== undefined,
  };
  const [met, live] = await bothInOrder(
    unfit ? NOT_ASKED : meet(candidate, going, context),
    seen ? liveNow(candidate, seen, plan?.serving, context) : nothingLive(named, plan?.serving),
  );
  const refused = unfit ?? met.refused;
  return { is: 'version', candidate, passedOver, plan: certain, destination: seen, live, taken: met.taken, refused };
}

/** What is met where nothing is asked any more. */
const NOT_ASKED: Met = { refused: undefined, taken: undefined };

/** Two answers, when both have arrived; or of two refusals the first, whichever arrived first. */
async function bothInOrder<One, Other>(
  one: One | Promise<One>,
  other: Other | Promise<Other>,
): Promise<[Awaited<One>, Awaited<Other>]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
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
