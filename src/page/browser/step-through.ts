/**
 * Walks the packet of a figure rule by rule, on both sides at once, and unfolds what is folded for the printer.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function stepThrough(): void {
  const show = (figure: HTMLElement, at: number): void => {
    figure.dataset['at'] = String(at);
    for (const element of figure.querySelectorAll('.now')) element.classList.remove('now');
    const words = [...figure.querySelectorAll('.side')].map((side) => {
      const steps = side.querySelectorAll('.steps > li');
      const step = Math.min(at, steps.length);
      for (const element of side.querySelectorAll(`[data-step~="${step}"]`)) element.classList.add('now');
      const text = steps[step - 1]?.textContent ?? '';
      return `${side.querySelector('h4')?.firstChild?.textContent?.trim() ?? ''} ${step} of ${steps.length}: ${text}`;
    });
    const output = figure.querySelector('output');
    if (output !== null) output.textContent = words.join('\n');
  };

  const lengthOf = (figure: HTMLElement): number =>
    Math.max(
      ...[...figure.querySelectorAll('.side')].map((side) => side.querySelectorAll('.steps > li').length),
    );

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-go]') : null;
    const figure = button?.closest<HTMLElement>('figure');
    if (!button || !figure) return;
    const next = Number(figure.dataset['at'] ?? 0) + Number(button.dataset['go']);
    show(figure, Math.min(Math.max(next, 1), lengthOf(figure)));
  });

  let unfolded: readonly HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    unfolded = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of unfolded) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of unfolded) details.open = false;
  });
}
