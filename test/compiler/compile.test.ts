import { describe, expect, it } from 'vitest';
import { type Catalog, compilePipeline, PipelineError } from '../../compiler/compile.ts';
import { type Mapping, readConfigFile, writeYaml } from '../../compiler/document.ts';
import { type Case, cases, commit } from './cases.ts';

const fqdn = 'sgts.gitlab-dedicated.com';
const project = 'wog/mlops/resale-price';

function filesOf({ id, template, files }: Case): Record<string, string> {
  return { [`templates/${id}.yml`]: template, ...files };
}

function compileCase(example: Case): Mapping {
  const files = filesOf(example);
  const text = writeYaml({
    include: [
      { component: addressOf(example, '$CI_SERVER_FQDN'), ...(example.inputs ? { inputs: example.inputs } : {}) },
    ],
  });
  const catalog: Catalog = {
    read: (path) => files[path],
    sha: commit,
    ...(example.version ? { version: example.version } : {}),
    reference: referenceOf(example),
  };
  return compilePipeline({
    text,
    resolve: () => catalog,
    readLocal: () => undefined,
    variables: { CI_SERVER_FQDN: fqdn },
  }).config;
}

function referenceOf({ version }: Case): string {
  return version ? version.slice(0, version.indexOf('.')) : commit;
}

function addressOf(example: Case, host: string): string {
  return `${host}/${project}/${example.id}@${referenceOf(example)}`;
}

describe('a component is included as GitLab includes it', () => {
  it.each(cases.filter(({ becomes }) => becomes))('$id: $rule', (example) => {
    expect(compileCase(example)).toEqual(example.becomes);
  });

  it.each(cases.filter(({ refused }) => refused))('$id: $rule', (example) => {
    const file = addressOf(example, fqdn);
    expect(() => compileCase(example)).toThrow(new PipelineError(`\`${file}\`: ${example.refused}`));
  });
});

const checked = `spec:
  inputs:
    group: {}
    job_name: { default: check-model }
---
"$[[ inputs.job_name ]]":
  variables: { GROUP: "$[[ inputs.group ]]", SOURCE: run }
  tags: [ship_docker]
  script: [check-model]
`;

