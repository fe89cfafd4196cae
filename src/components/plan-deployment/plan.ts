import { approvalEnvironment } from '../../gitlab/job.ts';
import type { Failure } from '../../ground/failure.ts';
import type { Fact } from '../../pages/page.ts';
import type { NothingForeseen } from '../../preview/foresee.ts';
import { servedThere } from '../../preview/live.ts';
import { environmentsBefore, type PromotionCriteria } from '../../registry/eligibility.ts';
import { displayName } from '../../registry/packages.ts';
import { actOf, type Foreseen, type PlannedAct } from './act.ts';
import type { NamedAlarms } from './alarms.ts';
import { durationFacts } from './duration.ts';
import { fleetFacts } from './fleets.ts';

/** What deploy-model would create, update and delete, each in words: `endpoint resale-price-uat`. */
export interface Changes {
  readonly create: readonly string[];
  readonly update: readonly string[];
  readonly remove: readonly string[];
}

/** What has to hold before the merge brings a version live. */
interface Condition {
  readonly name: string;
  /** Why it does not hold; `undefined` where it does. */
  readonly why: string | undefined;
}

/** The plan of a merge. */
export interface MergePlan {
  /** In a sentence: the last line of the log. */
  readonly verdict: string;
  readonly act: PlannedAct;
  readonly changes: Changes;
  readonly conditions: readonly Condition[];
  readonly facts: readonly Fact[];
}

const NO_CHANGES: Changes = { create: [], update: [], remove: [] };

/** What a merge into an environment's branch would do, by what deploy-model and check-model decide from the same facts. */
export function planOf(foreseen: Foreseen, criteria: PromotionCriteria, alarms?: NamedAlarms): MergePlan {
  const act = actOf(foreseen);
  return {
    verdict: withoutChange(verdictOf(foreseen, act, criteria)),
    act,
    changes: changesOf(foreseen, act),
    conditions: [...conditionsOf(foreseen, criteria), ...alarmConditions(alarms)],
    facts: [...factsOf(foreseen, act, criteria), ...alarmFacts(alarms)],
  };
}

/** A plan changes nothing: what would be refused may say so itself. */
function withoutChange(verdict: string): string {
  return verdict.endsWith('Nothing was changed.') ? verdict : `${verdict} Nothing was changed.`;
}

function changesOf(foreseen: Foreseen, act: PlannedAct): Changes {
  if (foreseen.is === 'nothing') return NO_CHANGES;
  const name = foreseen.is === 'training' ? foreseen.endpoint : foreseen.plan?.desired.endpoint;
  const endpoint = `endpoint ${name ?? ''}`.trim();
  const made = foreseen.is === 'version' ? foreseen.missing : ['a model', 'an endpoint config'];
  if (act === 'create') return { ...NO_CHANGES, create: [endpoint, ...made] };
  if (act === 'update') return { ...NO_CHANGES, create: made, update: [endpoint] };
  if (act === 'delete') return { ...NO_CHANGES, create: [endpoint, ...made], remove: [endpoint] };
  return NO_CHANGES;
}

function verdictOf(foreseen: Foreseen, act: PlannedAct, { environment }: PromotionCriteria): string {
  if (foreseen.is === 'nothing') return `A merge into ${environment} promotes nothing: ${foreseen.why}.`;
  if (foreseen.refused) return `A merge into ${environment} stops before the approval: ${foreseen.refused.message}`;
  const does = `deploy-model ${WILL[act]}`;
  if (foreseen.is === 'training')
    return `A merge into ${environment} trains a version, which does not exist yet. When it is approved, ${does}.`;
  return `A merge into ${environment} offers ${displayName(foreseen.candidate)} to the approver. When it is approved, ${does}.`;
}

/** What deploy-model does, as the end of a sentence. */
const WILL: Readonly<Record<PlannedAct, string>> = {
  create: 'creates the endpoint',
  update: 'updates the endpoint',
  delete: 'deletes the Failed endpoint, and creates it again',
  follow: 'waits for its deployment, which is on its way already',
  nothing: 'changes nothing, because the endpoint serves it already',
  wait: 'waits until SageMaker has ended another change of the endpoint, and decides then',
  refuse: 'refuses',
  none: 'has nothing to do',
  unknown: 'decides by what the endpoint serves then, which nothing shows now',
};

/** What has to hold for every environment before this one, and where the version would go. */
function conditionsOf(foreseen: Foreseen, criteria: PromotionCriteria): Condition[] {
  const { environment, require_validation } = criteria;
  const there = `A version can be promoted to ${environment}`;
  if (foreseen.is === 'nothing') return [{ name: there, why: whyNot(foreseen) }];
  const allowed = { name: `Nothing refuses the deployment to ${environment}`, why: told(foreseen.refused) };
  if (foreseen.is === 'training') return [allowed];
  if (!foreseen.fit) return [{ name: there, why: told(foreseen.refused) }];
  const before = require_validation ? environmentsBefore(criteria) : [];
  const version = displayName(foreseen.candidate);
  return [
    { name: there, why: undefined },
    ...before.map((each) => ({ name: `${each} approved and validated ${version}`, why: undefined })),
    allowed,
  ];
}

function alarmConditions(alarms: NamedAlarms | undefined): Condition[] {
  if (alarms?.is !== 'looked at') return [];
  const why = alarms.problems.length > 0 ? alarms.problems.join('; ') : undefined;
  return [{ name: 'Every alarm that the endpoint file names exists, and none that rolls back is in ALARM', why }];
}

function alarmFacts(alarms: NamedAlarms | undefined): Fact[] {
  if (!alarms) return [];
  const text =
    alarms.is === 'not looked at'
      ? `nobody looked at the named alarms: ${alarms.why}`
      : alarms.problems.join('; ') || 'every named alarm exists, and none that rolls back is in ALARM';
  return [{ label: 'alarms', text, warns: alarms.is === 'not looked at' || alarms.problems.length > 0 }];
}

const told = (failure: Failure | undefined) => failure && `${failure.coded} Next: ${failure.next}`;

/** Why nothing can be promoted, and what speaks against each version that is newer than what could be. */
function whyNot({ why, next, passedOver }: NothingForeseen): string {
  const each = passedOver.slice(0, MOST_SKIPPED).map((one) => `version ${one.version}: ${one.why}`);
  return `${[why, ...each].join('; ')}. Next: ${next}`;
}

/** As many versions as a person reads in one message. */
const MOST_SKIPPED = 5;

function factsOf(foreseen: Foreseen, act: PlannedAct, criteria: PromotionCriteria): Fact[] {
  const { environment } = criteria;
  if (foreseen.is === 'nothing') {
    const { destination, why, next } = foreseen;
    return [
      { label: 'nothing', text: why, warns: true },
      { label: 'next', text: next },
      ...(destination ? [{ label: 'stays', text: servedThere(destination) }] : []),
    ];
  }
  const { refused } = foreseen;
  if (refused)
    return [
      { label: 'refused', text: refused.coded, warns: true },
      { label: 'next', text: refused.next },
    ];
  const approval = `the approver starts approve-model in the pipeline after the merge (${approvalEnvironment(environment)} in GitLab)`;
  return [
    { label: 'approval', text: approval },
    {
      label: 'deploy',
      text: `deploy-model ${WILL[act]}`,
      warns: act === 'wait' || act === 'unknown' || act === 'delete',
    },
    ...fleetFacts(foreseen, act),
    ...durationFacts(foreseen, act, criteria),
  ];
}
