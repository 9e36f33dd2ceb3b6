import type { ComponentName } from "../wire/ipc-files.ts";

/** What is typed to start a half by hand beside the run in `folder`. */
export function attachCommand(component: ComponentName, folder: string): string {
  const word = /^[\w./:@%+,=-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  return `npx --no -- pt-${component} --attach ${word}`;
}
