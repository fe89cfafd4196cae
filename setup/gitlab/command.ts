import type { Env } from '../../src/ground/env.ts';
import { cutText, visibleText } from '../../src/ground/visible-text.ts';
import { FILE, fileWords, readOptions, WordsMistake } from '../options.ts';
import { readSetup } from '../setup-plan.ts';
import { apply } from './apply.ts';
import { GitLabClient } from './client.ts';
import { compare } from './compare.ts';
import { type Compared, type Difference, sayingOf } from './difference.ts';
import { type Found, readFileOf, readSettings } from './found.ts';
import { compareIncludes } from './includes.ts';
import { refuseUnknown } from './known.ts';
import { type Asked, askedOf } from './places.ts';
import { Refusal } from './refusal.ts';
import { nextAfter } from './trouble.ts';

/** What the command takes from outside, and where its lines go. */
export interface Outside {
  readonly env: Env;
  sleep(milliseconds: number): Promise<void>;
  print(line: string): void;
}

/** The most characters of a line. */
const MOST_CHARACTERS = 2000;

const ACTIONS = ['plan', 'apply', 'check'] as const;
type Action = (typeof ACTIONS)[number];

/**
 * `npm run setup -- gitlab plan | apply | check`: shows, makes or misses what GitLab has otherwise than `setup.yml` asks for.
 * Returns the exit code: 0, or 1 where something is left. Throws WordsMistake or SetupMistakes where what it is given is wrong.
 */
export async function gitlab(words: readonly string[], outside: Outside): Promise<number> {
  const request = requestIn(words, outside.env);
  const plan = askedOf(await readSetup(request.file));
  refuseUnknown(plan.gitlab, { ...request, env: outside.env });
  // Names and values are GitLab's: they write no line of their own, control no terminal, and fill none.
  const print = (line: string) => outside.print(cutText(visibleText(line), MOST_CHARACTERS));
  const sleep = (milliseconds: number) => {
    print(`GitLab is busy. Waiting for ${Math.ceil(milliseconds / 1000)} s ...`);
    return outside.sleep(milliseconds);
  };
  const client = new GitLabClient({ gitlab: plan.gitlab, token: request.token, env: outside.env, sleep });
  try {
    return await ACT[request.action]({ plan, again: wordsOf(request, plan), client, print });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    print(`ERROR ${error.message}`);
    print(`Next: ${nextAfter(error, plan)}`);
    return 1;
  }
}

interface Request {
  readonly action: Action;
  readonly file: string;
  /** The address of GitLab, where a person names it. */
  readonly named: string | undefined;
  readonly token: string;
}

/** The options that name the same to the next command. */
function wordsOf({ file, named }: Request, { gitlab }: Asked): string {
  return `${fileWords(file)}${named === undefined ? '' : ` --gitlab ${gitlab}`}`;
}

/** What is asked for. The token is never an argument: those are seen by others. Throws WordsMistake with what is wrong. */
function requestIn([name, ...words]: readonly string[], env: Env): Request {
  const action = ACTIONS.find((each) => each === name);
  if (!action)
    throw new WordsMistake(
      `Say one of: ${ACTIONS.join(', ')}. Next: npm run -s setup -- gitlab plan, which changes nothing.`,
    );
  const { file, gitlab: named } = readOptions(words, { file: FILE, gitlab: { type: 'string' } });
  const token = env.GITLAB_TOKEN?.trim() ?? '';
  if (token === '') throw new WordsMistake(WITHOUT_TOKEN);
  return { action, file, named, token };
}

const WITHOUT_TOKEN =
  'GITLAB_TOKEN is not set. Next: create an access token of a maintainer with the scope api, and export it as GITLAB_TOKEN.';

interface Work {
  readonly plan: Asked;
  /** The options with which the next command does the same. */
  readonly again: string;
  readonly client: GitLabClient;
  print(line: string): void;
}

