import { expect, it } from 'vitest'
import { gitdir } from '../support/repo.ts'
import { startServer } from './client.ts'

it('what looks like a credential is masked here too, and logging it again changes nothing', async () => {
  const repo = await gitdir({ '.gitmodel.yaml': 'secrets: {allow: [params.tokenizer_secret]}\n' })
  const server = await startServer(repo)
  const url = 'https://ada:swordfish@example.org/x.git'
  const { body } = await server.post('runs/create', {
    experiment_id: '0',
    run_name: 'the password is hunter2',
    tags: [{ key: 'mlflow.source.git.repoURL', value: url }],
  })
  const run = body['run'].info.run_id as string
  for (const value of ['swordfish', 'swordfish', 'other']) {
    const logged = await server.post('runs/log-parameter', { run_id: run, key: 'db_password', value })
    expect(logged.status).toBe(200)
  }
  const params = [
    { key: 'db_password', value: 'swordfish' },
    { key: 'tokenizer_secret', value: 'kept' },
  ]
  const tags = [{ key: 'api_key', value: 'swordfish' }]
  expect((await server.post('runs/log-batch', { run_id: run, params, tags })).status).toBe(200)
  await server.post('runs/update', { run_id: run, status: 'FINISHED', end_time: 9000 })
  expect(await server.stop()).toBe(0)
  const note = await repo.git('notes', '--ref=model/runs', 'show', run)
  expect(note).not.toMatch(/swordfish|hunter2/)
  expect(note).toContain('name: "the password is ***"')
  expect(note).toContain('db_password: "***"')
  expect(note).toContain('tokenizer_secret: kept')
  expect(note).toContain('https://ada:***@example.org/x.git')
})
