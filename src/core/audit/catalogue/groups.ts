/** The subjects of findings: the hundreds of their codes. */

const TITLES: Readonly<Record<string, string>> = {
  OA1: 'Membership and sidecar',
  OA2: 'The init container',
  OA3: 'Rules',
  OA4: 'Exclusions and inclusions',
  OA5: 'Configuration',
  OA6: 'What the rules cannot see',
  OA7: 'The live kernel',
  OA9: 'Notes',
};

/** `OA4`, of `OA402` */
export function groupOf(code: string): string {
  return code.slice(0, -2);
}

/** `OA4xx: Exclusions and inclusions` */
export function groupTitle(group: string): string {
  const title = TITLES[group];
  return title === undefined ? `${group}xx` : `${group}xx: ${title}`;
}
