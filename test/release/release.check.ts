import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tar } from '../../scripts/tar.ts';
import { type Registry, startRegistry } from './registry.ts';
import { toolFolder } from './tools.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const tools = { crane: toolFolder('crane'), cosign: toolFolder('cosign') };
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const PIPELINE = 'https://gitlab.test/the/catalog/-/pipelines/7';

let folder: string;
let registry: Registry;
let commits = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  if (!tools.crane) return;
  registry = await startRegistry(tools.crane);
  // A base that stands for busybox: what is tested here is what becomes of it.
  const file = (text: string) => ({ content: Buffer.from(text), executable: true });
  writeFileSync(join(folder, 'base.tar'), tar(new Map([['bin/sh', file('a shell')]])));
  for (const content of ['first', 'second']) {
    writeFileSync(join(folder, `${content}.tar.gz`), gzipSync(tar(new Map([['opt/main.js', file(content)]]))));
  }
  crane('append', '--oci-empty-base', `--new_layer=${folder}/base.tar`, `--new_tag=${registry.address}/busybox:1`);
  crane('mutate', `${registry.address}/busybox:1`, '--set-platform=linux/amd64', `--tag=${registry.address}/busybox:1`);
});
afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly exit: number | null;
  readonly out: string;
  /** What a person reads in the job's log. */
  readonly log: string;
}

function run(program: string, args: readonly string[]): Ended {
  const path = [...new Set(Object.values(tools)), process.env.PATH].join(':');
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: path, HOME: folder, COSIGN_PASSWORD: 'secret', DOCKER_CONFIG: folder },
  });
  return { exit: status, out: stdout.trim(), log: stderr };
}

function crane(...args: readonly string[]): string {
  const { exit, out, log } = run('crane', args);
  if (exit !== 0) throw new Error(log);
  return out;
}

const step = (name: string, ...args: readonly string[]) =>
  run('sh', [`${repository}scripts/release/${name}.sh`, ...args]);
const tagsIn = (image: string) => crane('ls', image).split('\n').filter(Boolean);

/** Repositories of one test, with the image of a commit in it. */
function candidate(version = '1.0.0') {
  const place = `${registry.address}/test-${++commits}`;
  const [candidates, releases] = [`${place}/candidates/sagemaker-components`, `${place}/sagemaker-components`];
  const assemble = (layer = 'first', tag = COMMIT) =>
    step(
      'assemble',
      `${registry.address}/busybox:1`,
      `${layer}.tar.gz`,
      `${candidates}:${tag}`,
      ...[`version=${version}`, `revision=${tag}`, 'created=2026-11-22T09:00:00Z'],
    );
  const find = (...options: readonly string[]) =>
    step('find-tested', ...options, candidates, releases, COMMIT, version, place.replaceAll(/[/:]/g, '-'));
  const { exit, out, log } = assemble();
  if (exit !== 0) throw new Error(log);
  const tested = () => step('record-tests', candidates, COMMIT, out, PIPELINE);
  return { candidates, releases, digest: out, out: place.replaceAll(/[/:]/g, '-'), assemble, tested, find };
}

describe.skipIf(!tools.crane)('an image by commit', () => {
  it('is the base and the layer, for a user who is not root, with its labels', () => {
    const { candidates, digest } = candidate();
    const config = JSON.parse(crane('config', `${candidates}@${digest}`));
    expect(config.config).toEqual({
      User: '10001:10001',
      Cmd: ['sh'],
      Labels: {
        'org.opencontainers.image.title': 'sagemaker-components',
        'org.opencontainers.image.version': '1.0.0',
        'org.opencontainers.image.revision': COMMIT,
        'org.opencontainers.image.created': '2026-11-22T09:00:00Z',
        'org.opencontainers.image.base.name': `${registry.address}/busybox:1`,
        'org.opencontainers.image.base.digest': crane('digest', `${registry.address}/busybox:1`),
      },
    });
    expect(config.rootfs.diff_ids).toHaveLength(2);
  });

  it('is the same when it is assembled again, and is never replaced by another', () => {
    const { assemble, candidates, digest } = candidate();
    expect(assemble()).toMatchObject({ exit: 0, out: digest });
    expect(assemble('second')).toMatchObject({
      exit: 1,
      log: expect.stringContaining('is there already, with other content'),
    });
    expect(crane('digest', `${candidates}:${COMMIT}`)).toBe(digest);
  });

  it('is not put on a base whose entrypoint would swallow a script', () => {
    const base = `${registry.address}/swallows:1`;
    crane('mutate', `${registry.address}/busybox:1`, '--entrypoint=true', `--tag=${base}`);
    const ended = step('assemble', base, 'first.tar.gz', `${registry.address}/none:1`, 'version=1.0.0');
    expect(ended).toMatchObject({ exit: 1, log: expect.stringContaining('has an entrypoint') });
  });
});

