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

/** The images of .gitlab/tools.yml, as they lie in the registries that catalog.yml names. Unknown tools are refused. */
export function mirroredImages(
  tools: Readonly<Record<string, string>>,
  { pull, publish }: { readonly pull: string; readonly publish: string },
): Mirrored[] {
  return Object.entries(tools).map(([name, reference]) => {
    const source = SOURCES[name];
    if (!source)
      throw new Error(`.gitlab/tools.yml has ${name}: say in scripts/release/first/mirrored.ts whence it comes.`);
    const [image = '', digest] = reference.split('@');
    const own = image.slice(pull.length + 1);
    const tag = image.slice(image.lastIndexOf(':') + 1);
    const from = `${source.image}:${tag.slice(0, tag.length - source.suffix.length)}`;
    const target = `${publish}/${own}`;
    const base = tools.RUNTIME_IMAGE ?? '';
    return {
      name,
      image,
      digest,
      copyOf: source.program === undefined ? from : undefined,
      commands:
        source.program === undefined ? [`crane copy ${from} ${target}`] : putOnto(base, from, source.program, target),
    };
  });
}

function putOnto(base: string, from: string, program: string, target: string): string[] {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return [
    `crane export ${from} - | tar -x ${program}`,
    `mkdir -p usr/local/bin && mv ${program} usr/local/bin/ && tar -cf ${name}.tar usr`,
    `crane append --platform linux/amd64 --base ${base} --new_layer ${name}.tar --new_tag ${target}`,
  ];
}