interface Project {
  readonly text: string;
  readonly components?: Readonly<Record<string, string>>;
  readonly locals?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

function compileProject({ text, components = { 'templates/check-model.yml': checked }, locals, variables }: Project) {
  const resolved: string[] = [];
  const { config, yaml } = compilePipeline({
    text,
    resolve: (address) => {
      resolved.push(address);
      return { read: (path) => components[path], sha: commit, reference: commit };
    },
    readLocal: (path) => locals?.[path],
    variables: { CI_SERVER_FQDN: fqdn, ...variables },
  });
  return { config, yaml, resolved };
}

function including(inputs: string): string {
  return `  - component: $CI_SERVER_FQDN/${project}/check-model@1\n    inputs: ${inputs}\n`;
}

describe('a project includes components', () => {
  it('at addresses in which variables are filled in', () => {
    const { resolved } = compileProject({
      text: `include:\n  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/check-model@\${CI_COMMIT_SHA}\n    inputs: { group: G }\n`,
      variables: { CI_PROJECT_PATH: project, CI_COMMIT_SHA: commit },
    });
    expect(resolved).toEqual([`${fqdn}/${project}/check-model@${commit}`]);
  });

  it('from a file or from a folder of that name', () => {
    const { config } = compileProject({
      text: `include:\n${including('{ group: G }')}`,
      components: { 'templates/check-model/template.yml': checked },
    });
    expect(config).toHaveProperty('check-model');
  });

  it('twice, and two jobs of one name merge into one without a word', () => {
    const { config } = compileProject({
      text: `include:\n${including('{ group: First }')}${including('{ group: Second }')}`,
    });
    expect(Object.keys(config)).toEqual(['check-model']);
    expect(config).toHaveProperty('check-model.variables.GROUP', 'Second');
  });

  it('twice under two names, and gets both jobs', () => {
    const { config } = compileProject({
      text: `include:\n${including('{ group: A }')}${including('{ group: B, job_name: check-other }')}`,
    });
    expect(Object.keys(config)).toEqual(['check-model', 'check-other']);
  });

  it('and adds to their jobs by name: hashes merge, lists are replaced', () => {
    const { config } = compileProject({
      text: `include:\n${including('{ group: G }')}check-model:\n  variables: { SOURCE: registry }\n  tags: [gpu, large]\n`,
    });
    expect(config).toEqual({
      'check-model': {
        variables: { GROUP: 'G', SOURCE: 'registry' },
        tags: ['gpu', 'large'],
        script: ['check-model'],
      },
    });
  });

  it('and extends hidden jobs, of which the nearest wins', () => {
    const { config } = compileProject({
      text: `include:\n${including('{ group: G, job_name: .check }')}
.slow: { timeout: 2 hours, tags: [slow], retry: 2 }
mine:
  extends: [.check, .slow]
  retry: null
  variables: { SOURCE: registry }
`,
    });
    expect(config.mine).toEqual({
      variables: { GROUP: 'G', SOURCE: 'registry' },
      tags: ['slow'],
      script: ['check-model'],
      timeout: '2 hours',
    });
  });

  it('and refers to parts of other jobs, also inside a list', () => {
    const { config } = compileProject({
      text: `.setup: { script: [one, two], rules: [{ when: manual }] }
mine:
  script: [!reference [.setup, script], three]
  rules: [!reference [.setup, rules], { when: never }]
`,
    });
    expect(config.mine).toEqual({ script: ['one', 'two', 'three'], rules: [{ when: 'manual' }, { when: 'never' }] });
  });

  it('and its own files, which may have inputs', () => {
    const { config } = compileProject({
      text: 'include:\n  - local: /ci/mine.yml\n    inputs: { name: mine }\n  - ci/plain.yaml\n',
      locals: {
        'ci/mine.yml': 'spec:\n  inputs:\n    name: {}\n---\n"$[[ inputs.name ]]":\n  script: [one]\n',
        'ci/plain.yaml': 'plain:\n  script: [two]\n',
      },
    });
    expect(config).toEqual({ mine: { script: ['one'] }, plain: { script: ['two'] } });
  });

  it.each([
    ['a branch that matches', 'if: $CI_COMMIT_BRANCH == "dev"', true],
    ['another branch', 'if: $CI_COMMIT_BRANCH == "main"', false],
    ['a pattern', 'if: $CI_COMMIT_BRANCH =~ /^(dev|uat)$/', true],
    ['a pattern that must not match', 'if: $CI_COMMIT_BRANCH !~ /^d/', false],
    ['a variable that is not set', 'if: $CI_COMMIT_TAG', false],
    ['a comparison with null', 'if: $CI_COMMIT_TAG == null && $CI_COMMIT_BRANCH', true],
    ['parentheses', 'if: ($CI_COMMIT_TAG || $CI_COMMIT_BRANCH == "dev") && $CI_COMMIT_BRANCH != "uat"', true],
    ['a file that exists', 'exists: [ci/mine.yml]', true],
    ['a file that does not exist', 'exists: [ci/other.yml]', false],
    ['a rule that says never', 'when: never', false],
  ])('when include:rules say so: %s', (_, rule, included) => {
    const { config } = compileProject({
      text: `include:\n  - local: ci/mine.yml\n    rules: [{ ${rule.replace(/if: (.*)/, "if: '$1'")} }]\nother: { script: [one] }\n`,
      locals: { 'ci/mine.yml': 'mine: { script: [one] }' },
      variables: { CI_COMMIT_BRANCH: 'dev' },
    });
    expect('mine' in config).toBe(included);
  });

  it('into flat YAML that reads back as the same configuration', () => {
    const { config, yaml } = compileProject({
      text: `include:\n${including('{ group: "yes" }')}other: { script: ["a: b # c", "0777", "1:30", "on"], tags: [] }\n`,
    });
    expect(readConfigFile(yaml).body).toEqual(config);
    expect(yaml).not.toMatch(/include|spec|\$\[\[/);
  });
});

const component = `${fqdn}/${project}/check-model@1`;

describe('a project that GitLab refuses is refused in the same words', () => {
  const nested = 'spec:\n  component: [name]\n---\nmine:\n  script: ["echo $[[ component.name ]]"]\n';

  it.each<[string, Project, string]>([
    [
      'a component that is not there',
      { text: `include:\n${including('{}')}`, components: {} },
      `Component '${component}' - content not found`,
    ],
    [
      'an address without a reference',
      { text: 'include: [{ component: $CI_SERVER_FQDN/a/b/check-model }]' },
      `Component '${fqdn}/a/b/check-model' - the component path is not supported`,
    ],
    ['a local file that is not there', { text: 'include: ci/mine.yml' }, 'Local file `ci/mine.yml` does not exist!'],
    [
      'a local file that is not YAML',
      { text: 'include: mine.sh' },
      'Included file `mine.sh` does not have YAML extension!',
    ],
    [
      'two kinds of include in one',
      { text: 'include: [{ local: a.yml, component: b }]' },
      'Each include must use only one of: `local`, `project`, `remote`, `template`, `artifact`, `component`',
    ],
    [
      'a file that speaks of its component outside of one',
      { text: 'include: mine.yml', locals: { 'mine.yml': nested } },
      '`mine.yml`: unknown interpolation provided: `name` in `component.name`',
    ],
    [
      'a mistake two files down, named once',
      {
        text: 'include: outer.yml',
        locals: {
          'outer.yml': 'include: [{ local: inner.yml, inputs: { x: 1 } }]',
          'inner.yml': 'spec:\n---\nmine: {}\n',
        },
      },
      '`inner.yml`: unknown input arguments: x',
    ],
    ['a job that extends nothing', { text: 'mine: { extends: .other }' }, 'mine: unknown keys in `extends` (.other)'],
    [
      'jobs that extend each other',
      { text: 'a: { extends: b }\nb: { extends: a }' },
      'a: circular dependency detected in `extends`',
    ],
    [
      'a reference to nothing',
      { text: 'a: { script: !reference [.b, c] }' },
      '!reference [".b", "c"] could not be found',
    ],
    [
      'a file that includes itself',
      { text: 'include: a.yml', locals: { 'a.yml': 'include: a.yml' } },
      'Maximum of 150 nested includes are allowed!',
    ],
  ])('%s', (_, source, problem) => {
    expect(() => compileProject(source)).toThrow(new PipelineError(problem));
  });
});

describe('what this compiler does not support is refused by name', () => {
  it.each<[string, Project, string]>([
    [
      'a file of another project',
      { text: 'include: [{ project: a/b, file: c.yml }]' },
      'include:project is not supported here; use include:component or include:local',
    ],
    [
      'a reference to an input as one',
      { text: `include:\n${including('{ group: !reference [.a, b] }')}.a: { b: c }\n` },
      `\`${component}\`: \`group\` input: !reference is not supported in inputs`,
    ],
  ])('%s', (_, source, problem) => {
    expect(() => compileProject(source)).toThrow(new PipelineError(problem));
  });
});
