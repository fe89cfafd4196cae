/** Which test runs a command, or why none runs it as it stands. */
export type Answer = { by: string } | { because: string };

/** Every command of the pages that has no stand-in: the first that matches answers. docs/release.md has a test of its own. */
export const COMMANDS: readonly (readonly [RegExp, Answer])[] = [
  [/^npm run demo$/, { by: 'test/promotion/demo.test.ts' }],
  [/^npm run -s emulator -- --scene resale-price$/, { by: 'test/emulator/serve.test.ts' }],
  [/^(export INPUT_|npx tsx src\/main\.ts check-model )/, { by: 'test/by-hand.test.ts' }],
  [
    /^(cd examples\/resale-price$|npx tsx \.\.\/\.\.\/src\/main\.ts (evaluate-model|load-test) )/,
    { by: 'test/by-hand.test.ts' },
  ],
  [/^aws (iam get-account-authorization-details|cloudformation get-template) /, { by: 'test/setup/aws.check.ts' }],
  [/^npm test$/, { because: 'it is what runs this' }],
  [/^npm run check$/, { because: '.ci/run runs it beside the tests' }],
  [/^npm run changelog$/, { by: 'test/changelog.test.ts' }],
  [/^npm run check:commits$/, { by: 'test/commits.test.ts' }],
  [
    /^npm run (-s )?(test:comparisons|test:image|test:mutants|test:pages|test:load|test:release|test:setup|test:thorough|bench)\b/,
    { because: 'it tests or measures by itself, and takes longer than npm test may' },
  ],
  [/^npm run docs$/, { because: 'it writes the pages that test/catalog.test.ts compares with what it would write' }],
  [/^npm run (-s )?setup -- aws\b/, { by: 'test/setup/aws-command.test.ts' }],
  [
    /^(npm run (-s )?setup -- gitlab (plan|apply|check)$|export GITLAB_TOKEN=)/,
    { by: 'test/setup/gitlab/settings.test.ts' },
  ],
  [/^npm run (-s )?setup -- init\b/, { by: 'test/setup/init.test.ts' }],
  [/^(npm run (-s )?setup -- policies\b|cd policies$)/, { by: 'test/setup/policies.test.ts' }],
  [/^npm run fix$/, { because: 'it writes the format that npm run check compares' }],
  [
    /^npm ci$/,
    { because: 'its test would replace what it runs on; scripts/install.mjs does it before other commands' },
  ],
  [/^git clone <this repository>/, { because: 'the address is the reader’s' }],
  [/^git (clone --bare|-C \S+ (push|fetch)) /, { by: 'test/release/mirror.test.ts' }],
  [/^docker login /, { because: 'it needs a docker daemon, and an account of Nexus' }],
  [/^cosign (save|load|verify)\b/, { by: 'test/release/mirror.check.ts' }],
  [/^cosign copy$/, { because: 'it is save and load at once, where one machine reaches both registries' }],
];