describe.skipIf(!tools.crane)('before anything is published', () => {
  it('finds the image that was tested at this commit, and where', () => {
    const { tested, find, digest, out } = candidate();
    expect(tested().exit).toBe(0);
    expect(find().exit).toBe(0);
    expect(readFileSync(join(folder, out, 'digest'), 'utf8').trim()).toBe(digest);
    expect(readFileSync(join(folder, out, 'tested-in'), 'utf8').trim()).toBe(PIPELINE);
  });

  it.each<[string, string, (place: ReturnType<typeof candidate>) => Ended]>([
    [
      'a commit without an image',
      'There is no image of the commit',
      ({ candidates, releases, out }) => step('find-tested', candidates, releases, 'f'.repeat(40), '1.0.0', out),
    ],
    ['an image that never passed its tests', 'never passed its tests', ({ find }) => find()],
    [
      'an image whose digest is not the tested one',
      'is what was tested',
      ({ tested, candidates, assemble, find }) => {
        tested();
        assemble('second', 'other');
        crane('copy', `${candidates}:other`, `${candidates}:${COMMIT}`);
        return find();
      },
    ],
    [
      'a version that the commit does not have',
      'The image\'s version is "1.0.0", not "1.0.1"',
      ({ tested, candidates, releases, out }) => {
        tested();
        return step('find-tested', candidates, releases, COMMIT, '1.0.1', out);
      },
    ],
    [
      'a tag that was moved to another commit after its release',
      'is published already',
      ({ tested, candidates, releases, assemble, find }) => {
        tested();
        assemble('second', 'other');
        crane('copy', `${candidates}:other`, `${releases}:1.0.0`);
        return find();
      },
    ],
    [
      'a registry that cannot be asked',
      'could not be looked up',
      ({ releases, out }) => step('find-tested', '127.0.0.1:1/candidates', releases, COMMIT, '1.0.0', out),
    ],
    [
      'tests that ran on another image',
      'is not the image that was tested',
      ({ candidates }) => step('record-tests', candidates, COMMIT, `sha256:${'0'.repeat(64)}`, PIPELINE),
    ],
  ])('refuses %s', (_, why, attempt) => {
    const place = candidate();
    const ended = attempt(place);
    expect(ended).toMatchObject({ exit: 1, log: expect.stringMatching(/^Next: [a-z].*\.$/m) });
    expect(ended.log).toContain(why);
    expect(ended.log.match(/^ERROR /gm)).toHaveLength(1);
  });

  it('never replaces a published version', () => {
    const { candidates, releases, digest, assemble } = candidate();
    expect(step('copy', candidates, digest, releases, '1.0.0').exit).toBe(0);
    expect(step('copy', candidates, digest, releases, '1.0.0')).toMatchObject({
      exit: 0,
      log: expect.stringContaining('there already'),
    });
    const other = assemble('second', 'other').out;
    expect(step('copy', candidates, other, releases, '1.0.0')).toMatchObject({
      exit: 1,
      log: expect.stringContaining('published already'),
    });
    expect(crane('digest', `${releases}:1.0.0`)).toBe(digest);
  });

  it('writes nothing in a dry run', () => {
    const { candidates, releases, digest, find } = candidate();
    const before = tagsIn(candidates);
    expect(step('record-tests', '--dry-run', candidates, COMMIT, digest, PIPELINE).log).toContain(
      'Would run: crane mutate',
    );
    expect(find('--dry-run').exit).toBe(0);
    expect(step('copy', '--dry-run', candidates, digest, releases, '1.0.0').log).toContain('Would run: crane copy');
    expect(tagsIn(candidates)).toEqual(before);
    expect(crane('catalog', registry.address)).not.toContain(releases.replace(`${registry.address}/`, ''));
  });
});

describe.skipIf(!tools.crane)('the tools', () => {
  it('get the digests that their tags have now, once', () => {
    const image = `${registry.address}/busybox:1`;
    writeFileSync(join(folder, 'tools.yml'), `variables:\n  # The base.\n  RUNTIME_IMAGE: ${image}\n`);
    const pinned = `variables:\n  # The base.\n  RUNTIME_IMAGE: ${image}@${crane('digest', image)}\n`;
    for (let time = 0; time < 2; time++) {
      expect(step('pin', 'tools.yml').exit).toBe(0);
      expect(readFileSync(join(folder, 'tools.yml'), 'utf8')).toBe(pinned);
    }
  });
});

