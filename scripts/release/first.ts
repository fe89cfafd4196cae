import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { addressesIn } from './addresses.ts';
import type { Answers } from './first/answers.ts';
import { compareAddresses } from './first/catalog.ts';
import type { Finding, World } from './first/finding.ts';
import { lookAtGitLab } from './first/gitlab.ts';
import { later, layout, logins, mirroring, npmProxy, type Part, releasing, signingKey } from './first/guide.ts';
import { lookAtImages } from './first/images.ts';
import { lookAtKey } from './first/key.ts';
import { type Mirrored, mirroredImages } from './first/mirrored.ts';
import { lookAtNpm, packageToTry } from './first/npm.ts';

const toolsSchema = z.object({ variables: z.record(z.string(), z.string()) });

/** What a first release needs: what was seen of it, and what is to do, in the order in which it is done. */
export interface FirstRelease {
  readonly findings: readonly Finding[];
  readonly parts: readonly Part[];
}

/** Looks at everything that can be looked at from here. Writes nothing. */
export async function firstRelease(world: World, answers: Answers): Promise<FirstRelease> {
  const read = (path: string) => readFileSync(join(world.folder, path), 'utf8');
  const stated = addressesIn(read('catalog.yml'));
  const tools = toolsSchema.parse(parse(read('.gitlab/tools.yml'))).variables;
  const images = mirroredImages(tools, { stated: stated.pull, pull: answers.pull, publish: answers.publish });
  const [ofImages, ofNpm, ofKey, ofGitLab] = await Promise.all([
    lookAtImages(world, images),
    lookAtNpm(world, answers.npm, packageToTry(read('package-lock.json'))),
    lookAtKey(world),
    lookAtGitLab(world, answers),
  ]);
  const findings = [...compareAddresses(stated, answers), ...ofImages.findings, ofNpm, ...ofKey, ...ofGitLab];
  return { findings, parts: partsOf(answers, ofImages.toMirror, findings) };
}

/** What is seen to hold is not told to do again. */
function partsOf(answers: Answers, toMirror: readonly Mirrored[], findings: readonly Finding[]): Part[] {
  const open = (...about: readonly string[]) =>
    findings.some((each) => each.is !== 'ok' && ['project', 'variables', ...about].includes(each.about));
  return [
    ...(toMirror.length > 0 || open('DOCKER_AUTH_CONFIG', 'RELEASE_AUTH_CONFIG')
      ? [layout(answers), logins(answers)]
      : []),
    ...(toMirror.length > 0 ? [mirroring(toMirror)] : []),
    ...(open('npm registry', 'NPM_CONFIG_REGISTRY') ? [npmProxy(answers)] : []),
    ...(open('cosign.pub', 'private key', 'COSIGN_KEY', 'COSIGN_PASSWORD') ? [signingKey(answers)] : []),
    releasing('1.0.0'),
    ...later(answers),
  ];
}
