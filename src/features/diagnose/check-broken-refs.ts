import { restoreRef } from '../../store/restore-ref.ts'
import { FIX, type Check, type Patient } from './finding.ts'

/** Checks for refs of ours whose files are empty or torn: git reads them as missing, and writes no others there. */
export const checkBrokenRefs: Check = async ({ repo, broken }: Patient) =>
  broken.map((ref) => ({
    check: 'refs',
    state: 'error',
    message: `${ref} is broken: its file is empty or torn, so what it named is not found`,
    hints: [FIX],
    fix: async () => {
      const { from } = await restoreRef(repo, ref)
      return from === undefined ? `deleted ${ref}, which is made again` : `restored ${ref} from ${from}`
    },
  }))
