import type { Released } from './sbom.ts';

/** What the changelog says of a version: the text below its heading; nothing when there is no such heading. */
export function changesIn(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => each.split('\n')[0]?.split(' ')[0]?.toLowerCase() === version.toLowerCase());
  return section?.split('\n').slice(1).join('\n').trim();
}

/** The release's page. */
export function notesFor({ version, image, digest }: Released, changes: string, testedIn: string): string {
  return `${changes}

## The image

\`${image}@${digest}\`

To pin it, give the components \`image_tag_suffix: "@${digest}"\`. It passed its tests in ${testedIn}. What is in it, and how it
was made, is attached to it and signed:

\`\`\`sh
cosign verify --key cosign.pub --insecure-ignore-tlog=true ${image}:${version}
cosign verify-attestation --key cosign.pub --insecure-ignore-tlog=true --type cyclonedx ${image}:${version}
cosign verify-attestation --key cosign.pub --insecure-ignore-tlog=true --type slsaprovenance1 ${image}:${version}
\`\`\`
`;
}
