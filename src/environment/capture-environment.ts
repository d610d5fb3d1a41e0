import type { Environment } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
export async function captureEnvironment(_c: string[], _w: World, _r: string): Promise<Environment> { return { os: 'linux' } }
