import { changesIn } from './notes.ts';

/** What is asked about the repository before a version is tagged. */
export interface Repository {
  /** package.json's, and package-lock.json's. */
  readonly versions: readonly string[];
  readonly changelog: string;
  /** Component -> the release that brings it, as catalog.yml says. */
  readonly since: Readonly<Record<string, string>>;
  /** Tool -> image, as .gitlab/tools.yml says. */
  readonly tools: Readonly<Record<string, string>>;
  readonly publicKey: boolean;
  /** Files that are changed and not committed. */
  readonly changed: readonly string[];
  readonly commit: string;
  /** The default branch's commit, on the server. */
  readonly main: string | undefined;
  /** Branch -> commit, on the server. */
  readonly branches: Readonly<Record<string, string>>;
  /** Tag -> commit, on the server and here. */
  readonly tags: Readonly<Record<string, string>>;
  readonly pagesCurrent: boolean;
  /** "answered", or what git said instead. */
  readonly server: string;
}

export interface Problem {
  readonly what: string;
  readonly next: string;
}

export interface Intent {
  /** `1.4.0`, or `unreleased` for what is yet to get a number. */
  readonly version: string;
  /** Whether the tag is there already, because its own pipeline asks. */
  readonly tagged: boolean;
}

/** Everything that must hold before a version is tagged, and again before its pipeline publishes. All problems at once. */
export function problemsOf(repository: Repository, { version, tagged }: Intent): Problem[] {
  if (version === 'unreleased') return always(repository);
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) {
    return [{ what: `"${version}" is no version.`, next: 'name one like 1.4.0, or 1.4.0-rc.1, without a v.' }];
  }
  return [
    ...always(repository),
    ...numbers(repository, version),
    ...(tagged ? tagProblems(repository, version) : untaggedProblems(repository, version)),
    ...releasable(repository),
  ];
}

function always({ changelog, since, tags, pagesCurrent, server }: Repository): Problem[] {
  const future = Object.entries(since).filter(([, each]) => tags[each] === undefined);
  const numbered = new Set(future.map(([, each]) => each));
  return [
    ...when(
      server !== 'answered',
      `The server could not be asked for its tags: ${server}`,
      'let the remote origin be the project on GitLab, and reachable.',
    ),
    ...when(!pagesCurrent, 'The generated pages are not current.', 'run npm run docs, and commit what it changed.'),
    ...when(
      numbered.size > 1,
      `catalog.yml promises components for several releases that are not there: ${[...numbered].join(', ')}.`,
      'give every new component the version of the next release as its "since".',
    ),
    ...when(
      changelog.split(/^## /m).length < 2,
      'CHANGELOG.md has no heading for a version.',
      'add "## Unreleased" and what changes for users.',
    ),
  ];
}

function numbers({ versions, changelog, since, tags }: Repository, version: string): Problem[] {
  const stated = versions.filter((each) => each !== version);
  const late = Object.entries(since).filter(([, each]) => each !== version && tags[each] === undefined);
  return [
    ...when(
      stated.length > 0,
      `package.json and package-lock.json say ${[...new Set(stated)].join(' and ')}.`,
      `run npm version ${version} --no-git-tag-version, and commit.`,
    ),
    ...when(
      !changesIn(changelog, version),
      `CHANGELOG.md says nothing of ${version}.`,
      `rename its heading "Unreleased" to "${version}", and commit.`,
    ),
    ...when(
      late.length > 0,
      `catalog.yml says ${late.map(([name, each]) => `${name} since ${each}`).join(', ')}, which is no release.`,
      `write since: ${version}, and commit.`,
    ),
  ];
}

function untaggedProblems({ tags, changed, commit, main, branches }: Repository, version: string): Problem[] {
  const patches = patchBranch(version);
  return [
    ...when(
      tags[version] !== undefined,
      `The tag ${version} is there already, at ${tags[version]}.`,
      'release the next version: a tag is never moved or deleted once its pipeline has published.',
    ),
    ...when(
      changed.length > 0,
      `The work tree is not clean: ${changed.join(', ')}.`,
      'commit or remove what is changed.',
    ),
    ...when(
      main !== commit && branches[patches] !== commit,
      `This commit, ${commit}, is neither the default branch's on the server, ${main ?? 'which was not found'}, nor that of ${patches}.`,
      'merge, pull the branch, and wait until its pipeline is green: a tag releases what was tested there.',
    ),
  ];
}

/** The branch from which patches of an older minor version are released: `release/1.4`. */
function patchBranch(version: string): string {
  return `release/${version.split('.').slice(0, 2).join('.')}`;
}

function tagProblems({ tags, commit }: Repository, version: string): Problem[] {
  return when(
    tags[version] !== commit,
    `The tag ${version} is ${tags[version] === undefined ? 'not on the server' : `at ${tags[version]}`}, and this is ${commit}.`,
    'put the tag back where it was, and start its pipeline.',
  );
}

function releasable({ tools, publicKey }: Repository): Problem[] {
  const loose = Object.entries(tools).filter(([, image]) => !/@sha256:[a-f0-9]{64}$/.test(image));
  return [
    ...when(
      loose.length > 0,
      `These tools have no digest in .gitlab/tools.yml: ${loose.map(([name]) => name).join(', ')}.`,
      'run sh scripts/release/pin.sh .gitlab/tools.yml where crane can reach the mirror, and commit.',
    ),
    ...when(
      !publicKey,
      'There is no cosign.pub, with which users check the signature.',
      'commit the public half of the signing key as cosign.pub (docs/release.md).',
    ),
  ];
}

function when(holds: boolean, what: string, next: string): Problem[] {
  return holds ? [{ what, next }] : [];
}
