/** Where a tool of .gitlab/tools.yml comes from, and how its own tags differ from ours. */
interface Source {
  readonly image: string;
  /** What we put behind the source's tag. */
  readonly suffix: string;
  /** The tool has no shell, so only its program is taken, onto RUNTIME_IMAGE. */
  readonly program?: string;
}

const SOURCES: Readonly<Record<string, Source>> = {
  NODE_IMAGE: { image: 'docker.io/library/node', suffix: '' },
  RUNTIME_IMAGE: { image: 'docker.io/library/busybox', suffix: '' },
  CRANE_IMAGE: { image: 'gcr.io/go-containerregistry/crane/debug', suffix: '-debug' },
  COSIGN_IMAGE: { image: 'gcr.io/projectsigstore/cosign', suffix: '-busybox', program: 'ko-app/cosign' },
  GLAB_IMAGE: { image: 'registry.gitlab.com/gitlab-org/cli', suffix: '' },
};

/** One image of .gitlab/tools.yml. */
export interface Mirrored {
  readonly name: string;
  /** From where the pipeline pulls it, with its tag and without a digest. */
  readonly image: string;
  readonly digest: string | undefined;
  /** The image that it is a copy of; nothing when it is put together here. */
  readonly copyOf: string | undefined;
  /** What mirrors it. */
  readonly commands: readonly string[];
}

/** The registries: from which .gitlab/tools.yml pulls now, and those that the images should lie in. */
export interface Registries {
  readonly stated: string;
  readonly pull: string;
  readonly publish: string;
}

/** The images of .gitlab/tools.yml, where they should lie. One whose source nobody named is refused. */
export function mirroredImages(tools: Readonly<Record<string, string>>, registries: Registries): Mirrored[] {
  const ownOf = (reference: string) => reference.replace(/@.*/, '').slice(registries.stated.length + 1);
  const base = `${registries.pull}/${ownOf(tools.RUNTIME_IMAGE ?? '')}`;
  return Object.entries(tools).map(([name, reference]) => {
    const own = ownOf(reference);
    const { program, from } = sourceOf(name, own);
    const target = `${registries.publish}/${own}`;
    return {
      name,
      image: `${registries.pull}/${own}`,
      digest: reference.split('@')[1],
      copyOf: program === undefined ? from : undefined,
      commands: program === undefined ? [`crane copy ${from} ${target}`] : putOnto(base, from, program, target),
    };
  });
}

function sourceOf(name: string, own: string): { from: string; program: string | undefined } {
  const source = SOURCES[name];
  const tag = own.slice(own.lastIndexOf(':') + 1);
  if (!source || !tag.endsWith(source.suffix))
    throw new Error(`.gitlab/tools.yml has ${name}: say in scripts/release/first/mirrored.ts where ${own} comes from.`);
  return { from: `${source.image}:${tag.slice(0, tag.length - source.suffix.length)}`, program: source.program };
}

function putOnto(base: string, from: string, program: string, target: string): string[] {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return [
    `crane export ${from} - | tar -x ${program}`,
    `mkdir -p usr/local/bin && mv ${program} usr/local/bin/ && tar -cf ${name}.tar usr`,
    `crane append --platform linux/amd64 --base ${base} --new_layer ${name}.tar --new_tag ${target}`,
  ];
}