describe.skipIf(!tools.crane || !tools.cosign)('a release', () => {
  beforeAll(() => {
    for (const name of ['ours', 'theirs']) {
      mkdirSync(join(folder, name));
      const { exit, log } = run('cosign', ['generate-key-pair', `--output-key-prefix=${name}/cosign`]);
      if (exit !== 0) throw new Error(log);
    }
    copyFileSync(join(folder, 'ours/cosign.pub'), join(folder, 'cosign.pub'));
    const made = spawnSync(
      'tsx',
      [
        ...[
          `${repository}scripts/release/attestations.ts`,
          '--version=unreleased',
          `--digest=sha256:${'a'.repeat(64)}`,
        ],
        ...['--image=mirror/sagemaker-components', '--base=mirror/busybox:1', '--builder=mirror/node:24'],
        ...['--source=https://gitlab.test/the/catalog', `--commit=${COMMIT}`],
        ...['--created=2026-11-22T09:00:00Z', `--tested-in=${PIPELINE}`, `--out=${folder}`],
      ],
      { encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(made.stderr);
  });

  /** Up to the named step, with the arguments of the pipeline. */
  function released(until: 'copied' | 'signed' | 'published') {
    const place = candidate();
    const { candidates, releases, digest } = place;
    const steps = {
      copied: () => step('copy', candidates, digest, releases, COMMIT),
      signed: () => step('sign', `${releases}@${digest}`, 'ours/cosign.key', 'sbom.json', 'provenance.json'),
      published: () => step('copy', releases, digest, releases, '1.0.0'),
    };
    for (const [name, act] of Object.entries(steps)) {
      const { exit, log } = act();
      if (exit !== 0) throw new Error(`${name}: ${log}`);
      if (name === until) break;
    }
    return { ...place, steps, verify: () => step('verify', `${releases}:1.0.0`, digest, 'cosign.pub') };
  }

  it('can be verified and pulled by whoever has the public key', () => {
    const { releases, digest, verify } = released('published');
    expect(verify()).toMatchObject({
      exit: 0,
      log: expect.stringContaining('signed, with its SBOM and its provenance'),
    });
    expect(step('pull', `${releases}:1.0.0`, digest)).toMatchObject({ exit: 0 });
  });

  it('carries the attestations as they were written', () => {
    const { releases } = released('published');
    const predicate = (type: string): unknown => {
      const { out } = run('cosign', [
        ...[
          'verify-attestation',
          '--key=cosign.pub',
          '--insecure-ignore-tlog=true',
          `--type=${type}`,
          `${releases}:1.0.0`,
        ],
      ]);
      return JSON.parse(Buffer.from(JSON.parse(out).payload, 'base64').toString()).predicate;
    };
    const written = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
    expect(predicate('cyclonedx')).toEqual(written('sbom.json'));
    // cosign spells it so, whatever it was given.
    expect(predicate('slsaprovenance1')).toMatchObject({ runDetails: { metadata: { invocationID: PIPELINE } } });
  });

  it('can be taken up again after any step, and is the same then', () => {
    const { releases, steps, verify } = released('published');
    const tags = tagsIn(releases);
    for (const act of Object.values(steps)) expect(act().exit).toBe(0);
    expect(tagsIn(releases)).toEqual(tags);
    expect(verify().exit).toBe(0);
  });

  it('is never a version before it is signed', () => {
    const { releases, verify } = released('signed');
    expect(tagsIn(releases)).not.toContain('1.0.0');
    expect(verify()).toMatchObject({ exit: 1, log: expect.stringContaining('is not signed with this key') });
  });

  it.each<[string, string, (place: ReturnType<typeof released>) => Ended]>([
    [
      'is not signed',
      'is not signed with this key',
      ({ releases, digest, verify }) => {
        crane('copy', `${releases}:${COMMIT}`, `${releases}:1.0.0`);
        crane('delete', `${releases}:${digest.replace(':', '-')}.sig`);
        return verify();
      },
    ],
    [
      'lacks its attestations',
      'has no cyclonedx attestation',
      ({ releases, digest, verify }) => {
        crane('copy', `${releases}:${COMMIT}`, `${releases}:1.0.0`);
        crane('delete', `${releases}:${digest.replace(':', '-')}.att`);
        return verify();
      },
    ],
    [
      "is signed with somebody else's key",
      'is not signed with this key',
      ({ releases, digest }) => {
        crane('copy', `${releases}:${COMMIT}`, `${releases}:1.0.0`);
        return step('verify', `${releases}:1.0.0`, digest, 'theirs/cosign.pub');
      },
    ],
    [
      'is another image than the tested one, though signed',
      'which was tested',
      ({ releases, candidates, assemble, digest }) => {
        const other = assemble('second', 'other').out;
        step('copy', candidates, other, releases, '1.0.0');
        step('sign', `${releases}@${other}`, 'ours/cosign.key', 'sbom.json', 'provenance.json');
        return step('verify', `${releases}:1.0.0`, digest, 'cosign.pub');
      },
    ],
    [
      'cannot be checked, for want of a public key',
      'There is no public key',
      ({ releases, digest }) => step('verify', `${releases}:${COMMIT}`, digest, 'nowhere.pub'),
    ],
    [
      'is not in the registry that users pull from',
      'is nothing, and should be',
      ({ releases, digest }) => step('pull', `${releases}:9.9.9`, digest),
    ],
  ])('does not reach the catalog when the image %s', (_, why, attempt) => {
    const ended = attempt(released('signed'));
    expect(ended).toMatchObject({ exit: 1, log: expect.stringMatching(/^Next: [a-z].*\.$/m) });
    expect(ended.log).toContain(why);
  });

  it('can be signed again with another key, and then be checked with that', () => {
    const { releases, digest, verify } = released('published');
    const check = () => step('verify', `${releases}:1.0.0`, digest, 'theirs/cosign.pub');
    expect(check().exit).toBe(1);
    expect(verify().exit).toBe(0);
    const again = ['sbom.json', 'provenance.json'];
    expect(step('sign', `${releases}@${digest}`, 'theirs/cosign.key', ...again).exit).toBe(0);
    expect(check().exit).toBe(0);
  });

  it('can be signed again without what is attached, by the command of docs/release.md', () => {
    const { releases, digest } = released('published');
    const command = /^cosign (sign .*)<image>@<digest>$/m.exec(
      readFileSync(`${repository}docs/release.md`, 'utf8'),
    )?.[1];
    const words = command?.trim().replace('cosign.key', 'theirs/cosign.key').split(' ') ?? [];
    expect(run('cosign', [...words, `${releases}@${digest}`]).exit).toBe(0);
    expect(
      run('cosign', ['verify', '--key=theirs/cosign.pub', '--insecure-ignore-tlog=true', `${releases}:1.0.0`]).exit,
    ).toBe(0);
  });

  it('is rehearsed with a key of its own, and leaves nothing in the registry', () => {
    const { releases, digest } = released('copied');
    const rehearsed = step(
      'sign',
      '--dry-run',
      `${releases}@${digest}`,
      'theirs/cosign.key',
      'sbom.json',
      'provenance.json',
    );
    expect(rehearsed.exit).toBe(0);
    expect(tagsIn(releases)).toEqual([COMMIT]);
    expect(step('verify', '--dry-run', `${releases}:1.0.0`, digest, 'cosign.pub')).toMatchObject({ exit: 0 });
  });

  it('can be carried to a registry without a way out, with all that is attached', () => {
    const { releases } = released('published');
    const there = `${releases}-elsewhere:1.0.0`;
    const carry = (...args: readonly string[]) => run('cosign', args).exit;
    expect(carry('save', '--dir=carried', `${releases}:1.0.0`)).toBe(0);
    expect(carry('load', '--dir=carried', there)).toBe(0);
    expect(step('verify', there, crane('digest', there), 'cosign.pub').exit).toBe(0);
  });
});

describe.skipIf(!tools.crane)('a registry that wants to know who asks', () => {
  it.each([
    ['is answered from DOCKER_AUTH_CONFIG', 'job:secret', 'There is no image of the commit'],
    ['is no registry without the image', 'job:wrong', 'could not be looked up'],
  ])('%s', async (_, user, said) => {
    const expected = `Basic ${Buffer.from('job:secret').toString('base64')}`;
    const server = createServer(({ headers }, response) => {
      const known = headers.authorization === expected;
      response.writeHead(known ? 404 : 401, { 'www-authenticate': 'Basic realm="registry"' });
      response.end(JSON.stringify({ errors: [{ code: known ? 'MANIFEST_UNKNOWN' : 'UNAUTHORIZED', message: 'no' }] }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const host = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
    const auths = { [host]: { auth: Buffer.from(user).toString('base64') } };
    const script = [
      `${repository}scripts/release/find-tested.sh`,
      `${host}/candidates/image`,
      `${host}/image`,
      COMMIT,
      '1.0.0',
      'auth',
    ];
    const env = {
      PATH: `${tools.crane}:${process.env.PATH}`,
      HOME: folder,
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths }),
    };
    const log = await new Promise<string>(
      (resolve) => void execFile('sh', script, { cwd: folder, env }, (_e, _o, err) => resolve(err)),
    );
    server.close();
    expect(log).toContain(said);
    expect(log).not.toContain('secret');
  });
});
