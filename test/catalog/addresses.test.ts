import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRepository } from '../../compiler/templates.ts';
import { type Addresses, addressesIn, filesWithAddresses, withAddresses } from '../../scripts/release/addresses.ts';
import { tell } from './tell.ts';

const addresses = addressesIn(readRepository('catalog.yml') ?? '');
const files = filesWithAddresses(fileURLToPath(new URL('../../', import.meta.url)));
/** Of another agency: nothing of it is a part of ours. */
const elsewhere: Addresses = {
  project: 'some/where/else',
  owners: 'some/body/else',
  pull: 'pull.elsewhere.test:8443/group/docker',
  publish: 'push.elsewhere.test/hosted',
};

/** The parts of a page that are made of catalog.yml anyway, as docs/release.md's (release-page.test.ts). */
const withoutGenerated = (text: string) => text.replaceAll(/<!-- ([\w-]+) -->.*?<!-- \/\1 -->/gs, '');
/** An address, and not a part of a longer one. */
const whole = (address: string) => new RegExp(`(?<![\\w.-])${address.replaceAll('.', '\\.')}(?![\\w-])`);

describe('the addresses of catalog.yml', () => {
  it('stand in every file that repeats them', () => {
    const lagging = [...files].filter(([file, text]) => withAddresses(file, text, addresses) !== text);
    tell(
      lagging.map(
        ([file]) => `${file} has another project or registry than catalog.yml: run npm run docs, and commit.`,
      ),
    );
  });

  it('stand nowhere where npm run docs would not write them', () => {
    const ours = Object.values(addresses);
    tell(
      [...files].flatMap(([file, text]) =>
        ours
          .filter((address) => whole(address).test(withAddresses(file, withoutGenerated(text), elsewhere)))
          .map(
            (address) =>
              `${file} says ${address}: read it from catalog.yml, or name how in scripts/release/addresses.ts.`,
          ),
      ),
    );
  });

  it('can be changed, and changed back', () => {
    for (const [file, text] of files) {
      const there = withAddresses(file, text, elsewhere);
      expect(withAddresses(file, there, addresses), file).toBe(text);
    }
  });

  it.each([
    ['an image of another name', 'nexus.example.com/models'],
    ['a scheme', 'https://nexus.example.com/sagemaker-components'],
    ['a registry in which it could not be told from the tools', 'nexus.example.com/tools/sagemaker-components'],
  ])('are refused with %s', (_, image) => {
    const text = `project: a/b\nowners: a/c\nimages: { pull: ${image}, publish: nexus.example.com/sagemaker-components }\n`;
    expect(() => addressesIn(text)).toThrow(/must /);
  });
});
