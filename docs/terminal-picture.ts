/**
 * What a terminal shows, as SVG: text with the colours that our own program uses.
 *
 * Limits: of the escape sequences only those that set a colour and end it, as util.styleText writes them.
 */
const CHARACTER = 7.25;
const LINE = 18;
const MARGIN = 16;

/** By the number of the sequence; what can be read on a dark ground. */
const COLOURS: Readonly<Record<string, string>> = {
  '31': '#ff8a80',
  '32': '#62d27c',
  '33': '#eab958',
  '90': '#a3adb8',
};

/** @param transcript lines of a terminal, `$ command` among them */
export function terminalPicture(transcript: string): string {
  const lines = transcript.trimEnd().split('\n');
  const widest = Math.max(...lines.map((line) => line.replace(/\u001b\[\d+m/g, '').length));
  const width = Math.ceil(widest * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map((line, index) => {
    const y = MARGIN + LINE * index + 13;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="#0f1318"/>
<g fill="#e4e8ec" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12">
${rows.join('\n')}
</g>
</svg>
`;
}

function spans(line: string): string {
  return line.replace(
    /\u001b\[(\d+)m([^\u001b]*)\u001b\[39m|[^\u001b]+/g,
    (plain: string, colour: string | undefined, text: string | undefined) =>
      colour === undefined
        ? escaped(plain)
        : `<tspan fill="${COLOURS[colour] ?? '#e4e8ec'}">${escaped(text ?? '')}</tspan>`,
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
