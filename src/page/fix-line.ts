/** What mends something: a command to copy, or a sentence where no single command does. */
import { html, type Html, type Part } from './html.ts';

export function fixLine(fix: string, note?: Part): Html {
  const words = note === undefined || note === false ? undefined : html` <span class="note">${note}</span>`;
  if (!fix.startsWith('kubectl ')) return html`<p class="fix">${fix}${words}</p>`;
  return html`<p class="fix"><code>${fix}</code> <button type="button" data-copy>Copy</button>${words}</p>`;
}
