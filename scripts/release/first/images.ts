import { type Ended, type Finding, notSeen, ok, toDo, type World } from './finding.ts';
import type { Mirrored } from './mirrored.ts';

/** What was seen of the images, and those that have to be mirrored, as far as can be known. */
export interface LookedAtImages {
  readonly findings: readonly Finding[];
  readonly toMirror: readonly Mirrored[];
}

/** What a registry said of an image: its digest, that it has none, or why it was not looked at. */
type Answer = { readonly digest: string } | { readonly absent: true } | { readonly why: string; readonly next: string };

/** Whether each image lies in the registry to pull from, with the digest that .gitlab/tools.yml pins. */
export async function lookAtImages(world: World, images: readonly Mirrored[]): Promise<LookedAtImages> {
  const looked = await Promise.all(images.map(async (each) => ({ image: each, ...(await compare(world, each)) })));
  const seen = looked.flatMap(({ image, ours, source }) => ('why' in ours ? [] : [judge(image, ours, source)]));
  return {
    findings: [...seen.map(({ finding }) => finding), ...unseen(looked)],
    toMirror: looked.flatMap(({ image, ours, source }) =>
      'why' in ours || judge(image, ours, source).mirror ? [image] : [],
    ),
  };
}

async function compare(world: World, { image, copyOf }: Mirrored): Promise<{ ours: Answer; source?: string }> {
  const [ours, theirs] = await Promise.all([
    digestOf(world, image),
    copyOf === undefined ? undefined : digestOf(world, copyOf),
  ]);
  return { ours, ...(theirs && 'digest' in theirs && { source: theirs.digest }) };
}

/** A sentence for all images that one cause hides. */
function unseen(looked: readonly { image: Mirrored; ours: Answer }[]): Finding[] {
  const causes = new Map<string, { names: string[]; next: string }>();
  for (const { image, ours } of looked) {
    if (!('why' in ours)) continue;
    const known = causes.get(ours.why) ?? { names: [], next: ours.next };
    causes.set(ours.why, { ...known, names: [...known.names, image.name] });
  }
  return [...causes].map(([why, { names, next }]) => notSeen('images', `${names.join(', ')}: ${why}`, next));
}

interface Judged {
  readonly finding: Finding;
  /** Whether it has to be mirrored (again). */
  readonly mirror: boolean;
}

/** Once a digest is pinned it decides: what the source has now may be a newer build under the same tag. */
function judge(mirrored: Mirrored, answer: Exclude<Answer, { why: string }>, source: string | undefined): Judged {
  const { name, image, digest, copyOf } = mirrored;
  if ('absent' in answer)
    return { finding: toDo(name, `${image} is not there.`, 'mirror it, by the command below.'), mirror: true };
  const is = `${image} is ${answer.digest}`;
  if (digest !== undefined) return { finding: againstPinned(mirrored, is, answer.digest), mirror: false };
  if (source !== undefined && source !== answer.digest) {
    const what = `${is}, and ${copyOf} is ${source} now: it was built again since, or ours was changed.`;
    return { finding: toDo(name, what, 'mirror it again by the command below, then pin it.'), mirror: true };
  }
  const seen = source === undefined ? `, and was not compared with ${copyOf ?? 'anything'}` : `, as ${copyOf} is`;
  return {
    finding: toDo(
      name,
      `${is}${seen}. .gitlab/tools.yml does not pin it.`,
      'run sh scripts/release/pin.sh .gitlab/tools.yml, and commit.',
    ),
    mirror: false,
  };
}

function againstPinned({ name, digest }: Mirrored, is: string, found: string): Finding {
  if (digest === found) return ok(name, `${is}, as .gitlab/tools.yml says.`);
  return toDo(
    name,
    `${is}, and .gitlab/tools.yml says ${digest}.`,
    'find out who replaced it. If you did: remove the digest, then sh scripts/release/pin.sh .gitlab/tools.yml.',
  );
}

async function digestOf(world: World, image: string): Promise<Answer> {
  const ended = await world.run('crane', ['digest', image]);
  if (ended.exit === 0) return { digest: ended.out.trim() };
  if (/MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/.test(ended.error)) return { absent: true };
  const host = image.split('/')[0] ?? image;
  return { why: whyNot(host, image, ended), next: nextFor(host, ended) };
}

/** Without the image's name, so that one cause reads the same for all images. */
function whyNot(host: string, image: string, { exit, error }: Ended): string {
  if (exit === undefined) return 'not looked at, because crane is not on this machine.';
  const last = error.trim().split('\n').at(-1) ?? '';
  const repository = image.slice(host.length + 1).replace(/:[^:/]*$/, '');
  const said = last
    .replace(/^Error: /, '')
    .replace(/^fetching "[^"]*": /, '')
    .replaceAll(repository, '...');
  return `${host} could not be asked: ${said}`;
}

const INSTALL = 'install crane (go install, or the releases page of github.com/google/go-containerregistry)';

function nextFor(host: string, { exit, error }: Ended): string {
  if (exit === undefined) return `${INSTALL}, then run this again.`;
  if (/UNAUTHORIZED|DENIED|\b40[13]\b/.test(error))
    return `crane auth login ${host}, with an account that may pull, then run this again.`;
  if (/x509|certificate/.test(error))
    return `let this machine trust the certificate of ${host} (SSL_CERT_FILE), then run this again.`;
  return `check the name ${host}, the network and HTTPS_PROXY, then run this again.`;
}
