/**
 * Copies the command beside a button, or selects it where the browser does not let pages write to the clipboard.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function copyCommands(): void {
  const select = (element: Element): void => {
    getSelection()?.selectAllChildren(element);
  };

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
    const command = button?.parentElement?.querySelector('code');
    if (!button || !command) return;
    const said = (text: string): void => {
      button.textContent = text;
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    };
    // Pages that came by plain http have no clipboard at all, whatever the types say.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard?.writeText(command.textContent) ?? Promise.reject(new Error('none'));
    written.then(
      () => said('Copied'),
      () => {
        select(command);
        said('Selected');
      },
    );
  });
}
