/** A file of an archive. */
export interface ArchivedFile {
  readonly content: Buffer;
  readonly executable: boolean;
}

/** A ustar archive: files and the folders above them, of root, from 1970, in the order given. */
export function tar(files: ReadonlyMap<string, ArchivedFile>): Buffer {
  const written = new Set<string>();
  const parts: Buffer[] = [];
  for (const [path, { content, executable }] of files) {
    const names = path.split('/').slice(0, -1);
    for (const [index] of names.entries()) {
      const folder = `${names.slice(0, index + 1).join('/')}/`;
      if (!written.has(folder)) parts.push(header(folder, { mode: '755', size: 0, kind: '5' }));
      written.add(folder);
    }
    parts.push(header(path, { mode: executable ? '755' : '644', size: content.length, kind: '0' }));
    parts.push(content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function header(name: string, { mode, size, kind }: { mode: string; size: number; kind: string }): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for this archive: at most 100 characters.`);
  const block = Buffer.alloc(512);
  const number = (at: number, length: number, octal: string) =>
    block.write(octal.padStart(length - 1, '0'), at, 'latin1');
  block.write(name, 0, 'utf8');
  number(100, 8, mode);
  number(108, 8, '0');
  number(116, 8, '0');
  number(124, 12, size.toString(8));
  number(136, 12, '0');
  block.write(kind, 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
