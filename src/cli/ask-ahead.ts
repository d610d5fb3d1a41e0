import { openAhead } from '../git/open-with-tips.ts'

// What these commands do first of all, whatever their other arguments are, is to open the repository.
const OPENS = new Set(['best', 'compare', 'diff', 'run', 'runs', 'show', 'sync'])

/** Has git begin to answer what a command will ask, while the rest of the program is loaded. */
export function askAhead([command]: readonly string[], readCwd: () => string): void {
  if (command === undefined || !OPENS.has(command)) return
  try {
    openAhead(readCwd())
  } catch {
    // A folder that is gone: the command says so.
  }
}
