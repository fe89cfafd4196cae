import * as z from 'zod/mini';
import { askPatiently, type GitLabReader, type Told } from './patience.ts';

/** From which commit to which; without the first, only the last one itself. */
export interface CommitRange {
  readonly from: string | undefined;
  readonly to: string;
}

/** Somebody behind a change. */
interface PersonBehind {
  /** The number of their account. */
  readonly id: string;
  readonly login: string;
}

/** The people behind commits: who merged them, and who opened their merge requests. */
export interface PeopleBehind {
  /** How many commits these are. */
  readonly commits: number;
  readonly merged: readonly PersonBehind[];
  readonly authors: readonly PersonBehind[];
}

/** As many commits as anybody asks about one by one. */
const MOST_COMMITS = 500;
/** As many items of a list as are read: of a longer one, the rest is not known. */
const MOST_ITEMS = MOST_COMMITS;
/** How many are asked about at once. */
const AT_ONCE = 4;
/** How many GitLab lists at once: at most 100 (https://docs.gitlab.com/api/rest/#pagination). A merge request may have a long description. */
const PAGES = { commits: 100, requests: 20 } as const;

const commitList = () => z.array(z.object({ id: z.string().check(z.regex(/^[0-9a-f]{40,64}$/)) }));
const person = () => z.object({ id: z.int(), username: z.string() });
const mergeRequestList = () =>
  z.array(
    z.object({
      iid: z.int(),
      state: z.string(),
      project_id: z.int(),
      target_branch: z.string(),
      author: z.nullish(person()),
      merge_user: z.nullish(person()),
    }),
  );

type Merged = z.output<ReturnType<typeof mergeRequestList>>[number];

const unclear = (why: string) => ({ is: 'not told', because: 'nonsense', why }) as const;

/**
 * The people behind commits, by the merge requests of each (https://docs.gitlab.com/api/commits/). A commit that no merge request of
 * this project brought was pushed by somebody: then nobody knows all of them, and nothing is told. `merged` are commits of the job's
 * own branch: one that came by a merge request into another branch alone was pushed here.
 */
export async function peopleBehind(
  range: CommitRange,
  merged: readonly string[],
  reader: GitLabReader,
): Promise<Told<PeopleBehind>> {
  const between = range.from === undefined ? told([]) : await commitsIn(range, reader);
  if (between.is === 'not told') return between;
  const commits = [...new Set([...between.value, range.to, ...merged])];
  if (commits.length > MOST_COMMITS)
    return unclear(`there are more than ${MOST_COMMITS} commits since the version that is live`);
  const requests: Merged[] = [];
  for (let at = 0; at < commits.length; at += AT_ONCE) {
    const found = await Promise.all(
      commits.slice(at, at + AT_ONCE).map((commit) => mergedOf(commit, merged.includes(commit), reader)),
    );
    for (const each of found) {
      if (each.is === 'not told') return each;
      requests.push(...each.value);
    }
  }
  return peopleOfRequests(requests, commits.length);
}

const told = <Value>(value: Value) => ({ is: 'told', value }) as const;

/**
 * The commits after one, up to another. Of a commit that it does not know, GitLab lists nothing: that one is older than the other is
 * believed only where GitLab lists the commits between them the other way round.
 */
async function commitsIn({ from = '', to }: CommitRange, reader: GitLabReader): Promise<Told<readonly string[]>> {
  if (from === to) return told([]);
  const newer = await listed(from, to, reader);
  if (newer.is === 'not told' || newer.value.includes(to)) return newer;
  const older = await listed(to, from, reader);
  if (older.is === 'not told') return older;
  if (older.value.includes(from)) return told([]);
  return unclear(`GitLab lists no commits from ${from.slice(0, 12)} to ${to.slice(0, 12)}`);
}

async function listed(from: string, to: string, reader: GitLabReader): Promise<Told<readonly string[]>> {
  const all = await everyPage(
    `/repository/commits?ref_name=${from}..${to}`,
    { schema: commitList(), size: PAGES.commits },
    reader,
  );
  return all.is === 'told' ? told(all.value.map(({ id }) => id)) : all;
}

/** The merge requests of this project by which a commit came, also to the job's branch; nothing is told where there is none. */
async function mergedOf(commit: string, isHere: boolean, reader: GitLabReader): Promise<Told<Merged[]>> {
  const list = { schema: mergeRequestList(), size: PAGES.requests };
  const all = await everyPage(`/repository/commits/${commit}/merge_requests?state=merged`, list, reader);
  if (all.is === 'not told') return all;
  if (all.value.length > MOST_ITEMS)
    return unclear(`the commit ${commit.slice(0, 12)} came by more than ${MOST_ITEMS} merge requests`);
  const { projectId, ref, refType } = reader.job;
  const own = all.value.filter(({ state, project_id }) => state === 'merged' && String(project_id) === projectId);
  const short = commit.slice(0, 12);
  if (own.length === 0)
    return unclear(`the commit ${short} came by no merge request of this project: somebody pushed it`);
  if (isHere && refType === 'branch' && !own.some(({ target_branch }) => target_branch === ref))
    return unclear(`the commit ${short} came by no merge request into ${ref}: somebody pushed it there`);
  return told(own);
}

/** Every page of a list: the next one is asked for while the last one was full. It ends when it has more than MOST_ITEMS. */
async function everyPage<Item>(
  below: string,
  { schema, size }: { readonly schema: z.ZodMiniType<Item[]>; readonly size: number },
  reader: GitLabReader,
): Promise<Told<Item[]>> {
  const all: Item[] = [];
  for (let page = 1; all.length <= MOST_ITEMS; page++) {
    const answer = await askPatiently(`${below}&per_page=${size}&page=${page}`, reader);
    if (answer.is === 'not told') return answer;
    const parsed = schema.safeParse(answer.value);
    if (!parsed.success) return unclear('GitLab gave something that is no such list');
    all.push(...parsed.data);
    if (parsed.data.length < size) break;
  }
  return told(all);
}

function peopleOfRequests(requests: readonly Merged[], commits: number): Told<PeopleBehind> {
  const people = { merged: new Map<string, PersonBehind>(), authors: new Map<string, PersonBehind>() };
  for (const { iid, author, merge_user: merger } of requests) {
    if (!isSomebody(author)) return unclear(`GitLab does not tell who opened the merge request !${iid}`);
    if (!isSomebody(merger)) return unclear(`GitLab does not tell who merged the merge request !${iid}`);
    people.authors.set(String(author.id), { id: String(author.id), login: author.username });
    people.merged.set(String(merger.id), { id: String(merger.id), login: merger.username });
  }
  return told({ commits, merged: [...people.merged.values()], authors: [...people.authors.values()] });
}

/** What deleted users did is told of one who stands for all of them (https://docs.gitlab.com/user/profile/account/delete_account/). */
function isSomebody<Person extends { readonly username: string }>(person: Person | null | undefined): person is Person {
  return person != null && !/^ghost\d*$/i.test(person.username);
}
