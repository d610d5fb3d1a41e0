import { buildRouteMap } from '@stricli/core'
import { check } from './check.ts'
import { edit } from './edit.ts'
import { exportCard } from './export.ts'
import { history } from './history.ts'
import { importCard } from './import.ts'
import { newCard } from './new.ts'
import { resolve } from './resolve.ts'
import { set } from './set.ts'
import { show } from './show.ts'

/** `git model card`: the commands of model cards. */
export const card = buildRouteMap({
  docs: { brief: 'Write, check and share model cards' },
  routes: { new: newCard, show, set, edit, resolve, check, history, export: exportCard, import: importCard },
})
