import type { Answers } from './answers.ts';
import type { Mirrored } from './mirrored.ts';

/** A part of what is to do: a heading, and lines to read or to run. */
export interface Part {
  readonly heading: string;
  readonly lines: readonly string[];
}

const hostOf = (registry: string) => registry.split('/')[0] ?? registry;

/** How the repositories may lie in Nexus, and what the two accounts of the pipeline may do. */
export function layout({ pull, publish, npm }: Answers): Part {
  return {
    heading: 'Repositories, for example in Nexus',
    lines: [
      `${publish}: docker (hosted), what is pushed`,
      '  sagemaker-components              releases: never replaced, never cleaned up',
      '  candidates/sagemaker-components   images by commit: cleaned up after 90 days',
      '  library/node, library/busybox     what the image is made with and stands on',
      '  tools/crane, tools/cosign, tools/glab',
      `${pull}: docker (group) of the repository above, what runners pull`,
      new URL(npm).host === 'registry.npmjs.org'
        ? `${npm}: the runners have to reach it`
        : `${npm}: npm (proxy) of https://registry.npmjs.org`,
    ],
  };
}

/** The text of the two variables with which the pipeline logs in. */
export function logins({ pull, publish }: Answers): Part {
  const hosts = [...new Set([pull, publish].map(hostOf))];
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth: '<base64 of user:password>' }]));
  return {
    heading: "Logins: two accounts, each as the text of Docker's config.json",
    lines: [
      ...JSON.stringify({ auths }, undefined, 2).split('\n'),
      // Never as words of a command: the shell would keep the password in its history.
      ...hosts.map((host) => `DOCKER_CONFIG=login crane auth login ${host} --username USER --password-stdin`),
      '# reads the password until Ctrl-D, and writes login/config.json: the text of a variable. Then rm -r login.',
      'DOCKER_AUTH_CONFIG    may pull, and push to candidates/. Not protected: every branch uses it.',
      'RELEASE_AUTH_CONFIG   may also push to sagemaker-components. Protected.',
    ],
  };
}

/** What mirrors the images that are not known to be there. */
export function mirroring(images: readonly Mirrored[]): Part {
  return {
    heading: 'Images to mirror',
    lines: [
      ...images.flatMap(({ name, commands }) => [`# ${name}`, ...commands]),
      '# then write the digests that they have now into .gitlab/tools.yml',
      'sh scripts/release/pin.sh .gitlab/tools.yml',
    ],
  };
}

/** The registry from which jobs that run npm ci install. */
export function npmProxy({ npm }: Answers): Part {
  const path = npm.replace(/^https?:/, '');
  return {
    heading: 'npm, for the jobs that run npm ci (check, test, layer, ready and attestations)',
    lines: [
      `NPM_CONFIG_REGISTRY     ${npm}`,
      'If it wants a login: NPM_CONFIG_USERCONFIG, a variable of type file, with the line',
      `  ${path.endsWith('/') ? path : `${path}/`}:_auth=<base64 of user:password>`,
    ],
  };
}

/** Making the key, and telling everybody its public half. */
export function signingKey({ key }: Answers): Part {
  const made =
    key === 'file'
      ? [
          'cosign generate-key-pair   # asks for a password; writes cosign.key and cosign.pub',
          'COSIGN_KEY        the content of cosign.key: type file, protected',
          'COSIGN_PASSWORD   its password: masked, protected',
          'rm cosign.key     # after a copy is in the vault of the team',
        ]
      : [
          `cosign generate-key-pair --kms ${key}   # writes cosign.pub; the private half never leaves the KMS`,
          `COSIGN_KEY   ${key}: protected. The role of the runner may sign with it.`,
          `cosign public-key --key ${key} | diff - cosign.pub   # both are of one key`,
        ];
  return {
    heading: 'The signing key',
    lines: [...made, 'git add cosign.pub   # in a merge request: users check signatures with it'],
  };
}

/** The variables of the project, all of which the checks look for. */
export function releasing(version: string): Part {
  return {
    heading: 'The release',
    lines: [
      `npm run release -- ${version} --dry-run   # on the default branch, when its pipeline is green`,
      `npm run release -- ${version}`,
    ],
  };
}

/** What comes up later, and is better known before. */
export function later({ key }: Answers): readonly Part[] {
  return [
    {
      heading: 'Later: another signing key, each year or when somebody leaves',
      lines: [
        'Finish open releases first: a tag is verified with the cosign.pub of its own commit.',
        key === 'file'
          ? 'cosign generate-key-pair'
          : `cosign generate-key-pair --kms ${key}-2   # and a new alias in COSIGN_KEY`,
        'Commit cosign.pub and change COSIGN_KEY together, then release the next version.',
        'git show 1.4.2:cosign.pub   # the key of a version from before; it stays valid',
        'If others know the old key: sign the versions that are in use again, and tell their users (docs/release.md).',
      ],
    },
    {
      heading: 'Later: a patch for an older minor version, such as 1.4.3 after 1.6.0',
      lines: [
        "git push origin '1.4.2^{}:refs/heads/release/1.4'   # once; protect release/* like the default branch",
        'Fix it on the default branch, then git cherry-pick -x onto a branch of release/1.4, and merge that.',
        'npm run release -- 1.4.3   # on release/1.4, when its pipeline is green',
        '@1 stays 1.6.0: GitLab takes the highest version. Who includes @1.4 gets 1.4.3.',
      ],
    },
  ];
}
