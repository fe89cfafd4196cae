import fc from 'fast-check';

/** Whatever a form, a variable or a file may hold instead of what was meant. A variable cannot hold NUL. */
const anyText = fc.string({ unit: 'binary', maxLength: 80 }).map((text) => text.replaceAll('\0', ''));

const usualMistakes = fc.constantFrom(
  '',
  ' ',
  '\n',
  '0',
  '-1',
  '1e9',
  '999999999999',
  'true',
  'TRUE',
  'null',
  '[]',
  '{}',
  '$UNDEFINED',
  '$' + '{UNDEFINED}',
  '..',
  '/',
  '../../etc/passwd',
  'arn:aws:iam::1:role/',
  '=',
  'a=b\na=c',
  '(',
  '<script>',
  '\u202e',
  'x'.repeat(5000),
);

/** A text that was meant well: a letter too few, too many, twice, in another case; a blank or a line more. */
function nearMisses(right: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.nat({ max: right.length }),
      fc.constantFrom('less', 'more', 'twice', 'case', 'blank', 'line', 'quoted', 'half'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    )
    .map(([at, how, letter]) => spoil(right, at, how, letter.replaceAll('\0', '?')));
}

function spoil(right: string, at: number, how: string, letter: string): string {
  const [before, after] = [right.slice(0, at), right.slice(at)];
  switch (how) {
    case 'less':
      return before + after.slice(1);
    case 'more':
      return before + letter + after;
    case 'twice':
      return right + right;
    case 'case':
      return right === right.toUpperCase() ? right.toLowerCase() : right.toUpperCase();
    case 'blank':
      return `${before} ${after}`;
    case 'line':
      return `${before}\n${after}`;
    case 'quoted':
      return `"${right}"`;
    default:
      return before;
  }
}

/** Something in the place of a right input. */
export const textLike = (right: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary: nearMisses(right) }, usualMistakes, anyText);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Something in the place of a right file. */
export function fileLike(right: string): fc.Arbitrary<Uint8Array> {
  const asBytes = (text: string) => Buffer.from(text);
  const flipped = fc.tuple(fc.nat({ max: right.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
    const bytes = asBytes(right);
    bytes[at] = byte;
    return bytes;
  });
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    flipped,
    nearMisses(right).map(asBytes),
    usualMistakes.map(asBytes),
    fc.constantFrom(`\ufeff${right}`, `[${right}]`, `${right}${right}`, '['.repeat(100_000)).map(asBytes),
    fc.json({ maxDepth: 3 }).map(asBytes),
    {
      weight: 4,
      arbitrary: isJson(right)
        ? fc.infiniteStream(fc.nat({ max: 1000 })).chain((choices) => documentsLike(right, choices))
        : nearMisses(right).map(asBytes),
    },
  );
}

/** The right document but for one member, which is missing or something else. */
function documentsLike(right: string, choices: Iterator<number>): fc.Arbitrary<Uint8Array> {
  return fc.option(fc.jsonValue({ maxDepth: 1 })).map((other) => {
    const document: unknown = JSON.parse(right);
    let [within, name] = [document, ''];
    for (let next: unknown = document; typeof next === 'object' && next !== null; ) {
      const names = Object.keys(next);
      if (names.length === 0) break;
      name = names[(choices.next().value ?? 0) % names.length] ?? '';
      within = next;
      next = Reflect.get(next, name);
      if ((choices.next().value ?? 0) % 3 === 0) break;
    }
    if (typeof within === 'object' && within !== null) Object.assign(within, { [name]: other ?? undefined });
    return Buffer.from(JSON.stringify(document));
  });
}
