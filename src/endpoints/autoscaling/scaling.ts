import type { Tag } from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../../aws/sagemaker-errors.ts';
import { OURS } from '../../gitlab/tags.ts';
import { canonicalJson } from '../../ground/canonical-json.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import { findEndpoint } from '../endpoint.ts';
import { readEndpointTags, tagEndpoint } from '../tags.ts';
import { carryOutSteps, type ScalingContext } from './act.ts';
import { decideBefore, namesIn, type ScalingChange, type ScalingStep, stepsTo } from './decision.ts';
import { type LiveAutoscaling, readAutoscaling } from './live.ts';
import { type AutoscalingNote, noteText, readNote } from './note.ts';
import { refusalOfLost, refusalToTakeAway } from './refusal.ts';
import { type ScaledVariant, scaledVariant, type WantedAutoscaling } from './wanted.ts';

/** An endpoint, and how its variant is to be scaled. */
export interface Scaled {
  readonly endpoint: string;
  readonly variant: string;
  /** `undefined` where no endpoint file says it. */
  readonly wanted: WantedAutoscaling | undefined;
  /** Nobody reads an endpoint file: what scales the endpoint stays as it is. */
  readonly stays?: true;
}

export interface ScaledChange extends Scaled {
  /** The value of the endpoint's tag for autoscaling. */
  readonly tag: string | undefined;
  readonly change: ScalingChange;
  /** How many instances run. */
  readonly running: number;
}

/** What is done about autoscaling around a change of an endpoint. */
export interface ScalingAround {
  readonly of: ScaledVariant;
  /** The tags that stand before anything is done. */
  readonly tags: readonly Tag[];
  /** In this order, right before the change. */
  readonly steps: readonly ScalingStep[];
  /** What was seen of what the steps take away; absent where they take nothing. */
  readonly seen?: LiveAutoscaling;
}

/**
 * What an endpoint's autoscaling needs before a change; or why the change is refused: it would end what no file describes. Nothing
 * is read where no file says how the endpoint is scaled, nothing of it was ours, and the change leaves it alone.
 */
export async function scalingAround(
  { endpoint, variant, wanted, stays, tag, change, running }: ScaledChange,
  { autoscaling, region }: Pick<ScalingContext, 'autoscaling' | 'region'>,
): Promise<ScalingAround | Failure> {
  const [of, note] = [scaledVariant(endpoint, variant), readNote(tag)];
  if ((stays || (!wanted && !note)) && change === 'none') return untouched({ endpoint, variant });
  const live = await readAutoscaling(await autoscaling(), of);
  if (stays) return live.target ? refusalToTakeAway(endpoint) : untouched({ endpoint, variant });
  const decision = decideBefore({ live, wanted, note, change, running });
  if (decision.do === 'refuse') {
    const { code, why, next } = refusalOfLost({ endpoint, change: decision.change, lost: decision.lost, of, region });
    return new Failure(code, why, next);
  }
  const taken = decision.steps.length > 0 && { seen: live };
  return { of, tags: decision.note ? [noteTag(decision.note)] : [], steps: decision.steps, ...taken };
}

/** Whether what the steps take away still is as it was seen: what somebody adds meanwhile would go with it. */
export async function isScaledAsSeen(
  { of, seen }: ScalingAround,
  { autoscaling }: Pick<ScalingContext, 'autoscaling'>,
): Promise<boolean> {
  if (!seen) return true;
  const now = await readAutoscaling(await autoscaling(), of);
  return canonicalJson(now.target) === canonicalJson(seen.target) && namesIn(now).join() === namesIn(seen).join();
}

/** Nothing is done. */
export function untouched({ endpoint, variant }: Pick<Scaled, 'endpoint' | 'variant'>): ScalingAround {
  return { of: scaledVariant(endpoint, variant), tags: [], steps: [] };
}

/** The tags of an endpoint that is created: its autoscaling is due as soon as it serves. */
export function tagsOfNew(wanted: WantedAutoscaling | undefined): Tag[] {
  return wanted ? [noteTag({ is: 'due', section: wanted.hash, ...wanted.bounds })] : [];
}

/**
 * Brings the autoscaling of an endpoint that is in service to what its file says, and gives back what a note says is missing. A
 * job that dies on the way leaves a note; the next one does the rest.
 */
export async function settleScaling(
  { endpoint, variant, wanted }: Scaled,
  endpointArn: string,
  context: ScalingContext,
): Promise<void> {
  const tag = (await readEndpointTags(context.sagemaker, endpointArn))?.autoscaling;
  const note = readNote(tag);
  if (!wanted && !note) return;
  const of = scaledVariant(endpoint, variant);
  const live = await readAutoscaling(await context.autoscaling(), of);
  await carryOutSteps(stepsTo({ live, wanted, note }), of, context);
  const settled = wanted && noteText({ is: 'in place', section: wanted.hash });
  if (settled !== tag) await unlessNotFound(tagEndpoint(context.sagemaker, endpointArn, [tagOf(settled ?? '')]));
}

/**
 * Gives back what a note on an endpoint says is missing, where the endpoint is in service and nothing is on its way to it. It never
 * throws: another failure is told, and the note stays for the next job.
 */
export async function giveBack(scaled: Scaled, context: ScalingContext): Promise<void> {
  try {
    const endpoint = await findEndpoint(context.sagemaker, scaled.endpoint);
    if (endpoint?.status !== 'InService' || endpoint.pending !== undefined) return;
    const tags = await readEndpointTags(context.sagemaker, endpoint.arn);
    if (isDue(tags?.autoscaling, scaled.wanted)) await settleScaling(scaled, endpoint.arn, context);
  } catch (error) {
    context.log(`Autoscaling was not given back (${inItsOwnWords(error)}). The next job does it.`);
  }
}

/** Whether a note says that autoscaling of this section, or of an unknown one, may be missing. */
function isDue(tag: string | undefined, wanted: WantedAutoscaling | undefined): boolean {
  const note = readNote(tag);
  return note?.is === 'unreadable' || (note?.is === 'due' && note.section === wanted?.hash);
}

function noteTag(note: Exclude<AutoscalingNote, { is: 'unreadable' }>): Tag {
  return tagOf(noteText(note));
}

function tagOf(text: string): Tag {
  return { Key: `${OURS}autoscaling`, Value: text };
}