const ACT: Readonly<Record<Action, (work: Work) => Promise<number>>> = {
  async plan(work) {
    const compared = await look(work);
    show(compared, work);
    work.print(planned(compared.differences, work.again));
    return 0;
  },

  async apply(work) {
    const { differences } = await look(work);
    await apply(differences, work);
    const code = concluded(await look(work), work);
    if (code === 0) work.print(`Next: npm run -s setup -- gitlab check${work.again}`);
    return code;
  },

  async check(work) {
    const found = await readSettings(work.client, work.plan);
    const { differences, ...compared } = compare(work.plan, found);
    const pipeline = await lookAtPipeline(work, found);
    const code = concluded({ ...compared, differences: [...differences, ...pipeline.differences] }, work);
    for (const each of [...pipeline.unseen, ...NOT_LOOKED_AT]) work.print(`Not looked at: ${each}.`);
    if (code === 0) work.print(`Next: ${AFTER_CHECK}.`);
    return code;
  },
};

const AFTER_CHECK =
  'include the components with check_setup: true in .gitlab-ci.yml, and start the job check-setup in the pipeline of each branch (docs/setup.md)';

/** What this command sees nothing of. */
const NOT_LOOKED_AT = [
  'files that .gitlab-ci.yml includes from elsewhere',
  'variables of groups and of the instance, which those of the project override',
  'environments that a group protects by their tier',
  'settings that you may have, such as approvals of merge requests and permissions of job tokens',
  'what the jobs reach: their roles, AWS, the runners. The job check-setup looks at that',
];

/** The pipeline of the first environment: what is wrong there is merged into the others. */
async function lookAtPipeline({ plan, client }: Work, { project, branches }: Found) {
  const [first] = plan.environments;
  const own = first !== undefined && branches.has(first.ref.name) ? first.ref.name : undefined;
  const branch = own ?? project.default_branch ?? '';
  const path = project.ci_config_path || '.gitlab-ci.yml';
  if (/[@:]/.test(path)) return { differences: [], unseen: [`${path}, which is not in this project`] };
  const file = branch === '' ? undefined : await readFileOf(client, plan.project, { path, branch });
  if (!file) return { differences: [], unseen: [`${path}, which is not on the branch ${branch} yet`] };
  return compareIncludes(plan, file);
}

async function look({ plan, client }: Work): Promise<Required<Compared>> {
  return compare(plan, await readSettings(client, plan));
}

/** How a plan ends: what apply makes, and what only a person can. */
function planned(differences: readonly Difference[], again: string): string {
  const byHand = differences.filter(({ changes }) => changes.length === 0).length;
  if (differences.length === 0) return `Nothing to do. Next: npm run -s setup -- gitlab check${again}`;
  if (byHand === differences.length)
    return `${counted(byHand)}, for a person: do what stands above, then run this again.`;
  const apart = byHand === 0 ? '' : `, ${byHand} of them for a person`;
  return `${counted(differences.length)}${apart}. Next: npm run -s setup -- gitlab apply${again}`;
}

/** Shows what is left, and says how it ends. */
function concluded(compared: Required<Compared>, work: Work): number {
  show(compared, work);
  const left = compared.differences.length;
  work.print(
    left === 0
      ? 'All of these settings are as setup.yml asks for.'
      : `${counted(left)} left. Next: do what stands above, then run this again.`,
  );
  return left === 0 ? 0 : 1;
}

/** The differences by the page of GitLab on which each is, and what is left alone. */
function show({ differences, leftAlone, notes }: Required<Compared>, { print }: Work): void {
  for (const [page, there] of Map.groupBy(differences, (each) => each.page)) {
    print(page);
    for (const each of there) for (const line of linesOf(each)) print(`  ${line}`);
  }
  if (leftAlone.length > 0) print('Left alone, because it is as good:');
  for (const each of leftAlone) print(`  ${each}`);
  for (const each of notes) print(`Look at this: ${each}.`);
}

function linesOf(difference: Difference): string[] {
  const { next } = difference;
  return [sayingOf(difference), ...(next === undefined ? [] : [`Next: ${next}.`])];
}

function counted(differences: number): string {
  return differences === 1 ? '1 difference' : `${differences} differences`;
}
