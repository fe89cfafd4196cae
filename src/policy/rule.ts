import type { PeopleBehind } from '../gitlab/changes.ts';
import type { Told } from '../gitlab/patience.ts';
import type { ModelPackage } from '../registry/packages.ts';
import type { People } from './people.ts';
import type { KnownTime } from './time.ts';

/** When a rule is judged: before anybody is asked, when a person approves, and before the deployment. */
export const MOMENTS = ['check', 'approval', 'deployment'] as const;

type Moment = (typeof MOMENTS)[number];

/** Whoever approves, or approved. */
export interface Approver {
  /** The login, to be shown. */
  readonly by: string;
  /** The number of their account in GitLab, by which people are compared; absent where no token tells it. */
  readonly userId: string | undefined;
  /** Their groups in GitLab, by path as their token names them, or by number as approval rules do; absent where nobody tells. */
  readonly groups?: { readonly by: 'path' | 'number'; readonly of: readonly string[] } | undefined;
  /** What they typed; as the registry has it, once it is written there. */
  readonly comment: string;
  /** Since when they stand for it: where several people do, the first of them; in the form of a registry entry. */
  readonly at: string;
  /** Whether the approval stands in the registry already: it was given under this very policy. */
  readonly isStanding?: true;
}

/** By what the rules of an environment are judged. */
export interface Facts {
  readonly moment: Moment;
  readonly environment: string;
  /** The environments in promotion order. */
  readonly path: readonly string[];
  readonly version: ModelPackage;
  /** What time it is; unknown where nobody can be sure of the runner's clock. */
  readonly time: KnownTime;
  /** Metrics of reports of the training, as check-model read them: `model quality: rmse` and its value. */
  readonly measured: ReadonlyMap<string, string>;
  /** Asks GitLab, once, who is behind the commits since the version that is live. */
  changes(): Promise<Told<PeopleBehind>>;
  /** Nobody yet, before anybody is asked. */
  readonly approver: Approver | undefined;
  /** Who stands for the approval together; nobody yet, and nobody who was asked for where one person is enough. */
  readonly people?: People | undefined;
  /** Whether the approval is one in an emergency. */
  readonly isEmergency?: boolean;
}

/** What is found of a rule. What nobody could find out is `unknown`, and holds as little as what does not hold. */
export interface RuleFinding {
  /** `to come`: only the approval shows it, and nobody was asked yet. */
  readonly verdict: 'holds' | 'does not hold' | 'unknown' | 'to come';
  /** The value that was judged, in words: the end of the sentence "now ...". */
  readonly now: string;
  /** What a person can do about it, where it does not hold: the end of the sentence "Next: ...". */
  readonly next?: string;
  /** Nobody knows it for now: GitLab did not answer. A later run may find out. */
  readonly isTrouble?: true;
  /** No emergency passes it: somebody may have said no. */
  readonly isUnpassable?: true;
}

/** One thing that a policy asks of an environment. Each section of the file gives some; see `sections.ts`. */
export interface Rule {
  /** As the file has it: `comment`, `never trained`. */
  readonly name: string;
  /** What it asks, in words. */
  readonly asks: string;
  /** From when on a job ends that finds it not to hold. Before, it is shown. */
  readonly heldFrom: Moment;
  /** How many people it asks for, where it does. */
  readonly people?: number;
  /** Whether whoever started an earlier run of the approval job counts among them. */
  readonly countsRuns?: boolean;
  /** Whether it is about one person: each of several has to satisfy it, or does not count. */
  readonly isPersonal?: true;
  /** Whether it is about the groups of a person, which nobody tells of whoever started an earlier run. */
  readonly isOfGroups?: true;
  /** Whether it is about the age of the approval: one that stands, and for which it does not hold, is given anew. */
  readonly isOfAge?: true;
  /** The metric of a report that it judges, by its name among what was measured. */
  readonly measures?: string;
  judge(facts: Facts): RuleFinding | Promise<RuleFinding>;
}
