/** A section of the page whose parts come one by one, for those who have other work to do meanwhile. */
import { html, Html } from './html.ts';

export function* section(id: string, title: string, parts: Iterable<Html>): Generator<Html> {
  yield new Html(`<section id="${id}">`);
  yield html`<h2>${title}</h2>`;
  yield* parts;
  yield new Html('</section>\n');
}
