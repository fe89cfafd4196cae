import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GitLab, type GitLabTrouble, startGitLab } from '../../emulator/gitlab.ts';
import { fileOfCommit, fileOfPipeline } from '../../src/gitlab/commit-file.ts';
import { Failure } from '../../src/ground/failure.ts';
import { projectFolder } from '../components/job.ts';
import { JOB } from './job.ts';

const COMMIT = 'c'.repeat(40);
const FILE = 'serving/endpoint.yml';
const BINARY = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0, 0xff, 0xfe, 0x0d, 0x0a]);
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12\n`;

/** A GitLab that has the file in the commit, and a work tree in which an artifact lies over it. */
async function scene() {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  gitlab.commit(COMMIT, { [FILE]: 'of: the commit', 'request.npy': BINARY, 'model.bin': POINTER });
  const root = projectFolder();
  mkdirSync(join(root, 'serving'));
  writeFileSync(join(root, FILE), 'of: the work tree');
  const lines: string[] = [];
  const job = { ...JOB, verified: true, commit: COMMIT, server: gitlab.url };
  const reader = (more: Partial<typeof job>, env: Record<string, string>) => ({
    ...{ job: { ...job, ...more }, env, root },
    log: (line: string) => void lines.push(line),
  });
  const bytes = (file: string, maxBytes = 100) =>
    fileOfCommit({ input: 'payload_file', file, maxBytes }, reader({}, tokenOf(gitlab)));
  const read = async (more: Partial<typeof job> = {}, file = FILE, env = tokenOf(gitlab)) => {
    const named = { input: 'endpoint_file', file, otherwise: 'leave it empty' };
    return (await fileOfCommit(named, reader(more, env))).toString('utf8');
  };
  const readOrArtifact = async (file: string) =>
    (await fileOfPipeline({ input: 'definition_file', file }, reader({}, tokenOf(gitlab)))).toString('utf8');
  return { gitlab, root, read, bytes, readOrArtifact, lines };
}

const tokenOf = ({ jobToken }: GitLab): Record<string, string> => ({ CI_JOB_TOKEN: jobToken });

async function refusal(reading: Promise<unknown>): Promise<Failure> {
  const thrown = await reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown instanceof Failure ? thrown : expect.fail(`It was not refused: ${String(thrown)}`);
}

describe('a file of the project that decides', () => {
  it('is that of the commit, whatever an artifact put in its place', async () => {
    const { gitlab, read, lines } = await scene();
    expect(await read()).toBe('of: the commit');
    expect(await read({}, `./serving//endpoint.yml`)).toBe('of: the commit');
    expect(gitlab.asked[0]).toBe(`/api/v4/projects/42/repository/files/serving%2Fendpoint.yml/raw?ref=${COMMIT}`);
    expect(lines).toEqual([]);
  });

  it('is that of the work tree where no id_token tells the commit, and the log says so', async () => {
    const { gitlab, read, lines } = await scene();
    expect(await read({ verified: false })).toBe('of: the work tree');
    expect(lines).toEqual([`${FILE} is the one of the work tree: without an id_token, nobody knows the commit.`]);
    expect(gitlab.asked).toEqual([]);
  });

  it('is asked for with the way to have it, where nobody knows the commit and the job does not fetch the project', async () => {
    const { read } = await scene();
    const { next } = await refusal(read({ verified: false }, 'other.yml', { GIT_STRATEGY: 'empty' }));
    expect(next).toContain('or set GIT_STRATEGY: fetch under variables: of this job');
  });

  it('is what the commit has, byte for byte', async () => {
    const { bytes } = await scene();
    expect(await bytes('request.npy')).toEqual(BINARY);
  });

  it('is not too large for what it is for', async () => {
    const { bytes } = await scene();
    const refused = await refusal(bytes('request.npy', 10));
    expect(refused).toMatchObject({ code: 'SMC-1002', exitCode: 64 });
    expect(refused.message).toContain('it has more than 10 bytes, the most that are accepted');
  });

  it('is not a pointer of Git LFS', async () => {
    const { bytes } = await scene();
    expect(await refusal(bytes('model.bin', 1000))).toMatchObject({ code: 'SMC-1012', exitCode: 64 });
  });

  it('is that of an earlier job only where it may be, and where the commit has none', async () => {
    const { root, lines, readOrArtifact } = await scene();
    writeFileSync(join(root, 'rendered.json'), '{}');
    expect(await readOrArtifact('rendered.json')).toBe('{}');
    expect(lines).toEqual(['rendered.json is not in the commit: it is what an earlier job of this pipeline wrote.']);
    expect(await refusal(readOrArtifact(FILE))).toMatchObject({ code: 'SMC-1013', exitCode: 1 });
    writeFileSync(join(root, FILE), 'of: the commit');
    expect(await readOrArtifact(FILE)).toBe('of: the commit');
  });

  it('is missing where the commit does not have it', async () => {
    const { read } = await scene();
    expect(await refusal(read({}, 'other.yml'))).toMatchObject({ code: 'SMC-1009', exitCode: 64 });
  });

  it.each(['/etc/passwd', '../other/endpoint.yml', 'serving/../../x'])(
    'is not outside the project: %s',
    async (file) => {
      const { gitlab, read } = await scene();
      expect(await refusal(read({}, file))).toMatchObject({ code: 'SMC-1002', exitCode: 64 });
      expect(gitlab.asked).toEqual([]);
    },
  );

  it.each<[GitLabTrouble, code: string, exit: number, why: string]>([
    ['unauthorized', 'SMC-1011', 77, 'HTTP 401'],
    ['forbidden', 'SMC-1011', 77, 'HTTP 403'],
    ['project hidden', 'SMC-1011', 77, 'HTTP 404'],
    ['throttled', 'SMC-1010', 75, 'HTTP 429'],
    ['internal error', 'SMC-1010', 75, 'HTTP 500'],
    ['bad gateway', 'SMC-1010', 75, 'HTTP 502'],
    ['sign-in page', 'SMC-1010', 75, 'the answer is a page in HTML'],
    ['redirected', 'SMC-1010', 75, 'HTTP 302'],
  ])('is unknown, and nothing else counts, where GitLab answers: %s', async (kind, code, exitCode, why) => {
    const { gitlab, read } = await scene();
    gitlab.trouble(kind);
    const refused = await refusal(read());
    expect(refused).toMatchObject({ code, exitCode });
    expect(refused.message).toContain(why);
    expect(gitlab.asked).toHaveLength(1);
  });

  it('is unknown of a commit that GitLab does not have, and where the connection breaks', async () => {
    const { gitlab, read } = await scene();
    expect(await refusal(read({ commit: 'd'.repeat(40) }))).toMatchObject({ code: 'SMC-1011' });
    await gitlab.close();
    expect(await refusal(read())).toMatchObject({ code: 'SMC-1010' });
  });

  it.each([
    ['there is none', {}, 'this job has no CI_JOB_TOKEN'],
    ['it has the older form', { CI_JOB_TOKEN: 'glcbt-64_abcdef' }, 'does not say that it is of'],
  ])('is asked for by no job token where %s', async (_, env, why) => {
    const { gitlab, read } = await scene();
    const refused = await refusal(read({}, FILE, env));
    expect(refused).toMatchObject({ code: 'SMC-1011', exitCode: 77 });
    expect(refused.message).toContain(why);
    expect(gitlab.asked).toEqual([]);
  });
});
