import { visibleText } from '../../src/ground/visible-text.ts';
import { WordsMistake } from '../options.ts';
import { boundariesOf, type ChangedByHand, changedByHand, isAllGone, madeByOthers } from './by-hand.ts';
import { type IamState, madeBy, readAccount, readDeployed } from './iam-state.ts';
import type { Template } from './template.ts';

/** The options that name what the account has, and whether what somebody changed there is to be overwritten. */
export const OPTIONS_OF_ACCOUNT = {
  found: { type: 'string' },
  deployed: { type: 'string' },
  'take-over': { type: 'boolean' },
} as const;

interface Options {
  readonly found?: string | undefined;
  readonly deployed?: string | undefined;
  readonly 'take-over'?: boolean | undefined;
}

/** What an account has, beside what its stack made and what the new template asks for. */
export interface AccountNow {
  readonly changes: readonly ChangedByHand[];
  /** What the template would make, and is there without the stack. */
  readonly others: readonly string[];
  readonly isAllGone: boolean;
  /** What each deployment leaves. */
  readonly left: readonly string[];
}

/** Reads what the options name; undefined where they name nothing. Throws WordsMistake with what is wrong of them. */
export async function readNow(options: Options, account: string, template: Template): Promise<AccountNow | undefined> {
  const { found, deployed } = options;
  if (found === undefined && deployed === undefined) {
    if (options['take-over'])
      throw new WordsMistake('--take-over needs --found and --deployed, which show what it would overwrite.');
    return undefined;
  }
  if (found === undefined || deployed === undefined)
    throw new WordsMistake('--found and --deployed need each other: what the account has, and what its stack made.');
  const [now, made] = await Promise.all([readAccount(found, account), readDeployed(deployed, account)]);
  return compared(made, now, madeBy(template, 'stack.yml', account));
}

function compared(made: IamState, now: IamState, wanted: IamState): AccountNow {
  return {
    changes: changedByHand(made, now),
    others: madeByOthers(wanted, made, now),
    isAllGone: isAllGone(made, now),
    left: boundariesOf(made, now),
  };
}

/** Why there is no template: the differences, and what to do; nothing where a deployment overwrites nothing that it may not. */
export function refusalOf({ changes, others, isAllGone: gone }: AccountNow, takeOver: boolean): string[] {
  if (gone)
    return [
      'ERROR Nothing is left of what the stack made: its first deployment failed, or somebody deleted it all.',
      'Next: delete the stack, and deploy the template that the command prints without --found and --deployed.',
    ];
  if (others.length > 0)
    return [
      'ERROR The account has what the stack would make, and did not:',
      ...others.map((each) => `  ${each}`),
      'Next: if the stack is there, and deployed.yml is empty, run the command that writes it again. Otherwise delete what nobody uses, or give the model another endpoint in setup.yml.',
    ];
  const lasting = changes.filter(({ back }) => back.length === 0);
  if (lasting.length > 0)
    return [
      'ERROR No command puts this back, so there is no template:',
      ...saidOf(lasting),
      'Next: do what stands there.',
    ];
  if (changes.length === 0 || takeOver) return [];
  return [
    'ERROR Somebody changed by hand what the stack made. A deployment could overwrite it, so there is no template:',
    ...saidOf(changes),
    'Next: bring what is to stay into setup.yml, and undo it in AWS; or add --take-over, which also prints what puts back all of it.',
  ];
}

/** What was changed, and the commands that put it back before the deployment. */
export function takenOver({ changes, left }: AccountNow): string[] {
  const notes =
    left.length === 0 ? [] : ['', 'A deployment leaves, and the template does not speak of it:', ...lines(left)];
  if (changes.length === 0) return ['', 'Nobody changed by hand what the stack made.', ...notes];
  return ['', 'What somebody changed by hand, and the commands below put back:', ...saidOf(changes), ...notes];
}

function saidOf(changes: readonly ChangedByHand[]): string[] {
  return lines(changes.flatMap(({ says }) => says));
}

function lines(texts: readonly string[]): string[] {
  return texts.map((each) => `  ${visibleText(each)}`);
}
